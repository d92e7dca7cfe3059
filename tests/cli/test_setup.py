"""``byline setup`` and ``--remove`` as people call them, on a home with agents and in real repositories."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from byline.errors import BylineError
from byline.setup import installed_file
from byline.setup.plan import Change, apply

Run = Callable[..., "subprocess.CompletedProcess[str]"]

SETTINGS = '{\r\n\t"model": "opus", // mine\r\n\t"hooks": {\r\n\t\t"Stop": [\r\n\t\t]\r\n\t},\r\n}\r\n'


@pytest.fixture
def home(isolated_home: Path) -> Path:
    """A home with the folders of six agents, one of which has settings."""
    for name in (".claude", ".codex", ".gemini", ".cursor", "config/opencode", ".pi/agent"):
        (isolated_home / name).mkdir(parents=True)
    (isolated_home / ".claude" / "settings.json").write_bytes(SETTINGS.encode())
    return isolated_home


@pytest.fixture
def run(home: Path, repo: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``byline`` in the repository, on a PATH that has git and nothing of the agents'."""
    tools = home / "tools"
    tools.mkdir()
    (tools / "git").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    monkeypatch.setenv("BYLINE_DB", str(home / "byline.db"))

    def run(*words: str, folder: Path = repo) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "byline.cli.main", *words]
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=folder, check=False
        )

    return run


def contents(*folders: Path) -> dict[str, tuple[bytes, int]]:
    """Every file below the folders with its content and mode."""
    return {
        str(path): (path.read_bytes(), path.stat().st_mode)
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "tools" not in path.parts and "byline.db" not in str(path)
    }


def test_everything_is_set_up_and_taken_out_again_byte_for_byte(run: Run, home: Path, repo: Path) -> None:
    before = contents(home, repo)
    done = run("setup", "--yes")
    assert done.returncode == 0, done.stderr
    assert "set up in 8 files" in done.stdout
    after = contents(home, repo)
    assert set(after) - set(before) == {
        str(home / name)
        for name in (
            ".codex/hooks.json", ".gemini/settings.json", ".cursor/hooks.json",
            "config/opencode/plugins/byline.ts", ".pi/agent/extensions/byline.ts",
        )
    } | {str(repo / ".git" / "hooks" / name) for name in ("post-commit", "post-rewrite")}  # fmt: skip
    again = run("setup", "--yes")
    assert "Nothing to change." in again.stdout
    assert contents(home, repo) == after
    removed = run("setup", "--remove", "--yes")
    assert removed.returncode == 0, removed.stderr
    assert contents(home, repo) == before
    assert "nothing of Byline's" in run("setup", "--remove", "--yes").stdout


def test_what_would_change_is_shown_and_nothing_is_done(run: Run, home: Path, repo: Path) -> None:
    before = contents(home, repo)
    done = run("setup", "--dry-run")
    assert done.returncode == 0
    assert "Claude Code: ~/.claude/settings.json (changes)" in done.stdout
    assert "--agent claude --defer" in done.stdout
    assert contents(home, repo) == before


def test_nobody_to_ask_is_no_yes(run: Run, home: Path, repo: Path) -> None:
    before = contents(home, repo)
    done = run("setup")
    assert (done.returncode, "say --yes" in done.stderr) == (2, True)
    assert contents(home, repo) == before


def test_what_was_done_is_told_as_json(run: Run, home: Path) -> None:
    path = str(home / ".codex" / "hooks.json")
    planned = json.loads(run("setup", "--agent", "codex", "--json").stdout)
    assert (planned["done"], Path(path).exists()) == (False, False)
    value = json.loads(run("setup", "--agent", "codex", "--json", "--yes").stdout)
    assert (value["done"], value["changes"]) == (True, planned["changes"])
    assert value["changes"] == [{"about": "codex", "path": path, "action": "create"}]
    assert "trust" in value["notes"][0]
    assert json.loads(run("setup", "--agent", "codex", "--json").stdout)["unchanged"] == [
        {"about": "codex", "path": path}
    ]


