"""The places as text are the places that platformdirs and :mod:`byline.paths` name."""

from pathlib import Path

import platformdirs
import pytest

from byline.ingest.place import database_name
from byline.own_folder import own_folder
from byline.paths import data_dir, database_path, state_dir


@pytest.mark.parametrize("value", [None, "", "/somewhere/else", "relative/one"])
def test_the_folders_agree(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    for name in ("DATA", "STATE", "CONFIG"):
        if value is None:
            monkeypatch.delenv(f"XDG_{name}_HOME")
        else:
            monkeypatch.setenv(f"XDG_{name}_HOME", value)
    assert own_folder("data") == platformdirs.user_data_dir("byline", appauthor=False) == str(data_dir())
    assert own_folder("state") == platformdirs.user_state_dir("byline", appauthor=False) == str(state_dir())
    assert own_folder("config") == platformdirs.user_config_dir("byline", appauthor=False)
    assert database_name() == str(database_path())


@pytest.mark.parametrize("value", ["/a/b.db", "b.db", "~/b.db"])
def test_the_store_agrees_however_it_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert database_name(value) == str(database_path(value))
    monkeypatch.setenv("BYLINE_DB", value)
    assert database_name() == str(database_path())
    assert database_name("/other.db") == "/other.db"


def test_a_home_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no home"):
        database_name("~nobody-of-that-name/b.db")
