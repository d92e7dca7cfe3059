"""The command as people call it: words, exit codes, what goes where."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from claude_records import MODEL, ClaudeTranscript

from byline.cli.main import COMMANDS
from byline.cli.sessions import SessionJson

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run ``byline`` as a process of its own on a store of its own."""

    def run(*words: str, stdin: bytes = b"", **environment: str) -> "subprocess.CompletedProcess[bytes]":
        env = {**os.environ, "BYLINE_DB": str(tmp_path / "byline.db"), **environment}
        command = [sys.executable, "-m", "byline.cli.main", *words]
        return subprocess.run(command, input=stdin, capture_output=True, cwd=tmp_path, env=env, check=False)

    return run


@pytest.fixture
def transcript(tmp_path: Path) -> ClaudeTranscript:
    """A session that says things a terminal must not obey, and writes a file."""
    transcript = ClaudeTranscript(tmp_path / "h" / "s1.jsonl", "s1-session")
    transcript.prompt("Make it \x1b[31mred\x1b[0m [bold]not markup[/bold] <b>")
    transcript.write("a.py", "x = '\x9b2J'\n```\n\tz\n", "t1", "m1")
    transcript.call("Bash", "t2", "m2", {"command": "ls -l"})
    transcript.result("t2", "Error: no", "Exit code 1\n```\nfenced")
    transcript.said("Done.", "m3")
    return transcript


@pytest.fixture
def imported(run: Run, transcript: ClaudeTranscript) -> ClaudeTranscript:
    assert run("import", str(transcript.path)).returncode == 0
    return transcript


def out(done: "subprocess.CompletedProcess[bytes]") -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def test_import_prints_a_summary_that_adds_up(run: Run, transcript: ClaudeTranscript) -> None:
    lines = out(run("import", str(transcript.path))).split("\n")
    assert lines[0] == "imported from 1 of 1 histories"
    assert "  messages         4 = 4 new + 0 updated + 0 already there" in lines
    assert out(run("import", str(transcript.path))).startswith("imported from 0 of 1 histories (1 unchanged)")


def test_import_says_what_it_could_not_read(run: Run, transcript: ClaudeTranscript) -> None:
    transcript.line("{broken")
    assert f"  {transcript.path}:7: not JSON" in out(run("import", str(transcript.path)))


def test_import_as_json_is_the_summary(run: Run, transcript: ClaudeTranscript) -> None:
    value = json.loads(out(run("import", "--json", str(transcript.path))))
    assert (value["sessions"]["new"], value["edits"]["new"], value["dry_run"]) == (1, 1, False)


def test_import_reads_standard_input_and_names_no_source(run: Run, transcript: ClaudeTranscript) -> None:
    out(run("import", "-", stdin=transcript.path.read_bytes()))
    (session,) = json.loads(out(run("sessions", "--json")))
    assert (session["id"], session["source"]) == ("cc_s1-session", None)


def test_import_binds_the_sessions_to_the_repository_that_is_named(
    run: Run, transcript: ClaudeTranscript, repo: Path
) -> None:
    out(run("import", str(transcript.path), "--repo", str(repo)))
    (session,) = json.loads(out(run("sessions", "--json")))
    assert session["repository"] == str(repo)


def test_a_dry_run_keeps_nothing(run: Run, transcript: ClaudeTranscript) -> None:
    assert out(run("import", "--dry-run", str(transcript.path))).startswith("would import from 1 of 1")
    assert json.loads(out(run("sessions", "--json"))) == []


def test_import_since_takes_dates_and_ages(run: Run, transcript: ClaudeTranscript) -> None:
    assert (
        json.loads(out(run("import", "--json", "--since", "1d", str(transcript.path))))["sessions"]["new"]
        == 0
    )
    value = json.loads(out(run("import", "--json", "--since", "2025-10-09", str(transcript.path))))
    assert value["sessions"]["new"] == 1


def test_without_histories_import_says_what_to_do(run: Run) -> None:
    assert out(run("import")) == "No histories found. Name a file or folder: byline import PATH\n"