def test_words_restrict_it_to_what_they_name(run: Run, home: Path, repo: Path) -> None:
    assert run("setup", "--yes", "--git").returncode == 0
    assert not (home / ".codex" / "hooks.json").exists()
    assert (repo / ".git" / "hooks" / "post-commit").exists()
    assert not (repo / ".git" / "hooks" / "commit-msg").exists()
    assert run("setup", "--yes", "--agent", "gemini").returncode == 0
    assert (home / ".gemini" / "settings.json").exists()
    assert not (home / ".codex" / "hooks.json").exists()
    unknown = run("setup", "--agent", "clippy")
    assert (unknown.returncode, "choose from claude" in unknown.stderr) == (2, True)


def test_a_project_has_settings_of_its_own_and_no_folder_is_left(run: Run, home: Path, repo: Path) -> None:
    before = contents(home, repo)
    assert run("setup", "--project", "--yes").returncode == 0
    assert (repo / ".claude" / "settings.json").exists()
    assert (repo / ".opencode" / "plugins" / "byline.ts").exists()
    assert contents(home) == {name: each for name, each in before.items() if name.startswith(str(home))}
    assert run("setup", "--remove", "--project", "--yes").returncode == 0
    assert contents(home, repo) == before
    assert not (repo / ".opencode").exists()


def test_a_file_that_cannot_be_understood_is_left_alone_and_named(run: Run, home: Path) -> None:
    broken = home / ".claude" / "settings.json"
    broken.write_text('{"model": \n "opus"\n "hooks": {}}')
    done = run("setup", "--yes", "--agent", "claude", "--agent", "codex")
    assert done.returncode == 1
    assert "~/.claude/settings.json is left alone: line 3" in done.stdout
    assert broken.read_text() == '{"model": \n "opus"\n "hooks": {}}'
    assert (home / ".codex" / "hooks.json").exists()


def test_a_hook_that_is_no_shell_script_is_left_alone_and_named(run: Run, repo: Path) -> None:
    script = repo / ".git" / "hooks" / "post-commit"
    script.parent.mkdir(exist_ok=True)
    script.write_text("#!/usr/bin/env python3\nprint()\n")
    script.chmod(0o755)
    done = run("setup", "--yes", "--git")
    assert done.returncode == 1
    assert "call `byline-ingest post-commit` from it" in done.stdout
    assert script.read_text() == "#!/usr/bin/env python3\nprint()\n"
    assert (repo / ".git" / "hooks" / "post-rewrite").exists()


def test_a_plugin_that_was_changed_is_left_alone_and_an_old_one_is_updated(run: Run, home: Path) -> None:
    path = home / "config" / "opencode" / "plugins" / "byline.ts"
    assert run("setup", "--yes", "--agent", "opencode").returncode == 0
    current = path.read_bytes()
    assert current.startswith(b"// Byline 0.")
    path.write_bytes(installed_file.with_header(b"// an old one\n", "0.0.1"))
    assert run("setup", "--yes", "--agent", "opencode").returncode == 0
    assert path.read_bytes() == current
    path.write_bytes(current + b"// mine\n")
    for words in (("setup", "--yes"), ("setup", "--remove", "--yes")):
        done = run(*words, "--agent", "opencode")
        assert (done.returncode, "was changed since" in done.stdout) == (1, True)
        assert path.read_bytes() == current + b"// mine\n"


def test_codex_hooks_go_where_a_person_keeps_theirs(run: Run, home: Path) -> None:
    toml = home / ".codex" / "config.toml"
    toml.write_text('[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = "command"\ncommand = "say done"')
    before = toml.read_bytes()
    assert run("setup", "--yes", "--agent", "codex").returncode == 0
    assert b"--agent codex --defer" in toml.read_bytes()
    assert not (home / ".codex" / "hooks.json").exists()
    assert run("setup", "--remove", "--yes", "--agent", "codex").returncode == 0
    assert toml.read_bytes() == before


def test_linked_settings_are_changed_where_they_are(run: Run, home: Path) -> None:
    place = home / "dotfiles.json"
    (home / ".claude" / "settings.json").rename(place)
    (home / ".claude" / "settings.json").symlink_to(place)
    assert run("setup", "--yes", "--agent", "claude").returncode == 0
    assert (home / ".claude" / "settings.json").is_symlink()
    assert b"byline-ingest" in place.read_bytes()
    assert run("setup", "--remove", "--yes").returncode == 0
    assert place.read_bytes() == SETTINGS.encode()


