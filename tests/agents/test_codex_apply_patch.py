"""``apply_patch``: the cases that the real binary (Codex 0.169.0) decided, and calls from a shell."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from byline.agents.codex.apply_patch import (
    AddFile,
    DeleteFile,
    Section,
    apply_update,
    parse_apply_patch,
    summary_line,
    summary_text,
)
from byline.agents.codex.shell_patch import Invocation, invocations
from byline.errors import PatchError

CASES = sorted((Path(__file__).parent / "fixtures/codex/apply-patch-scenarios").iterdir())
ROOT = "{ROOT}"
PATCH = "*** Begin Patch\n*** Add File: a.py\n+x\n*** End Patch\n"


@dataclass(frozen=True, slots=True)
class Applied:
    """What Codex leaves: the files as they are then, and its message if it stopped on the way.

    Sections before the one that failed stay applied. ``summary`` is what Codex prints on success.
    """

    files: dict[str, str]
    summary: str
    error: str | None = None


def apply_patch(text: str, files: Mapping[str, str], root: str = "") -> Applied:
    """The reader's own functions on files in memory. ``root`` is what messages put before paths."""
    after = dict(files)
    done: list[str] = []
    try:
        sections = parse_apply_patch(text)
        if not sections:
            raise PatchError("No files were modified.")
        for section in sections:
            _apply(section, after, f"{root}/{section.path}" if root else section.path)
            done.append(summary_line(section))
    except PatchError as error:
        return Applied(after, summary_text(done), str(error))
    return Applied(after, summary_text(done))


def _apply(section: Section, files: dict[str, str], shown: str) -> None:
    if isinstance(section, AddFile):
        files[section.path] = section.content
    elif isinstance(section, DeleteFile):
        if section.path not in files:
            raise PatchError(f"Failed to delete file {shown}")
        del files[section.path]
    else:
        if section.path not in files:
            raise PatchError(f"Failed to read file to update {shown}: No such file or directory (os error 2)")
        content = apply_update(files[section.path], section.chunks, shown)
        if section.move_to is not None:
            del files[section.path]
        files[section.move_to or section.path] = content


def files(folder: Path, *, absolute: bool) -> dict[str, str]:
    """Every file below a folder by its path; none when there is no such folder."""
    before = f"{ROOT}/" if absolute else ""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {f"{before}{path.relative_to(folder)}": path.read_bytes().decode() for path in found}


def test_every_case_is_there() -> None:
    assert len(CASES) == 34


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_ends_as_it_does_for_codex(case: Path) -> None:
    text = (case / "patch.txt").read_bytes().decode()
    result = json.loads((case / "result.json").read_text())
    absolute = ROOT in text
    applied = apply_patch(text, files(case / "input", absolute=absolute), "" if absolute else ROOT)
    assert applied.files == files(case / "expected", absolute=absolute)
    assert (applied.error is None) == (result["rc"] == 0)
    if applied.error is None:
        assert applied.summary == result["stdout"]
    else:
        assert f"{applied.error}\n" == result["stderr"]


def test_a_patch_with_windows_line_ends_is_read() -> None:
    assert parse_apply_patch(PATCH.replace("\n", "\r\n")) == parse_apply_patch(PATCH)


def test_other_line_separators_stay_inside_their_line() -> None:
    applied = apply_patch(PATCH.replace("+x", "+x\u2028y\x0cz\x85"), {})
    assert applied.files == {"a.py": "x\u2028y\x0cz\x85\n"}


@pytest.mark.parametrize(
    ("command", "folder"),
    [
        (["apply_patch", PATCH], "/w"),
        (["/usr/bin/apply_patch", PATCH], "/w"),
        (["bash", "-lc", f"apply_patch <<'EOF'\n{PATCH}EOF\n"], "/w"),
        (["/bin/zsh", "-c", f'applypatch <<"X"\n{PATCH}X'], "/w"),
        (f"apply_patch <<'EOF'\n{PATCH}EOF", "/w"),
        (f"apply_patch <<EOF\n{PATCH}EOF", "/w"),
        (f"cd src && apply_patch <<'EOF'\n{PATCH}EOF\nmake", "/w/src"),
        (f"set -e\ncd 'my src'\napply_patch <<'EOF'\n{PATCH}EOF", "/w/my src"),
        (f"cd /other; cd sub && apply_patch <<'EOF'\n{PATCH}EOF", "/other/sub"),
        (f"cat <<'EOF' | apply_patch\n{PATCH}EOF", "/w"),
        (f"apply_patch '{PATCH}'", "/w"),
    ],
)  # fmt: skip
def test_a_call_from_a_shell_is_found_with_its_folder(command: object, folder: str) -> None:
    (found,) = invocations(command, "/w")
    assert (found.text, found.folder, found.certain) == (PATCH, folder, True)


@pytest.mark.parametrize(
    "command",
    [
        f"apply_patch <<EOF\n{PATCH.replace('+x', '+$HOME')}EOF\nls",
        f"cd $(git rev-parse --show-toplevel) && apply_patch <<'EOF'\n{PATCH}EOF",
        f"cd ~/app && apply_patch <<'EOF'\n{PATCH}EOF",
    ],
    ids=["expanded text", "expanded folder", "home"],
)
def test_what_the_shell_would_change_is_not_certain(command: str) -> None:
    (found,) = invocations(command, "/w")
    assert not found.certain


def test_two_calls_in_one_script_are_both_found() -> None:
    script = f"apply_patch <<'EOF'\n{PATCH}EOF\napply_patch <<'EOF'\n{PATCH}EOF\n"
    assert invocations(script, "/w") == (Invocation(PATCH, "/w"), Invocation(PATCH, "/w"))


@pytest.mark.parametrize(
    "command", ["ls", ["git", "log"], ["bash", "-lc", "rg apply_patch"], None, [1, 2], []]
)
def test_other_commands_call_no_patch(command: object) -> None:
    assert invocations(command, "/w") == ()
