"""``byline doctor``: what it finds, what it says to do, and what it puts right."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from claude_records import ClaudeTranscript

Run = Callable[..., "subprocess.CompletedProcess[str]"]
TOKEN = "ghp_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bD1fG3hJ5k"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "byline.db"


@pytest.fixture
def run(repo: Path, database: Path, isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``byline`` (or ``byline-ingest``) in the repository, on a PATH without agents."""
    tools = isolated_home / "tools"
    tools.mkdir()
    (tools / "git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("BYLINE_DB", str(database))

    def run(
        *words: str, module: str = "byline.cli.main", stdin: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", module, *words]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=repo, check=False)

    return run


@pytest.fixture
def stored(run: Run, tmp_path: Path) -> None:
    """A store with a session in it."""
    transcript = ClaudeTranscript(tmp_path / "h" / "s1.jsonl", "s1-session")
    transcript.prompt(f"Push with {TOKEN}")
    transcript.write("a.py", f"key = '{TOKEN}'\n", "t1", "m1")
    assert run("import", str(transcript.path)).returncode == 0


def findings(done: "subprocess.CompletedProcess[str]", area: str) -> list[dict[str, Any]]:
    return [each for each in json.loads(done.stdout) if each["area"] == area]


def agent(done: "subprocess.CompletedProcess[str]", name: str) -> dict[str, Any]:
    (found,) = (each for each in findings(done, "Agents") if each["facts"].get("agent") == name)
    return found


def a_program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_nothing_set_up_is_no_problem_and_makes_no_store(run: Run, database: Path) -> None:
    done = run("doctor")
    assert done.returncode == 0, done.stderr
    assert "no agent was found" in done.stdout
    assert "there is none yet" in done.stdout
    assert "byline setup --git" in done.stdout
    assert done.stdout.endswith("No problems.\n")
    assert not database.exists()


def test_an_agent_is_told_with_its_version_its_hooks_and_its_last_event(
    run: Run, stored: None, isolated_home: Path
) -> None:
    a_program(isolated_home / "tools", "claude", "echo 2.1.300 '(Claude Code)'")
    before = agent(run("doctor", "--json"), "claude")
    assert (before["level"], before["facts"]["hooks"]) == ("note", "none")
    assert before["advice"] == "byline setup --agent claude"
    assert run("setup", "--yes", "--agent", "claude").returncode == 0
    after = agent(run("doctor", "--json"), "claude")
    assert (after["level"], after["facts"]["hooks"], after["facts"]["version"]) == ("fine", "in", "2.1.300")
    assert after["facts"]["last_event_ms"] > 0
    assert "last heard of" in after["text"]


def test_an_agent_that_does_not_answer_is_still_told(run: Run, isolated_home: Path) -> None:
    a_program(isolated_home / "tools", "gemini", "exit 3")
    assert agent(run("doctor", "--json"), "gemini")["facts"]["version"] is None


@pytest.mark.parametrize(
    ("damage", "state"),
    [
        (lambda text: text.replace('"Stop"', '"Stopped"'), "incomplete"),
        (
            lambda text: text.replace("/byline-ingest", "/gone/byline-ingest").replace(
                '"byline-', '"/gone/byline-'
            ),
            "broken",
        ),
        (lambda text: text[:-3], "unreadable"),
    ],
    ids=["incomplete", "broken", "unreadable"],
)
def test_hooks_that_do_not_work_are_a_problem(
    run: Run, isolated_home: Path, damage: Callable[[str], str], state: str
) -> None:
    path = isolated_home / ".claude" / "settings.json"
    path.parent.mkdir()
    assert run("setup", "--yes", "--agent", "claude").returncode == 0
    path.write_text(damage(path.read_text()))
    done = run("doctor", "--json")
    found = agent(done, "claude")
    assert (done.returncode, found["level"], found["facts"]["hooks"]) == (1, "problem", state)
    fixed = run("doctor", "--fix")
    assert fixed.returncode == (1 if state == "unreadable" else 0), fixed.stdout


def test_a_plugin_of_another_version_is_a_problem_that_is_put_right(run: Run, isolated_home: Path) -> None:
    from byline.setup.installed_file import with_header

    path = isolated_home / ".pi" / "agent" / "extensions" / "byline.ts"
    path.parent.mkdir(parents=True)
    path.write_bytes(with_header(b"// old\n", "0.0.1"))
    assert "Byline 0.0.1" in agent(run("doctor", "--json"), "pi")["text"]
    assert run("doctor", "--fix").returncode == 0
    assert b"0.0.1" not in path.read_bytes()
    path.write_bytes(path.read_bytes() + b"// mine\n")
    assert agent(run("doctor", "--json"), "pi")["facts"]["hooks"] == "changed"


def test_a_sound_store_is_told_with_its_size_and_schema(run: Run, stored: None, database: Path) -> None:
    done = run("doctor", "--json")
    assert done.returncode == 0
    facts = findings(done, "Store")[0]["facts"]
    assert (facts["path"], facts["integrity"], facts["bytes"] > 0) == (str(database), ["ok"], True)


def test_a_damaged_store_is_told_and_left_as_it_is(run: Run, stored: None, database: Path) -> None:
    data = bytearray(database.read_bytes())
    data[4096:12288] = b"\xff" * 8192
    database.write_bytes(data)
    for suffix in ("-wal", "-shm"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)
    done = run("doctor", "--fix")
    assert done.returncode == 1
    assert "byline import" in done.stdout
    assert database.read_bytes() == bytes(data)


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be read as one\n" * 20, b""])
def test_what_is_no_store_is_told(run: Run, database: Path, content: bytes) -> None:
    database.write_bytes(content)
    done = run("doctor", "--json")
    assert (done.returncode, findings(done, "Store")[0]["level"]) == (1, "problem")
    assert database.read_bytes() == content


def test_a_store_of_a_newer_version_is_told(run: Run, stored: None, database: Path) -> None:
    with closing(sqlite3.connect(database)) as store:
        store.execute("PRAGMA user_version = 99")
    done = run("doctor", "--json")
    assert done.returncode == 1
    assert "upgrade Byline" in findings(done, "Store")[0]["advice"]


def test_a_store_that_others_can_read_is_put_right(run: Run, stored: None, database: Path) -> None:
    database.chmod(0o644)
    done = run("doctor", "--json")
    assert (done.returncode, f"chmod 600 {database}" in done.stdout) == (1, True)
    assert run("doctor", "--fix").returncode == 0
    assert database.stat().st_mode & 0o777 == 0o600


def test_what_waits_too_long_is_told_and_stored(run: Run, stored: None, database: Path) -> None:
    from byline.ingest.spool import Spooled, put, waiting

    event = {"hook_event_name": "UserPromptSubmit", "session_id": "s2", "prompt": "Later"}
    long_ago = time.time_ns() // 1_000_000 - 600_000
    put(str(database), Spooled(("hook", "--agent", "claude"), "/", long_ago, json.dumps(event).encode()))
    done = run("doctor", "--json")
    assert done.returncode == 1
    (found,) = (each for each in findings(done, "Store") if "waiting" in each["facts"])
    assert (found["facts"]["waiting"], found["level"]) == (1, "problem")
    assert run("doctor", "--fix").returncode == 0
    assert waiting(str(database)) == []


def test_rejected_payloads_are_told_with_their_reasons(run: Run, stored: None) -> None:
    run("hook", "--agent", "claude", module="byline.ingest", stdin='{"hook_event_name": 1}')
    done = run("doctor", "--json")
    (found,) = (each for each in findings(done, "Store") if "rejected" in each["facts"])
    assert (done.returncode, found["level"], found["facts"]["rejected"][0]["count"]) == (1, "problem", 1)
    assert "hook --agent claude: " in found["text"]
    assert "byline-ingest replay" in found["advice"]
    again = run("doctor", "--fix")
    assert (again.returncode, "could not fix: byline-ingest replay" in again.stdout) == (1, True)


def test_shell_calls_that_were_not_looked_at_are_told_with_the_reason(
    run: Run, stored: None, database: Path
) -> None:
    from byline.ingest.shell_window import note_skipped

    for _ in range(2):
        note_skipped(str(database), "claude", "/w/large", "before a call: git took too long")
    done = run("doctor", "--json")
    (found,) = (each for each in findings(done, "Store") if "not_looked_at" in each["facts"])
    assert (done.returncode, found["level"]) == (0, "note")
    assert found["facts"]["not_looked_at"] == {"/w/large: before a call: git took too long": 2}
    assert "capture.snapshot_timeout_ms" in found["advice"]


def test_secrets_are_counted_and_not_shown(run: Run, stored: None) -> None:
    done = run("doctor")
    assert done.returncode == 0
    assert "GitHub token 2" in done.stdout
    assert TOKEN not in done.stdout
    assert TOKEN not in run("doctor", "--json").stdout


def test_git_hooks_are_told_with_what_is_wrong_with_them(run: Run, repo: Path) -> None:
    def hooks() -> dict[str, Any]:
        return findings(run("doctor", "--json"), "Repository")[1]

    assert (hooks()["level"], hooks()["advice"]) == ("note", "byline setup --git")
    assert run("setup", "--git", "--yes").returncode == 0
    assert (hooks()["level"], hooks()["facts"]["hooks"]) == ("fine", ["post-commit", "post-rewrite"])
    script = repo / ".git" / "hooks" / "post-commit"
    script.chmod(0o644)
    assert "not executable" in hooks()["text"]
    script.unlink()
    assert "post-commit lacks" in hooks()["text"]
    assert run("doctor", "--fix").returncode == 0
    assert os.access(script, os.X_OK)


def test_a_mistake_in_the_settings_is_a_problem(run: Run, isolated_home: Path) -> None:
    folder = isolated_home / "config" / "byline"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("nonsense = 1\n")
    done = run("doctor", "--json")
    (found,) = findings(done, "Settings")
    assert (done.returncode, "config.toml:1" in found["text"]) == (1, True)


def test_hooks_that_are_turned_off_are_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYLINE_DISABLED", "1")
    (found,) = findings(run("doctor", "--json"), "Settings")
    assert "BYLINE_DISABLED" in found["text"]


def test_a_transcript_is_printed_with_its_secrets_covered(run: Run, stored: None) -> None:
    for form in ("md", "json", "html"):
        covered = run("transcript", "cc_s1", "--format", form)
        assert covered.returncode == 0, covered.stderr
        assert TOKEN not in covered.stdout
        assert "[GitHub token]" in covered.stdout
        assert TOKEN in run("transcript", "cc_s1", "--format", form, "--no-mask").stdout
    value = json.loads(run("transcript", "cc_s1", "--json").stdout)
    (line,) = value["edits"][0]["patch"]["files"][0]["hunks"][0]["lines"]
    assert line["content"] == "key = '[GitHub token]'"


def test_codex_hooks_are_a_problem_until_they_are_trusted(run: Run, isolated_home: Path) -> None:
    folder = isolated_home / ".codex"
    folder.mkdir()
    assert run("setup", "--yes", "--agent", "codex").returncode == 0
    found = agent(run("doctor", "--json"), "codex")
    assert (found["level"], found["facts"]["hooks"]) == ("problem", "untrusted")
    assert "/hooks" in found["advice"]
    events = ("session_start", "user_prompt_submit", "pre_tool_use", "post_tool_use", "stop")
    (folder / "config.toml").write_text(
        "".join(
            f'[hooks.state."{folder}/hooks.json:{event}:0:0"]\ntrusted_hash = "sha256:1"\n'
            for event in events
        )
    )
    assert agent(run("doctor", "--json"), "codex")["level"] == "fine"


@pytest.mark.parametrize(
    ("name", "file", "setting"),
    [
        ("claude", ".claude/settings.json", '{"disableAllHooks": true}'),
        ("gemini", ".gemini/settings.json", '{"hooksConfig": {"enabled": false}}'),
        ("gemini", ".gemini/settings.json", '{"hooksConfig": {"disabled": ["byline"]}}'),
        ("codex", ".codex/config.toml", "[features]\nhooks = false\n"),
    ],
)
def test_hooks_that_the_agent_was_told_not_to_run_are_a_problem(
    run: Run, isolated_home: Path, name: str, file: str, setting: str
) -> None:
    path = isolated_home / file
    path.parent.mkdir()
    path.write_text(setting)
    assert run("setup", "--yes", "--agent", name).returncode == 0
    found = agent(run("doctor", "--json"), name)
    assert (found["level"], found["facts"]["hooks"]) == ("problem", "off")
