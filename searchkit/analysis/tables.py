"""Where are the tables that the package carries?

By plain paths: `pathlib` and `importlib.resources` take as long to load as a search.
"""

from os import path


def table_path(name: str) -> str:
    """The file of a table.

    >>> table_path("pinyin.txt").endswith("pinyin.txt")
    True
    """
    return path.join(path.dirname(__file__), name)  # noqa: PTH118, PTH120, see above


def read_table(name: str) -> bytes:
    """The bytes of a table."""
    with open(table_path(name), "rb") as file:  # noqa: PTH123, see above
        return file.read()
