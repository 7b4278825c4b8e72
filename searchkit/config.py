"""Which setting holds, and where does it come from?

A flag beats a `SEARCHKIT_*` variable, that beats `searchkit.toml` in the current
folder, and that beats the default. Flags are the terminal's business; the rest is
decided here, from an environment and a folder that the caller hands in.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping
from types import MappingProxyType

from searchkit.errors import ConfigError
from searchkit.record import as_dict, default_of, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from _typeshed import StrPath

FILE_NAME = "searchkit.toml"
VARIABLE_PREFIX = "SEARCHKIT_"
OTHER_VARIABLES = frozenset({"SEARCHKIT_DEBUG"})
DEFAULT_ORIGIN = "default"
ENVIRONMENT = "the environment"
INSTALLED, NONE = "installed", "none"  # of the dictionary, instead of a path


@record
class Config:
    """Every setting with its default. Folders are relative to the current one."""

    index: str = "index"
    corpus: str = "corpus"
    limit: int = 10
    jobs: int = 0
    max_article_bytes: int = 16 * 1024 * 1024
    snippet_characters: int = 160
    snippets_per_hit: int = 2
    dictionaries: tuple[str, ...] = ()
    glossary: str = ""
    bilingual: str = INSTALLED


@record
class Setting:
    """What a field of `Config` is, in words, and what it may hold."""

    default: Any
    about: str
    least: int | None = None
    most: int | None = None


def _setting(
    name: str, about: str, *, least: int | None = None, most: int | None = None
) -> tuple[str, Setting]:
    return name, Setting(default_of(Config, name), about, least, most)


SETTINGS: Mapping[str, Setting] = MappingProxyType(
    dict(
        (
            _setting("index", "folder of the index"),
            _setting("corpus", "folder of the articles"),
            _setting("limit", "hits on a page; 0 is all", least=0),
            _setting(
                "jobs", "processes that build; 0 is one a core", least=0, most=1024
            ),
            _setting("max_article_bytes", "bytes; a larger file is skipped", least=1),
            _setting(
                "snippet_characters",
                "characters in a snippet, about",
                least=20,
                most=2000,
            ),
            _setting(
                "snippets_per_hit", "snippets under a hit, at most", least=0, most=20
            ),
            _setting("dictionaries", "files with words of your own, in jieba's format"),
            _setting(
                "glossary", "file of names that are one, or are not; none if empty"
            ),
            _setting(
                "bilingual",
                "Chinese-English dictionary beside the vocabulary: a file in "
                f"CC-CEDICT's format, {INSTALLED} (by searchkit[dictionary]) or "
                f"{NONE}: neither",
            ),
        )
    )
)
"""What each field of `Config` is."""

_FOLDERS = frozenset({"index", "corpus"})
_PATHS = _FOLDERS | {"dictionaries", "glossary", "bilingual"}


def load_config(
    environ: Mapping[str, str], cwd: StrPath
) -> tuple[Config, Mapping[str, str]]:
    """The settings that hold in `cwd`, and by name where each comes from.

    An origin is `default`, the path of the file, or the name of a variable. A relative
    path in the file is relative to the file. An empty variable counts as unset; a list
    in a variable is separated as in PATH.

    Raises:
        ConfigError: the file cannot be read, a key is not known, or a value is of the
            wrong type or out of range. A variable with an unknown name is an error
            only if it looks like a setting misspelt: others may belong to others.
    """
    file = os.path.join(cwd, FILE_NAME)
    in_file = _read_file(file)
    in_environment = _read_variables(environ)
    origins = dict.fromkeys(SETTINGS, DEFAULT_ORIGIN)
    origins |= dict.fromkeys(in_file, file)
    origins |= {name: VARIABLE_PREFIX + name.upper() for name in in_environment}
    return Config(**(in_file | in_environment)), MappingProxyType(origins)


def checked(config: Config, *, origin: str = "searchkit.Config") -> Config:
    """The settings that a program or a command line made, with paths as texts.

    `origin` is where an error says that they come from.

    Raises: ConfigError for a value of the wrong type or out of range; TypeError.
    """
    if not isinstance(config, Config):
        raise TypeError(f"config is a searchkit.Config, not {config!r:.40}")
    values = {name: _plain(value) for name, value in as_dict(config).items()}
    for name, value in values.items():
        default = SETTINGS[name].default
        if value != default or type(value) is not type(default):
            _check(name, value, path=origin, shown_key=name)
    return Config(**values)


def _plain(value: Any) -> Any:
    """A path as a text, a list as a tuple."""
    if isinstance(value, tuple | list):
        return tuple(map(_plain, value))
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def read_named(path: StrPath) -> bytes:
    """The bytes of a file that somebody names, a setting or an index.

    Raises: OSError; what is no file, like a device or a pipe, may have no end.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        raise OSError(errno.EINVAL, "it is no file", os.fspath(path))
    with open(path, "rb") as file:
        return file.read()


