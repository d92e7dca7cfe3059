"""Where hooks find the program: by name only where everybody's PATH has it."""

import sys
from pathlib import Path

import pytest

from byline.setup.program import find_program, is_there

BESIDE = Path(sys.executable).with_name("byline-ingest")


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    if not BESIDE.is_file():
        pytest.skip("byline-ingest is not installed beside this Python")
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)


def launcher(folder: Path, target: Path) -> Path:
    folder.mkdir()
    (folder / "byline-ingest").symlink_to(target)
    return folder / "byline-ingest"


def test_off_path_it_is_named_by_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    assert find_program().word == find_program().path == str(BESIDE)


def test_on_path_it_is_named_by_its_name_and_for_desktops_by_the_launcher(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = launcher(tmp_path / "bin", BESIDE)
    monkeypatch.setenv("PATH", str(link.parent))
    found = find_program()
    assert (found.word, found.path) == ("byline-ingest", str(link))


def test_another_one_on_path_is_not_taken_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(launcher(tmp_path / "bin", other).parent))
    assert find_program().word == str(BESIDE)


def test_an_environment_that_is_active_in_this_shell_only_is_not_relied_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", str(BESIDE.parent))
    assert find_program().word == "byline-ingest"
    monkeypatch.setenv("VIRTUAL_ENV", str(BESIDE.parent.parent))
    assert find_program().word == str(BESIDE)


def test_a_command_line_is_there_when_its_program_can_be_run(tmp_path: Path) -> None:
    program = tmp_path / "by line"
    program.write_text("#!/bin/sh\n")
    assert not is_there(f"'{program}' hook")
    program.chmod(0o755)
    assert is_there(f"'{program}' hook")
    assert not is_there("'unclosed")
    assert not is_there("")
