"""How often is the encoding of a short Chinese text told right?

    pip install charset-normalizer opencc && python benchmarks/encoding_detection.py

Pieces of the shipped articles, as they are in GB18030, and in traditional characters in
Big5 and GB18030; searchkit's reader, chardet and charset-normalizer on the same bytes.
"""

import random
from collections.abc import Callable
from pathlib import Path

import chardet
import machine
import opencc
from charset_normalizer import from_bytes

from searchkit.corpus.encoding import decode

CORPUS = Path(__file__).parent.parent / "corpus"
CHINESE = ["gb18030", "big5hkscs"]
LENGTHS = (2, 4, 8, 20, 100, 1000)
PIECES = 300


def by_searchkit(data: bytes) -> str:
    return decode(data).text


def by_chardet(data: bytes) -> str:
    found = chardet.detect(data, include_encodings=CHINESE, no_match_encoding="gb18030")
    return data.decode(found["encoding"] or "")


def by_charset_normalizer(data: bytes) -> str:
    return str(from_bytes(data, cp_isolation=CHINESE).best() or "")


def is_right(guess: Callable[[bytes], str], data: bytes, text: str) -> bool:
    try:
        return guess(data) == text
    except (LookupError, ValueError):
        return False


def samples(length: int, chance: random.Random) -> list[tuple[bytes, str]]:
    """The same pieces each time: (bytes, what they stand for)."""
    traditional = opencc.OpenCC("s2t").convert
    texts = [path.read_text("utf-8") for path in sorted(CORPUS.rglob("*.md"))]
    made = []
    for _ in range(PIECES):
        text = chance.choice(texts)
        start = chance.randrange(len(text) - length)
        piece = text[start : start + length].strip()
        if not any("一" <= character <= "鿿" for character in piece):
            continue
        written = ((piece, "gb18030"), (traditional(piece), "gb18030"))
        for text, encoding in (*written, (traditional(piece), "big5hkscs")):
            data = text.encode(encoding, "ignore")
            if data.decode(encoding) == text:
                made.append((data, text))
    return made


def main() -> None:
    guesses = (by_searchkit, by_chardet, by_charset_normalizer)
    print(machine.describe())
    print("characters", *(guess.__name__[3:] for guess in guesses), sep="  ")
    for length in LENGTHS:
        made = samples(length, random.Random(1))
        for_each = [sum(is_right(guess, *one) for one in made) for guess in guesses]
        shares = (f"{right / len(made):.3f}" for right in for_each)
        print(f"{length:10}", *shares, f"of {len(made)}", sep="  ")


if __name__ == "__main__":
    main()
