"""Which documents are one hit, if a reader asks for that?

Near copies: but signatures alone do not tell copies, since `kubectl create job` and
`kubectl create role`, made from one template, share nine tenths of their text. So near
copies have the same title and the same file name, too, but for numbers; what shares
nearly all of its text needs the same title only.

One text in two languages: paths that differ in the language only (`path_key`), and
counterparts, which the words in them tell.

Families are what these relations join. They depend on the documents alone, so builds
may come in any order.
"""

from __future__ import annotations

import re
import zlib
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

import numpy as np

from searchkit.engines.columns.files import Columns, ColumnWriter
from searchkit.engines.generation.copies import SAME, alike
from searchkit.engines.generation.documents import SIGNATURE_BYTES
from searchkit.engines.generations import DOCUMENTS, FAMILIES
from searchkit.engines.texts import Texts

_LANGUAGES = {
    **dict.fromkeys(("zh", "zh-cn", "zh-hans", "zh-hans-cn", "cn"), "zh"),
    **dict.fromkeys(("zh-tw", "zh-hk", "zh-hant", "zh-hant-tw", "tw"), "zh-hant"),
    **dict.fromkeys(("en", "en-us", "en-gb"), "en"),
    **dict.fromkeys(("origin", "original"), "original"),  # d2l-zh: index_origin.md
    **{code: code for code in ("ja", "ko", "fr", "de", "es", "ru", "pt", "pt-br")},
}
_LONGEST_NAME = 255  # of a file, on any disk; the pattern's time grows with its square
_NAME = re.compile(r"(?P<stem>.+?)[._-](?P<language>[A-Za-z]{2,8}(?:[-_][A-Za-z]+)*)")
_NUMBER = re.compile(r"(?<![a-z])[a-z]*[0-9][a-z0-9]*")  # 10, 1.6.4, v1beta1
_UNTITLED = ("index", "readme")  # what a file's name gives to many articles
_WORD = re.compile(r"[^\W\d_]+")
_PAIRS_AT_ONCE = 1 << 6  # whose names are read: what is mapped for each is 300 KB

Pair = tuple[int, int]
"""Two documents of one family."""


def write_families(generation: Path, counterparts: Iterable[Pair]) -> None:
    """Write for each document the number of the first one of its family.

    Raises: OSError.
    """
    with closing(Columns(generation / DOCUMENTS, DOCUMENTS)) as columns:
        release = columns.release
        doc_ids, titles = Texts(columns, "doc_id"), Texts(columns, "title")
        signatures = np.frombuffer(columns.column("signature").whole(), np.uint8)
        # Only documents with names that are the same but for numbers can be copies.
        named = (_checksum(_without_numbers(title)) for title in titles.all(release))
        names = np.fromiter(named, np.uint32, len(titles))
        leaders = array("I", range(len(doc_ids)))
        for left, right in chain(counterparts, language_twins(doc_ids, release)):
            _join(leaders, left, right)
        rows = signatures.reshape(-1, SIGNATURE_BYTES)
        for count, (left, right, apart) in enumerate(alike(rows, names)):
            if not count % _PAIRS_AT_ONCE:
                release()
            # Many pairs are joined by others already, and names take longer to compare.
            known = _leader(leaders, left) == _leader(leaders, right)
            if not known and _are_copies(
                (doc_ids[left], titles[left]), (doc_ids[right], titles[right]), apart
            ):
                _join(leaders, left, right)
    with ColumnWriter(generation / FAMILIES, FAMILIES) as writer:
        family = array("I", (_leader(leaders, n) for n in range(len(leaders))))
        writer.add("family", family.tobytes())


def _join(leaders: array[int], left: int, right: int) -> None:
    one, two = _leader(leaders, left), _leader(leaders, right)
    leaders[max(one, two)] = min(one, two)


def _leader(leaders: array[int], number: int) -> int:
    while leaders[number] != number:
        leaders[number] = leaders[leaders[number]]
        number = leaders[number]
    return number


def _are_copies(left: tuple[str, str], right: tuple[str, str], apart: int) -> bool:
    """Whether two documents, (doc_id, title), with signatures alike are near copies."""
    title = left[1]
    same_title = title == right[1] and title.lower() not in _UNTITLED
    return (apart <= SAME and same_title) or _is_same_page(left, right)


def _is_same_page(left: tuple[str, str], right: tuple[str, str]) -> bool:
    """Whether paths and titles are the same but for numbers, and say anything."""
    (path, title), (other_path, other_title) = left, right
    name = _without_numbers(title), page_name(path)
    other = _without_numbers(other_title), page_name(other_path)
    return name == other and any(name)


def page_name(doc_id: str) -> str:
    """What a path calls its page, without its language and without numbers.

    >>> page_name("v1.2/Install.md"), page_name("news/istio-1.6.4/index.md")
    ('install', 'istio')
    """
    folder, _, name = path_key(doc_id)[0].rpartition("/")
    stem = name.rpartition(".")[0] or name
    if stem.lower().strip("_") in _UNTITLED:
        stem = folder.rpartition("/")[2]
    return _without_numbers(stem)


def _without_numbers(text: str) -> str:
    return " ".join(_WORD.findall(_NUMBER.sub(" ", text.casefold())))


def language_twins(
    doc_ids: Texts, read: Callable[[], None] | None = None
) -> Iterator[Pair]:
    """Pairs of documents whose paths differ only in their language.

    `read` is called when some doc_ids were read.
    """
    found: defaultdict[str, dict[str, list[int]]]
    found = defaultdict(lambda: defaultdict(list))
    for number in _with_company(path_key(path)[0] for path in doc_ids.all(read)):
        key, language = path_key(doc_ids[number])
        found[key][language].append(number)
    for by_language in found.values():
        several = len(by_language) > 1
        if several and all(len(numbers) == 1 for numbers in by_language.values()):
            first, *others = (numbers[0] for numbers in by_language.values())
            yield from ((first, other) for other in others)


def _checksum(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def _with_company(keys: Iterable[str]) -> list[int]:
    """The numbers of keys that come again, and of few others, in little memory."""
    found = np.fromiter(map(_checksum, keys), np.uint32)
    order = found.argsort(kind="stable")
    same = found[order[1:]] == found[order[:-1]]
    again = np.zeros(len(found), np.bool_)
    again[order[1:][same]] = again[order[:-1][same]] = True
    numbers: list[int] = np.flatnonzero(again).tolist()
    return numbers


def path_key(doc_id: str) -> tuple[str, str]:
    """A path without its language, and the language; empty if it names none.

    A folder for the language keeps its place, so that only other languages' folders
    are the same; of a file's name it is taken off.

    >>> path_key("content/zh-cn/docs/a.md"), path_key("content/en/docs/a.md")
    (('content/*/docs/a.md', 'zh'), ('content/*/docs/a.md', 'en'))
    >>> path_key("README.zh-CN.md"), path_key("README.md")
    (('README.md', 'zh'), ('README.md', ''))
    """
    *folders, name = doc_id.split("/")
    for at, folder in enumerate(folders):
        if language := _language(folder):
            return "/".join((*folders[:at], "*", *folders[at + 1 :], name)), language
    stem, dot, ending = name.rpartition(".")
    parts = _NAME.fullmatch(stem) if dot and len(name) <= _LONGEST_NAME else None
    language = _language(parts["language"]) if parts else ""
    if parts and language:
        return "/".join((*folders, f"{parts['stem']}.{ending}")), language
    return doc_id, ""


def _language(name: str) -> str:
    return _LANGUAGES.get(name.lower().replace("_", "-"), "")
