"""Which index does a command work on, and which article is meant?"""

from __future__ import annotations

import os

from searchkit.cli.exits import say
from searchkit.cli.places import Places
from searchkit.cli.printable import printable
from searchkit.config import Config, checked, load_config
from searchkit.errors import ArticleNotFoundError, IndexNotFoundError
from searchkit.record import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from searchkit.api import SearchEngine
    from searchkit.model import Article


def settings(**flags: Any) -> Config:
    """The configuration, with those flags that were given put over it."""
    config, _ = load_config(os.environ, "")
    given = {name: value for name, value in flags.items() if value is not None}
    return checked(replace(config, **given), origin="the command line")


def open_engine(config: Config) -> SearchEngine:
    """The engine on the configured index."""
    from searchkit.api import open as open_index

    return open_index(config.index, config=config)


def open_or_build(config: Config) -> SearchEngine:
    """The engine; where there is no index yet but a corpus, of a first build."""
    try:
        return open_engine(config)
    except IndexNotFoundError:
        if not os.path.isdir(config.corpus):
            raise
    from searchkit.cli.building import build_with_bar, summary

    where = f"in {config.index}; building it from {config.corpus}"
    say(f"searchkit: There is no index yet {printable(where)}.")
    say(f"searchkit: {summary(build_with_bar(config))}")
    return open_engine(config)


def places(engine: SearchEngine) -> Places:
    """Where the articles are, seen from the current folder."""
    return Places(here=os.getcwd(), engine=engine)


def find_article(engine: SearchEngine, typed: str) -> Article:
    """The article of that `doc_id`, or of the file with that path.

    A path may be as `search` prints it on a terminal, with `…` for its middle, or its
    end, also without `.md`, where only one article has such a path.

    Raises:
        ArticleNotFoundError: its hint names the ids that look alike.
    """
    known, here = engine.doc_ids(), places(engine)
    for doc_id in (typed, here.doc_id(typed)):
        if doc_id in known:
            return engine.article(doc_id)
    shortened = here.shortened(typed, known) or here.ending(typed, known)
    if len(shortened) == 1:
        return engine.article(shortened[0])
    from difflib import get_close_matches

    close = shortened[:3] or get_close_matches(typed, known, n=3)
    hint = "`searchkit search --paths QUERY` prints what there is."
    if close:
        hint = f"Did you mean {', or '.join(close)}?"
    raise ArticleNotFoundError(typed, hint=hint)
