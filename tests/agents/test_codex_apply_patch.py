"""``apply_patch``: the cases that the real binary (Codex 0.169.0) decided, and calls from a shell."""

import json
from pathlib import Path

import pytest

from byline.agents.codex.apply_patch import apply_patch, parse_apply_patch
from byline.agents.codex.shell_patch import Invocation, invocations

CASES = sorted((Path(__file__).parent / "fixtures/codex/apply-patch-scenarios").iterdir())
ROOT = "{ROOT}"
PATCH = "*** Begin Patch\n*** Add File: a.py\n+x\n*** End Patch\n"


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