def test_sessions_as_json_has_every_key_of_the_design(run: Run, imported: ClaudeTranscript) -> None:
    (session,) = json.loads(out(run("sessions", "--json")))
    assert tuple(session) == tuple(SessionJson.__annotations__)
    assert (session["agent"], session["native_id"], session["models"]) == ("claude", "s1-session", [MODEL])
    assert (session["messages"], session["edits"], session["added"], session["removed"]) == (4, 1, 3, 0)
    assert (session["source"], session["source_missing"]) == (str(imported.path), False)


def test_sessions_are_found_by_what_was_said(run: Run, imported: ClaudeTranscript) -> None:
    assert len(json.loads(out(run("sessions", "--json", "Done")))) == 1
    assert json.loads(out(run("sessions", "--json", "unsaid"))) == []
    assert out(run("sessions", "unsaid")) == "no session says that\n"


def test_the_list_is_a_line_per_session_and_safe(run: Run, imported: ClaudeTranscript) -> None:
    heading, line, end = out(run("sessions")).split("\n")
    assert heading.split()[0] == "session"
    assert line.startswith("cc_s1-sessi  2025-10-09 08:00")
    assert line.endswith("Make it ␛[31mred␛[0m [bold]not markup[/bold] <b>")
    assert end == ""


def test_an_empty_store_says_what_to_do(run: Run) -> None:
    assert out(run("sessions")) == "no sessions yet: `byline import` brings them in\n"


@pytest.mark.parametrize("name", ["cc_s1-session", "s1-session", "cc_s1"])
def test_a_transcript_is_found_by_its_id_or_the_beginning_of_it(
    run: Run, imported: ClaudeTranscript, name: str
) -> None:
    assert "- Session: `cc_s1-session`\n" in out(run("transcript", name))


def test_a_transcript_reads_as_markdown(run: Run, imported: ClaudeTranscript) -> None:
    text = out(run("transcript", "cc_s1"))
    assert "## Prompt · 2025-10-09 08:00\n\nMake it ␛[31mred␛[0m [bold]not markup[/bold] <b>\n" in text
    assert f"## Assistant · 2025-10-09 08:00 · {MODEL}\n\n### Write\n" in text
    assert "```diff\n--- /dev/null\n+++ b/a.py\n@@ -0,0 +1,3 @@\n+x = '‹9B›2J'\n+```\n+\tz\n```\n" in text
    assert (
        "### Bash · error\n\n```sh\nls -l\n```\n\nOutput:\n\n````\nExit code 1\n```\nfenced\n````\n" in text
    )


@pytest.mark.parametrize("form", ["md", "html"])
def test_no_transcript_for_reading_lets_a_control_through(
    run: Run, imported: ClaudeTranscript, form: str
) -> None:
    text = out(run("transcript", "cc_s1", "--format", form))
    assert not {char for char in text if ord(char) < 0x20 or 0x7F <= ord(char) < 0xA0} - {"\n", "\t"}


def test_a_transcript_as_html_is_escaped_and_asks_for_nothing(run: Run, imported: ClaudeTranscript) -> None:
    text = out(run("transcript", "cc_s1", "--format", "html"))
    assert "&lt;b&gt;" in text
    assert "<b>not" not in text
    assert "<ins>+\tz</ins>" in text
    for word in ("<script", "src=", "href=", "@import", "url("):
        assert word not in text


