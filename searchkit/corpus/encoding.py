"""Which characters do these bytes stand for?

UTF-8, UTF-16 and UTF-32 by their marks, then UTF-8, then UTF-16 without a mark, then
GB18030 or Big5, told apart by chardet. A wrong guess would be indexed without a word,
so what gives characters that nobody writes is refused.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache
from itertools import accumulate

from searchkit.record import record

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHINESE = ("gb18030", "big5hkscs")
_SAMPLE_BYTES = 20_000
# A text holds tabs and line ends; one byte in ten of anything compressed is another.
_MAX_CONTROL_SHARE = 0.02
_CONTROLS = bytes(set(range(32)) - set(b"\b\t\n\f\r\x1b")) + b"\x7f"
# So many good characters for each broken byte make a text that was damaged, not one in
# another encoding: Chinese in GB18030 read as UTF-8 gives about one for twenty.
_GOOD_PER_BROKEN = 8
_MIN_COMMON = 0.6
_PRIVATE = re.compile("[\ue000-\uf8ff]")  # GB18030 has such for bytes of Big5
_PUNCTUATION = re.compile("[\x00-\x7f\u2000-\u206f\u3000-\u303f\uff00-\uffef]+")
_PLAUSIBLE = re.compile(
    "[\t\n\r\x20-\x7e\u00a0-\u024f\u0370-\u04ff\u2000-\u2bff\u3000-\u30ff"
    "\u4e00-\u9fff\uff00-\uffef]"
)
_MIN_PLAUSIBLE_SHARE = 0.9


@record
class Decoded:
    """The text, and a warning if a part of the bytes stands for nothing in it."""

    text: str
    warning: str | None = None


def decode(data: bytes) -> Decoded:
    """The characters that `data` stands for, without a byte order mark.

    Raises:
        ValueError: `binary file`, or `no known encoding`.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decode_as(data[len(mark) :], encoding)
    if b"\0" in data:
        return Decoded(_decode_unmarked(data))
    if len(data.translate(None, _CONTROLS)) < len(data) * (1 - _MAX_CONTROL_SHARE):
        raise ValueError("binary file")
    try:
        return Decoded(data.decode())
    except UnicodeDecodeError:
        pass
    return _decode_damaged(data) or _decode_chinese(data)


def _decode_as(data: bytes, encoding: str) -> Decoded:
    """The text with U+FFFD for what is broken, and a warning that says where."""
    try:
        return Decoded(data.decode(encoding))
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(encoding, errors="replace").count("\n") + 1
        warning = f"broken {encoding.upper()} in line {line}; shown as \ufffd"
        return Decoded(data.decode(encoding, errors="replace"), warning)


def _decode_unmarked(data: bytes) -> str:
    """UTF-16 or UTF-32 that looks like writing: half of random bytes decode as well."""
    for encoding in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        plausible = len(_PLAUSIBLE.findall(text))
        if "\0" not in text and plausible >= len(text) * _MIN_PLAUSIBLE_SHARE:
            return text
    raise ValueError("binary file")


def _decode_damaged(data: bytes) -> Decoded | None:
    """UTF-8 with a few broken bytes, or nothing if it is another encoding."""
    decoded = _decode_as(data, "utf-8")
    broken = decoded.text.count("\ufffd")
    beyond_ascii = sum(map(len, re.findall(r"[^\x00-\x7f\ufffd]+", decoded.text)))
    return decoded if beyond_ascii >= broken * _GOOD_PER_BROKEN else None


def _decode_chinese(data: bytes) -> Decoded:
    """GB18030 or Big5, as long as that gives characters that people write."""
    from chardet import detect

    sample = _sample(data)
    found = detect(sample, include_encodings=_CHINESE, no_match_encoding=_CHINESE[0])
    guesses = dict.fromkeys([found["encoding"] or _CHINESE[0], *_CHINESE])
    for encoding in guesses:
        if _is_written(sample, encoding):
            return _decode_as(data, encoding)
    return _decode_ascii(data)


def _sample(data: bytes) -> bytes:
    """Lines that are not ASCII, wherever they are; no character of them is cut."""
    lines = [line for line in data.split(b"\n") if not line.isascii()]
    sizes = accumulate(map(len, lines))
    within = sum(size <= _SAMPLE_BYTES for size in sizes)
    return b"\n".join(lines[: max(within, 1)])


def _is_written(sample: bytes, encoding: str) -> bool:
    """Whether most characters beyond ASCII and punctuation are common ones."""
    text = _PUNCTUATION.sub("", sample.decode(encoding, errors="replace"))
    if not text or _PRIVATE.search(text):
        return False
    return sum(map(_is_common, text)) >= len(text) * _MIN_COMMON


@lru_cache(maxsize=1 << 14)
def _is_common(character: str) -> bool:
    """Whether it is of the first level of GB 2312 or of Big5."""
    gb = character.encode("gb2312", errors="ignore")
    big5 = character.encode("big5", errors="ignore")
    return b"\xb0" <= gb[:1] <= b"\xd7" or b"\xa4" <= big5[:1] <= b"\xc6"


def _decode_ascii(data: bytes) -> Decoded:
    """English with a few stray bytes, which no encoding here explains."""
    stray = len(data) - len(data.decode("ascii", errors="ignore"))
    if stray > len(data) * 0.01:
        raise ValueError("no known encoding (save the file as UTF-8)")
    return _decode_as(data, "utf-8")
