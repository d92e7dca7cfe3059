"""Where Claude Code's histories are looked for."""

from pathlib import Path

import pytest

from byline.agents.claude.history import ClaudeHistory


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def test_both_home_folders_are_searched(isolated_home: Path) -> None:
    expected = {
        touch(isolated_home / ".claude/projects/-w/s1.jsonl"),
        touch(isolated_home / "config/claude/projects/-w/s2.jsonl"),
        touch(isolated_home / ".claude/projects/-v/s1/subagents/agent-a.jsonl"),
    }
    touch(isolated_home / ".claude/projects/-v/s1/tool-results/x.txt")
    assert set(ClaudeHistory().discover()) == expected


def test_the_configured_folder_replaces_them(
    isolated_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(isolated_home / ".claude/projects/-w/s1.jsonl")
    here = touch(tmp_path / "claude/projects/-w/s2.jsonl")
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "claude"))
    assert list(ClaudeHistory().discover()) == [here]


def test_a_machine_without_the_agent_has_none() -> None:
    assert list(ClaudeHistory().discover()) == []
