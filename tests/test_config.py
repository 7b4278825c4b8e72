"""Which setting holds, and where does it come from?"""

from pathlib import Path

import pytest

import searchkit
from searchkit.config import SETTINGS, Config, load_config
from searchkit.errors import ConfigError
from searchkit.record import replace


def write(folder: Path, text: str) -> Path:
    file = folder / "searchkit.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize("setting", ["glossary", "bilingual", "dictionaries"])
def test_a_file_that_is_not_there_is_said_plainly(setting: str, tmp_path: Path) -> None:
    absent = str(tmp_path / "absent")
    value = (absent,) if setting == "dictionaries" else absent
    config = replace(Config(), **{setting: value})
    with pytest.raises(ConfigError) as caught:
        searchkit.build([], tmp_path / "index", config=config)
    why = f" {absent} cannot be read (No such file or directory)."
    assert str(caught.value).endswith(why)


def test_defaults_hold_where_nothing_is_set(tmp_path: Path) -> None:
    config, origins = load_config({}, tmp_path)
    assert config == Config()
    assert set(origins.values()) == {"default"}


def test_every_setting_says_what_it_is() -> None:
    assert all(setting.about for setting in SETTINGS.values())


def test_the_file_beats_the_default(tmp_path: Path) -> None:
    file = write(tmp_path, "limit = 20\n")
    config, origins = load_config({}, tmp_path)
    assert (config.limit, origins["limit"]) == (20, str(file))


def test_the_environment_beats_the_file(tmp_path: Path) -> None:
    write(tmp_path, "limit = 20\n")
    config, origins = load_config({"SEARCHKIT_LIMIT": "30"}, tmp_path)
    assert (config.limit, origins["limit"]) == (30, "SEARCHKIT_LIMIT")


def test_an_empty_variable_is_unset(tmp_path: Path) -> None:
    assert load_config({"SEARCHKIT_LIMIT": ""}, tmp_path)[0].limit == Config().limit


def test_a_folder_in_the_file_is_relative_to_the_file(tmp_path: Path) -> None:
    write(tmp_path, 'corpus = "文章"\n')
    assert load_config({}, tmp_path)[0].corpus == str(tmp_path / "文章")


def test_an_absolute_folder_in_the_file_stays(tmp_path: Path) -> None:
    write(tmp_path, 'index = "/srv/index"\n')
    assert load_config({}, tmp_path)[0].index == "/srv/index"


def test_a_folder_in_the_environment_is_taken_as_it_is(tmp_path: Path) -> None:
    assert load_config({"SEARCHKIT_INDEX": "x"}, tmp_path)[0].index == "x"


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    write(tmp_path, "\ufefflimit = 3\n")
    assert load_config({}, tmp_path)[0].limit == 3


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        pytest.param("limt = 3", "limt", "no setting limt", id="unknown"),
        pytest.param('limit = "3"', "limit", "a whole number", id="text-for-number"),
        pytest.param("limit = true", "limit", "a whole number", id="truth-for-number"),
        pytest.param("limit = 1.5", "limit", "a whole number", id="fraction"),
        pytest.param("limit = -1", "limit", "0 or more", id="too-small"),
        pytest.param("jobs = 9999", "jobs", "1024 or less", id="too-large"),
        pytest.param("index = 3", "index", "a text in quotes", id="number-for-text"),
        pytest.param('index = ""', "index", "path of a folder", id="empty-folder"),
        pytest.param("limit = ", "", "cannot be read", id="not-toml"),
    ],
)
def test_a_bad_file_names_file_and_key(
    tmp_path: Path, text: str, key: str, words: str
) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ConfigError, match=words) as caught:
        load_config({}, tmp_path)
    assert (caught.value.path, caught.value.key) == (str(file), key)
    assert caught.value.hint


def test_a_file_that_is_not_utf8_is_a_config_error(tmp_path: Path) -> None:
    (tmp_path / "searchkit.toml").write_bytes(b'index = "\xff"')
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config({}, tmp_path)


def test_a_folder_instead_of_a_file_is_a_config_error(tmp_path: Path) -> None:
    (tmp_path / "searchkit.toml").mkdir()
    with pytest.raises(ConfigError, match="it is no file"):
        load_config({}, tmp_path)


def test_an_unknown_key_gets_a_suggestion(tmp_path: Path) -> None:
    write(tmp_path, "snipets_per_hit = 3")
    with pytest.raises(ConfigError) as caught:
        load_config({}, tmp_path)
    assert caught.value.hint == "Did you mean snippets_per_hit?"


@pytest.mark.parametrize("text", ["ten", "1.5", "-1"])
def test_a_bad_variable_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="SEARCHKIT_LIMIT in the environment"):
        load_config({"SEARCHKIT_LIMIT": text}, tmp_path)


def test_a_misspelt_variable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config({"SEARCHKIT_LIMITS": "3"}, tmp_path)
    assert caught.value.hint == "Did you mean SEARCHKIT_LIMIT?"


@pytest.mark.parametrize("variable", ["SEARCHKIT_DEBUG", "SEARCHKIT_HOSTNAME", "LIMIT"])
def test_a_variable_of_another_purpose_is_let_be(tmp_path: Path, variable: str) -> None:
    assert load_config({variable: "1"}, tmp_path)[0] == Config()