def test_a_transcript_as_json_holds_the_words_as_they_were(run: Run, imported: ClaudeTranscript) -> None:
    value = json.loads(out(run("transcript", "cc_s1", "--format", "json")))
    assert value["session"]["id"] == "cc_s1-session"
    assert value["messages"][0]["parts"][0]["text"].startswith("Make it \x1b[31m")
    assert value["messages"][1]["parts"][0]["input"]["file_path"] == "/w/app/a.py"
    assert value["edits"][0]["patch"]["files"][0]["new_path"] == "a.py"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["transcript", "nobody"], 1, "byline: there is no session 'nobody': `byline sessions` lists them\n"),
        (["import", "/missing"], 2, "byline: there is no file or folder /missing\n"),
        (
            ["import", "--since", "soon"],
            2,
            "byline: 'soon' is no time: give a date (2026-01-31) or an age (7d, 12h)\n",
        ),
        (
            ["import", "--agent", "x"],
            2,
            (
                "byline: no reader for x: choose from "
                "aider, claude, codex, copilot, cursor, gemini, opencode, pi\n"
            ),
        ),
        (["import", "--repo", "/missing"], 2, "byline: --repo: there is no folder /missing\n"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_errors_are_one_line_and_an_exit_code(run: Run, words: list[str], code: int, message: str) -> None:
    done = run(*words)
    assert (done.returncode, done.stderr.decode(), done.stdout) == (code, message, b"")


def test_an_ambiguous_id_names_the_sessions(run: Run, tmp_path: Path) -> None:
    for name in ("same-1", "same-2"):
        ClaudeTranscript(tmp_path / "h" / f"{name}.jsonl", name).prompt("x", name)
    run("import", str(tmp_path / "h"))
    done = run("transcript", "same")
    assert done.returncode == 1
    assert b"cc_same-1, cc_same-2" in done.stderr


def test_a_damaged_store_is_one_line_that_says_what_to_do(run: Run, tmp_path: Path) -> None:
    (tmp_path / "byline.db").write_bytes(b"not a database at all" * 100)
    done = run("sessions")
    assert done.returncode == 1
    assert done.stderr.startswith(b"byline: ")
    assert done.stderr.count(b"\n") == 1
    assert b"byline doctor" in done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_is_no_complaint(run: Run, tmp_path: Path, unbuffered: str) -> None:
    transcript = ClaudeTranscript(tmp_path / "h" / "s1.jsonl")
    transcript.prompt("long\n" * 200_000)
    run("import", str(transcript.path))
    env = {**os.environ, "BYLINE_DB": str(tmp_path / "byline.db"), "PYTHONUNBUFFERED": unbuffered}
    command = [sys.executable, "-m", "byline.cli.main", "transcript", "s1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 141)


def test_colour_is_there_when_asked_for_and_only_then(run: Run, imported: ClaudeTranscript) -> None:
    assert "\x1b[" not in out(run("sessions"))
    assert "\x1b[" in out(run("--color", "always", "sessions"))


def test_the_list_loads_no_textual_and_json_no_rich(tmp_path: Path, imported: ClaudeTranscript) -> None:
    code = (
        "import sys; from byline.cli.main import main; main(['sessions', '--json']); "
        "print([name for name in ('textual', 'rich', 'unidiff') if name in sys.modules], file=sys.stderr)"
    )
    env = {**os.environ, "BYLINE_DB": str(tmp_path / "byline.db")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=True)
    assert done.stderr == b"[]\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_store_and_colour_may_be_named_behind_every_command(run: Run, command: str) -> None:
    helped = out(run(command, "--help"))
    assert "--db PATH" in helped
    assert "--color {auto,always,never}" in helped


def test_what_is_said_behind_the_command_holds_and_what_is_said_before_it_otherwise(
    run: Run, imported: ClaudeTranscript, tmp_path: Path
) -> None:
    other = str(tmp_path / "other.db")
    assert len(json.loads(out(run("sessions", "--json")))) == 1
    assert json.loads(out(run("sessions", "--json", "--db", other))) == []
    assert json.loads(out(run("--db", other, "sessions", "--json"))) == []
    named = str(tmp_path / "byline.db")
    assert len(json.loads(out(run("--db", other, "sessions", "--db", named, "--json")))) == 1
    assert "\x1b[" in out(run("sessions", "--color", "always"))
    assert "\x1b[" in out(run("--color", "always", "sessions", "--db", named))
    assert "\x1b[" not in out(run("--color", "always", "sessions", "--color=never"))
    wrong = run("sessions", "--color", "red")
    assert (wrong.returncode, wrong.stdout) == (2, b"")
