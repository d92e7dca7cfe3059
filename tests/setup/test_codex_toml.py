"""Codex hooks in ``config.toml``: a block at its end, and the file is the same without it."""

import tomllib
from pathlib import Path

import pytest

from byline.errors import FormatError
from byline.setup.codex_toml import has_hooks, install, installed, uninstall, untrusted
from byline.setup.hook_entries import HookEntry

COMMAND = "'/opt/by line/byline-ingest' hook --agent codex --defer"
ENTRIES = (HookEntry("PostToolUse", COMMAND, "apply_patch|Bash", 10), HookEntry("Stop", COMMAND))
THEIRS = (
    b'model = "gpt-5.5" # mine\n\n[[hooks.Stop]]\n[[hooks.Stop.hooks]]\n'
    b'type = "command"\ncommand = "say done"\n'
)


@pytest.mark.parametrize("before", [THEIRS, THEIRS.rstrip(b"\n"), b""])
def test_the_file_is_the_same_without_the_entries(before: bytes) -> None:
    after = install(before, ENTRIES)
    found = {(each.event, each.command, each.matcher) for each in installed(after, "codex")}
    assert found == {(each.event, COMMAND, each.matcher) for each in ENTRIES}
    assert install(after, ENTRIES) == after
    assert uninstall(after) == before


def test_hooks_of_others_stay_and_come_first() -> None:
    hooks = tomllib.loads(install(THEIRS, ENTRIES).decode())["hooks"]
    assert [each["hooks"][0]["command"] for each in hooks["Stop"]] == ["say done", COMMAND]
    assert hooks["PostToolUse"][0]["matcher"] == "apply_patch|Bash"


def test_a_key_that_was_added_behind_the_block_stays() -> None:
    touched = install(THEIRS, ENTRIES) + b"[tools]\nsearch = true\n"
    assert uninstall(touched) == THEIRS + b"[tools]\nsearch = true\n"


def test_only_hooks_of_events_count_as_hooks() -> None:
    assert has_hooks(THEIRS)
    assert not has_hooks(b'[hooks.state."x"]\ntrusted_hash = "1"\n')
    assert not has_hooks(b"broken =")
    assert not has_hooks(None)


@pytest.mark.parametrize(
    ("before", "problem"),
    [(b"a = = 1", "valid TOML"), (b"\xff", "UTF-8"), (b"hooks = {Stop = []}\n", r"\[\[hooks")],
)
def test_a_file_that_cannot_be_added_to_is_refused(before: bytes, problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        install(before, ENTRIES)


def test_hooks_are_trusted_once_codex_has_noted_so() -> None:
    file = Path("/home/mia/.codex/hooks.json")
    noted = f'[hooks.state."{file}:post_tool_use:0:0"]\ntrusted_hash = "sha256:1"\n'.encode()
    assert untrusted(None, file, ["Stop", "PostToolUse"]) == ["Stop", "PostToolUse"]
    assert untrusted(noted, file, ["Stop", "PostToolUse"]) == ["Stop"]
    assert untrusted(noted, Path("/elsewhere/hooks.json"), ["PostToolUse"]) == ["PostToolUse"]
    assert untrusted(b"broken =", file, ["Stop"]) == ["Stop"]