def _read_file(path: str) -> dict[str, Any]:
    if not os.path.exists(path):
        return {}
    from pathlib import Path

    file = Path(path)
    values: dict[str, Any] = {}
    for key, value in _parse_toml(file).items():
        if key not in SETTINGS:
            raise _unknown_key(key, path=path, known=SETTINGS)
        value = _plain(value)
        _check(key, value, path=path, shown_key=key)
        values[key] = _beside(file, value) if key in _PATHS else value
    return values


def _beside(file: Path, value: Any) -> Any:
    """A path, or each of several, as seen from the file's folder."""
    if isinstance(value, tuple):
        return tuple(str(file.parent / path) for path in value)
    if value in (INSTALLED, NONE):
        return value
    return str(file.parent / value)


def _parse_toml(file: Path) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(read_named(file).decode("utf-8-sig"))
    except (ValueError, RecursionError, OSError) as error:  # no TOML, or no UTF-8
        raise ConfigError(
            f"{file} cannot be read: {error}.",
            path=str(file),
            key="",
            hint='Each line is a setting: `limit = 20`, `index = "somewhere"`.',
        ) from error


def _read_variables(environ: Mapping[str, str]) -> dict[str, Any]:
    known = [VARIABLE_PREFIX + name.upper() for name in SETTINGS]
    values: dict[str, Any] = {}
    for variable, text in sorted(environ.items()):
        if variable in known and text:
            name = variable.removeprefix(VARIABLE_PREFIX).lower()
            values[name] = _from_text(name, text, variable)
        elif _is_misspelt(variable, known):
            raise _unknown_key(variable, path=ENVIRONMENT, known=known)
    return values


def _is_misspelt(variable: str, known: list[str]) -> bool:
    if not variable.startswith(VARIABLE_PREFIX):
        return False
    if variable in OTHER_VARIABLES or variable in known:
        return False
    from difflib import get_close_matches

    return bool(get_close_matches(variable, known, n=1, cutoff=0.85))


def _from_text(name: str, text: str, variable: str) -> str | int | tuple[str, ...]:
    value: str | int | tuple[str, ...] = text
    if isinstance(SETTINGS[name].default, tuple):
        value = tuple(filter(None, text.split(os.pathsep)))
    elif isinstance(SETTINGS[name].default, int):
        try:
            value = int(text)
        except ValueError:
            value = text  # the check below words the error
    _check(name, value, path=ENVIRONMENT, shown_key=variable)
    return value


_KINDS = {
    int: "a whole number",
    str: "a text in quotes",
    tuple: 'a list of paths (["words.txt"])',
}


def _check(name: str, value: Any, *, path: str, shown_key: str) -> None:
    """Raises `ConfigError` unless `value` has the type and range of setting `name`."""
    setting = SETTINGS[name]
    wanted = type(setting.default)
    least, most = setting.least, setting.most
    if type(value) is not wanted:  # `true` is an int for isinstance
        words = _KINDS[wanted]
    elif isinstance(value, tuple) and not all(type(v) is str and v for v in value):
        words = _KINDS[tuple]
    elif wanted is str and not value:
        words = "the path of a folder" if name in _FOLDERS else "the path of a file"
    elif least is not None and value < least:
        words = f"{least} or more"
    elif most is not None and value > most:
        words = f"{most} or less"
    else:
        return
    raise ConfigError(
        f"{shown_key} in {path} must be {words}, not {value!r}.",
        path=path,
        key=shown_key,
        hint=f"{shown_key} is: {setting.about}.",
    )


def _unknown_key(
    key: str, *, path: str, known: Mapping[str, Any] | list[str]
) -> ConfigError:
    from difflib import get_close_matches

    close = get_close_matches(key, list(known), n=1)
    hint = f"Did you mean {close[0]}?" if close else "Known are " + ", ".join(known)
    return ConfigError(
        f"There is no setting {key} ({path}).", path=path, key=key, hint=hint
    )