def test_outside_of_a_repository_only_the_agents_are_set_up(run: Run, tmp_path: Path) -> None:
    done = run("setup", "--yes", folder=tmp_path)
    assert (done.returncode, "set up in 6 files" in done.stdout) == (0, True)
    assert run("setup", "--git", folder=tmp_path).returncode == 2


def test_husky_scripts_in_the_work_tree_are_told_to_be_shared(run: Run, repo: Path) -> None:
    subprocess.run(["git", "config", "core.hooksPath", ".husky/_"], cwd=repo, check=True)
    (repo / ".husky" / "_").mkdir(parents=True)
    (repo / ".husky" / "post-commit").write_text("npm test\n")
    done = run("setup", "--yes", "--git")
    assert done.returncode == 0, done.stdout
    assert "part of the work tree" in done.stdout
    assert (repo / ".husky" / "post-commit").read_text().endswith("# <<< byline <<<\nnpm test\n")
    assert run("setup", "--remove", "--yes", "--git").returncode == 0
    assert (repo / ".husky" / "post-commit").read_text() == "npm test\n"
    assert not (repo / ".husky" / "post-rewrite").exists()


def test_a_command_with_blanks_in_its_path_can_be_run(home: Path) -> None:
    from byline.setup.program import hook_command

    program = home / "by line" / "byline-ingest"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    program.chmod(0o755)
    done = subprocess.run(
        ["sh", "-c", hook_command(str(program), "claude")], capture_output=True, text=True, check=True
    )
    assert done.stdout == "hook|--agent|claude|--defer|"


def test_everything_is_taken_out_of_the_repositories_that_the_store_knows(
    run: Run, home: Path, repo: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    subprocess.run(["git", "init", "-q", str(other)], check=True)
    before = contents(home, repo, other)
    for words in (("setup", "--yes"), ("setup", "--yes", "--project", "--agent", "claude")):
        assert run(*words, folder=other).returncode == 0
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "one"], cwd=other, check=True)
    subprocess.run([sys.executable, "-m", "byline.ingest", "drain"], check=True)
    done = run("setup", "--remove", "--yes", folder=repo)
    assert done.returncode == 0, done.stderr
    left = {name: each for name, each in contents(home, repo, other).items() if "/.git/" not in name}
    assert left == {name: each for name, each in before.items() if "/.git/" not in name}
    assert not (other / ".git" / "hooks" / "post-commit").exists()


def test_a_desktop_program_is_given_the_place_and_not_the_name(run: Run, home: Path) -> None:
    assert run("setup", "--yes", "--agent", "cursor").returncode == 0
    hooks = json.loads((home / ".cursor" / "hooks.json").read_text())["hooks"]
    assert hooks["stop"][0]["command"].startswith("/")


@pytest.mark.parametrize(("answer", "does"), [("y\n", True), ("\n", False), ("nope\n", False)])
def test_a_person_is_asked_before_anything_is_done(
    run: Run, home: Path, repo: Path, answer: str, does: bool
) -> None:
    person, terminal = os.openpty()
    os.write(person, answer.encode())
    done = subprocess.run(
        [sys.executable, "-m", "byline.cli.main", "setup", "--agent", "codex"],
        stdin=terminal, capture_output=True, text=True, cwd=repo, check=False,
    )  # fmt: skip
    os.close(person)
    os.close(terminal)
    assert "Do this? [y/N]" in done.stdout
    assert (done.returncode == 0, (home / ".codex" / "hooks.json").exists()) == (does, does)


def test_a_file_that_cannot_be_written_is_named_and_the_others_are(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home / "file" / "claude"))
    done = run("setup", "--yes", "--agent", "claude", "--agent", "codex")
    assert (done.returncode, "~/file/claude/settings.json is left alone" in done.stdout) == (1, True)
    assert (home / ".codex" / "hooks.json").exists()


def test_a_file_that_was_changed_in_the_meantime_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{}")
    change = Change("claude", path, b"{}", b'{"hooks": {}}', 0o600, tmp_path)
    path.write_text('{"mine": 1}')
    with pytest.raises(BylineError, match="in the meantime"):
        apply(change)
    assert path.read_text() == '{"mine": 1}'
