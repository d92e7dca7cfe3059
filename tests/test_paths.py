"""Where Byline keeps its own things."""

import subprocess
import sys
from pathlib import Path

import pytest

from byline.paths import data_dir, database_path, state_dir


def test_the_database_is_in_the_data_folder(isolated_home: Path) -> None:
    assert database_path() == isolated_home / "data" / "byline" / "byline.db"
    assert data_dir() == isolated_home / "data" / "byline"
    assert state_dir() == isolated_home / "state" / "byline"


def test_nothing_is_made_by_asking(isolated_home: Path) -> None:
    database_path()
    state_dir()
    assert list(isolated_home.iterdir()) == []


def test_the_environment_names_another_database_and_the_option_beats_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, isolated_home: Path
) -> None:
    monkeypatch.setenv("BYLINE_DB", str(tmp_path / "env.db"))
    assert database_path() == tmp_path / "env.db"
    assert database_path("~/option.db") == isolated_home / "option.db"


def test_a_relative_database_is_below_the_current_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert database_path("x/../y.db").is_absolute()
    assert database_path("y.db") == tmp_path / "y.db"


def test_an_empty_variable_names_no_database(monkeypatch: pytest.MonkeyPatch, isolated_home: Path) -> None:
    monkeypatch.setenv("BYLINE_DB", "")
    assert database_path() == isolated_home / "data" / "byline" / "byline.db"


def test_a_hook_that_is_told_its_database_does_not_load_platformdirs(tmp_path: Path) -> None:
    code = "import sys, byline.paths; byline.paths.database_path(); print('platformdirs' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"BYLINE_DB": str(tmp_path / "x.db"), "PATH": ""},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "False\n"
