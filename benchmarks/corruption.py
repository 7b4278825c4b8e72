"""Does damage to an index ever pass for an answer?

    python benchmarks/corruption.py [--places N] [--seed S]

Each file of a small index is flipped, cut, swapped with that of another index, emptied,
grown, or has a stretch overwritten, at N random places. Then the index is opened,
searched by queries of many kinds with their snippets, an article is read, a prefix
completed, and `check` is asked. Each of these gives what it gave before the damage, or
IndexCorruptError or IndexFormatError that names a file and the command that repairs;
where `check` finds nothing, all of them give what they gave. None may crash, take more
than SECONDS, or MEMORY more than before.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import machine

import searchkit
from searchkit import Article

SECONDS = 20
MEMORY = 64 << 20
QUERIES = (
    "注意力 旋转",
    '"the best"',
    "RoPE -编码",
    "tok*",
    "atention~",
    "$x_{t-1}$",
    "title:甲 OR in:code return",
    "旋转位置编码",
    "topic:甲 since:2024",
    "nothing-like-this 没有",
)
Damage = Callable[[bytes, bytes, random.Random], bytes]


def flip(data: bytes, _: bytes, chance: random.Random) -> bytes:
    """One bit is another."""
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]


def cut(data: bytes, _: bytes, chance: random.Random) -> bytes:
    """The end is missing."""
    return data[: chance.randrange(len(data))]


def swap(_: bytes, other: bytes, __: random.Random) -> bytes:
    """The file of another index stands in its place."""
    return other


def empty(_: bytes, __: bytes, ___: random.Random) -> bytes:
    """Nothing is left."""
    return b""


def grow(data: bytes, _: bytes, chance: random.Random) -> bytes:
    """Bytes were put in."""
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.randbytes(chance.choice((1, 4, 4096))) + data[at:]


def overwrite(data: bytes, _: bytes, chance: random.Random) -> bytes:
    """A stretch holds something else, as long as it was: a lost or foreign sector."""
    at = chance.randrange(len(data))
    size = min(chance.choice((1, 8, 512, 4096)), len(data) - at)
    lost = bytes(size) if chance.random() < 0.5 else chance.randbytes(size)
    return data[:at] + lost + data[at + size :]


DAMAGES: tuple[Damage, ...] = (flip, cut, swap, empty, grow, overwrite)
ONCE: tuple[Damage, ...] = (swap, empty)  # the same at every place


@dataclass(frozen=True)
class Sound:
    """An index, another one whose files are put into it, and what the first answers."""

    index: Path
    other: Path
    answers: dict[str, object]

    @property
    def files(self) -> list[str]:
        """The pointer and the files of the generation, as paths in the index."""
        generation = self.index / "generation-000001"
        names = sorted(path.name for path in generation.iterdir())
        return ["current", *(f"{generation.name}/{name}" for name in names)]


def articles(count: int, seed: int) -> Iterator[Article]:
    chance = random.Random(seed)
    words = ["注意力", "旋转位置编码", "RoPE", "the best", "token", "$x_{t-1}$", "甲乙"]
    words += ["attention", "networks", "`return x`", "归一化", "tokenizer", "[[", "。"]
    for number in range(count):
        body = "\n\n".join(" ".join(chance.choices(words, k=60)) for _ in range(6))
        body += "\n\n旋转位置编码（RoPE）\n\n```python\nreturn x\n```\n"
        topics = tuple(chance.sample(("甲", "乙"), chance.randrange(3)))
        yield Article(
            f"{number:04}", f"{chance.choice('甲乙丙')} {number}", body, topics
        )


def make_sound(folder: Path, *, count: int = 40) -> Sound:
    """Two indexes of articles, with a dictionary and so with a file of words."""
    words = folder / "words.txt"
    words.write_text("甲乙丙丁 5\n", "utf-8")
    config = searchkit.Config(dictionaries=(str(words),))
    for name, seed in (("sound", 1), ("other", 2)):
        searchkit.build(articles(count, seed), folder / name, config=config)
    return Sound(folder / "sound", folder / "other", dict(ask(folder / "sound")))


def ask(index: Path) -> Iterator[tuple[str, object]]:
    """What an index answers, each kind of question by its name."""
    engine, error = opened(index)
    if engine is None:
        yield "open", error
        return
    with engine:
        for query in QUERIES:
            yield f"search {query}", told(lambda query=query: page(engine, query))
        yield "show", told(lambda: engine.article("0007"))
        yield "matches", told(lambda: engine.matches("注意力", "0007"))
        yield "suggest", told(lambda: engine.suggest("to"))
        yield "glossary", told(engine.glossary)
        yield "explain", told(lambda: engine.explain("RoPE", "0007").lines)
        yield "stats", told(lambda: engine.stats().topics)
        yield "check", told(engine.check)


def page(engine: searchkit.SearchEngine, query: str) -> object:
    found = engine.search(query, limit=5)
    return found.total, found.complete, found.hits, found.facets["topic"], found.notes


def opened(index: Path) -> tuple[searchkit.SearchEngine | None, object]:
    try:
        return searchkit.open(index), None
    except searchkit.IndexStoreError as error:
        return None, Told.of(error)


def told(question: Callable[[], object]) -> object:
    try:
        return question()
    except (searchkit.IndexCorruptError, searchkit.IndexFormatError) as error:
        return Told.of(error)


@dataclass(frozen=True)
class Told:
    """An error that says that the index is damaged."""

    what: str
    names: bool

    @classmethod
    def of(cls, error: searchkit.IndexStoreError) -> Told:
        says = str(error) + error.hint
        names = error.path in str(error) and "searchkit build" in error.hint
        return cls(f"{type(error).__name__}: {says}", names)


def verdict(sound: Sound, index: Path) -> str:
    """What the damage did: "answered", "told when opened", "told when searched".

    Raises: AssertionError for a wrong answer, and whatever crashed.
    """
    found = dict(ask(index))
    missing_pointer = found.get("open")
    if isinstance(missing_pointer, Told):
        assert missing_pointer.names, missing_pointer.what
        return "told when opened"
    problems = found.pop("check")
    sound_says = problems == ()
    damage_seen = False
    for name, answer in found.items():
        if isinstance(answer, Told):
            assert answer.names, answer.what
            assert not sound_says, f"check finds nothing, but {name}: {answer.what}"
            damage_seen = True
        else:
            assert answer == sound.answers[name], f"{name} has another answer"
    if damage_seen:
        return "told when searched"
    return "answered, check finds nothing" if sound_says else "answered, check tells"


@contextmanager
def at_most(seconds: int) -> Iterator[None]:
    """Raises AssertionError if what is in it takes longer."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "SIGALRM"
    ):
        yield
        return

    def handle(*_: object) -> None:
        raise AssertionError(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, handle)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def peak_bytes() -> int:
    """The most memory this process ever had; 0 where that cannot be told."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def plans(sound: Sound, places: int, chance: random.Random) -> list[tuple[str, Damage]]:
    """Which file is damaged how: each file in each way, then at random by size."""
    files = sound.files
    made = [(file, damage) for file in files for damage in DAMAGES]
    weights = [(sound.index / file).stat().st_size + 2000 for file in files]
    often = [damage for damage in DAMAGES if damage not in ONCE]
    while len(made) < places:
        made.append((chance.choices(files, weights)[0], chance.choice(often)))
    return made[:places]


def run(
    sound: Sound, places: int, seed: int, tell: Callable[[str], None] | None = None
) -> Counter[tuple[str, str, str]]:
    """Damage so many places; how often (file, damage) came to which end.

    Raises: AssertionError, saying which damage did what.
    """
    chance = random.Random(seed)
    counts: Counter[tuple[str, str, str]] = Counter()
    most = peak_bytes() + MEMORY
    for number, (file, damage) in enumerate(plans(sound, places, chance)):
        path = sound.index / file
        before = path.read_bytes()
        other = (sound.other / file).read_bytes()
        path.write_bytes(damage(before, other, chance))
        what = f"{damage.__name__} {file} (number {number}, seed {seed})"
        try:
            with at_most(SECONDS):
                end = verdict(sound, sound.index)
            assert peak_bytes() < most, "more memory than the index"
        except Exception as error:
            raise AssertionError(f"{what}: {type(error).__name__} {error}") from error
        finally:
            path.write_bytes(before)
        counts[Path(file).name, damage.__name__, end] += 1
        if tell and not (number + 1) % 500:
            tell(f"{number + 1} places")
    return counts


def main() -> int:
    """Print the counts; status 1 at the first damage that passed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--places", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(machine.describe())
    folder = Path(tempfile.mkdtemp())
    try:
        counts = run(make_sound(folder), options.places, options.seed, print)
    except AssertionError as error:
        print(f"not told: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(folder)
    for by, name in ((0, "file"), (1, "damage"), (2, "end")):
        print(f"\nby {name}")
        total: Counter[str] = Counter()
        for key, count in counts.items():
            total[key[by]] += count
        for key, count in sorted(total.items()):
            print(f"{count:6} {key}")
    print(f"\n{sum(counts.values())} in all: no wrong answer, crash, hang or bloat")
    return 0


if __name__ == "__main__":
    sys.exit(main())
