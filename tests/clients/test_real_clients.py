"""The real agents, set up with ``byline setup``, against a model that plays a script.

Skipped by name unless ``BYLINE_CLIENTS`` names a folder that ``tests/clients/install.sh`` made.
"""

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from real_clients import CLIENTS, EDITED, HELLO, PROMPT, Client, Place, make_place, newest_node, program_of
from scripted_model import Script, Step, scripted_model

from byline.agents.plugin_file import plugin_file

BY_HAND = "typed by hand"
OPENCODE = next(client for client in CLIENTS if client.agent == "opencode")
PI = next(client for client in CLIENTS if client.agent == "pi")
PATIENCE_S = 20

Json = dict[str, Any]
Line = tuple[str, str, str, str | None, str | None]


@pytest.fixture
def place(tmp_path: Path, installed_clients: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A home and a repository in which the clients and Byline are found."""
    node = newest_node(installed_clients)
    binaries = [Path(sys.executable).parent, installed_clients / "node_modules" / ".bin"]
    if node is not None:
        binaries.insert(0, Path(node).parent)
    for name in [name for name in os.environ if name.startswith("XDG_")]:
        monkeypatch.delenv(name)
    made = make_place(tmp_path, binaries)
    made.environment["BYLINE_DB"] = str(tmp_path / "byline.db")
    return made


@pytest.fixture(params=CLIENTS, ids=lambda client: client.agent)
def client(request: pytest.FixtureRequest, installed_clients: Path) -> Client:
    """Each of the clients that are installed."""
    return available(request.param, installed_clients)


def available(client: Client, folder: Path) -> Client:
    if not program_of(client, folder).exists():
        pytest.skip(f"{client.agent} is not installed in {folder}: tests/clients/install.sh could not get it")
    if client is PI and newest_node(folder) is None:
        pytest.skip("pi needs Node.js 22.18 or newer")
    return client


def ask(place: Place, client: Client, prompt: str = PROMPT, *more: str) -> None:
    """Have the client do what its script says."""
    done = place.run(*client.words, *more, prompt)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "byline" not in spoken(place, done)


def spoken(place: Place, done: subprocess.CompletedProcess[str]) -> str:
    """What a program said on either stream, but for the names of the folders it ran in."""
    return (done.stdout + done.stderr).replace(str(place.home.parent), "").lower()


def byline(place: Place, *words: str) -> str:
    done = place.run("byline", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rows(place: Place, query: str) -> list[tuple[Any, ...]]:
    path = place.environment["BYLINE_DB"]
    if not Path(path).exists():
        return []
    with closing(sqlite3.connect(path, timeout=10)) as store:
        return store.execute(query).fetchall()


def until(there: Callable[[], bool], what: str) -> None:
    """Wait for what a detached process does."""
    deadline = time.monotonic() + PATIENCE_S
    while not there():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE_S} s"
        time.sleep(0.05)


def edits_stored(place: Place, count: int) -> None:
    query = "SELECT count(*) FROM diff_traces WHERE model_id IS NOT NULL"
    until(lambda: rows(place, query) == [(count,)], f"{count} edits with their models")


def settled(place: Place) -> None:
    """Wait until nothing waits to be stored, and nothing has come for a moment."""
    spool = Path(place.environment["BYLINE_DB"] + "-spool")
    last: list[Any] = []

    def quiet() -> bool:
        state = rows(place, "SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM parts)")
        last.append((state, sorted(path.name for path in spool.glob("*.payload"))))
        return len(last) > 10 and not last[-1][1] and all(each == last[-1] for each in last[-10:])

    until(quiet, "what was said")


def shown(place: Place) -> list[Line]:
    """Path, kind, content, session and model of every touched line of the last commit."""
    review = json.loads(byline(place, "show", "HEAD", "--json"))
    return [
        (file["path"], line["kind"], line["content"], line["session_id"], line["model_id"])
        for file in review["files"]
        for line in file["lines"]
    ]


def ids(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """What makes the rows of the store distinct."""
    return {
        "sessions": rows(place, "SELECT id, parent_id FROM sessions ORDER BY id"),
        "messages": rows(place, "SELECT session_id, message_id, role, model_id FROM messages ORDER BY 1, 2"),
        "parts": rows(
            place, "SELECT session_id, message_id, part_id, type, text FROM parts ORDER BY 1, 2, 3"
        ),
        "edits": rows(place, "SELECT key, message_id, model_id, added, removed FROM diff_traces ORDER BY 1"),
    }


@pytest.fixture
def asked(place: Place, client: Client) -> Place:
    """The client was set up and did what it was asked; a person committed that with a line of theirs."""
    with scripted_model({PROMPT: client.script(place.repo)}) as url:
        client.configure(place, url)
        byline(place, "setup", "--agent", client.agent, "--git", "--yes")
        ask(place, client)
    edits_stored(place, 3)
    settled(place)
    with (place.repo / "notes.txt").open("a") as notes:
        notes.write(f"{BY_HAND}\n")
    place.git("add", ".")
    place.git("commit", "-qm", "Greet")
    return place


def test_every_line_of_the_commit_has_its_session_and_model(asked: Place, client: Client) -> None:
    [(session,)] = rows(asked, "SELECT id FROM sessions")
    assert session.startswith(client.prefix)
    own, nobody = (session, client.model), (None, None)
    expected: list[Line] = [("hello.py", "added", line, *own) for line in HELLO.split("\n")[:-1]]
    expected += [
        ("notes.txt", "removed", "  second line", *own),
        ("notes.txt", "removed", "third line", *own),
    ]
    expected += [("notes.txt", "added", line, *own) for line in EDITED]
    expected += [("notes.txt", "added", "THIRD line", *own), ("notes.txt", "added", BY_HAND, *nobody)]
    assert sorted(shown(asked), key=str) == sorted(expected, key=str)
    # Git's hook has put the commit aside, and what stores it may still be at work.
    settled(asked)
    [(commits,)] = rows(asked, "SELECT count(*) FROM post_commit_patch_intersections")
    assert commits == 1


def test_the_call_that_failed_is_told_and_is_no_edit(asked: Place, client: Client) -> None:
    assert rows(asked, "SELECT count(*) FROM diff_traces") == [(3,)]
    failed = rows(asked, "SELECT count(*) FROM parts WHERE type = 'tool' AND status = 'error'")
    # Codex has no event for a patch that it refuses (formats.md 3.4).
    assert failed == [(0 if client.agent == "codex" else 1,)]


def test_importing_the_history_afterwards_adds_nothing_twice(asked: Place, client: Client) -> None:
    before = ids(asked)
    byline(asked, "import", "--agent", client.agent)
    both = ids(asked)
    for table in ("sessions", "edits"):
        assert [row[0] for row in both[table]] == [row[0] for row in before[table]], table
    alone = Place(asked.home, asked.repo, asked.environment | {"BYLINE_DB": f"{asked.home}/alone.db"})
    byline(alone, "import", "--agent", client.agent)
    history = ids(alone)
    assert both["messages"] == history["messages"]
    assert [row[:4] for row in both["parts"]] == [row[:4] for row in history["parts"]]
    # No history tells what a shell call changed: that is Byline's own look at the work tree.
    own = [row[:3] for row in both["edits"] if row[:3] not in {told[:3] for told in history["edits"]}]
    assert len(own) == 1
    assert len(both["edits"]) == len(history["edits"]) + 1
    if client in (OPENCODE, PI):
        # The plugins tell all that was said; only what OpenCode's snapshots show is left to the import.
        assert before["messages"] == history["messages"]
        missing = {row[:4] for row in history["parts"]} - {row[:4] for row in before["parts"]}
        assert {kind for *_, kind in missing} <= ({"patch"} if client is OPENCODE else set())
    byline(asked, "import", "--agent", client.agent)
    assert ids(asked) == both


def test_taking_the_hooks_out_leaves_the_agents_own_settings(asked: Place, client: Client) -> None:
    installed = asked.home / client.installs
    assert b"byline" in installed.read_bytes()
    byline(asked, "setup", "--remove", "--agent", client.agent, "--git", "--yes")
    assert not installed.exists() or b"byline" not in installed.read_bytes()
    assert not (asked.repo / ".git" / "hooks" / "post-commit").exists()


def test_set_up_and_taken_out_every_file_is_as_it_was(place: Place, client: Client) -> None:
    client.configure(place, "http://127.0.0.1:9")

    def everything() -> dict[str, bytes]:
        folders = [place.home, place.repo / ".git" / "hooks"]
        found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        return {str(path): path.read_bytes() for path in found if ".git/index" not in str(path)}

    before = everything()
    byline(place, "setup", "--agent", client.agent, "--git", "--yes")
    assert everything() != before
    byline(place, "setup", "--remove", "--agent", client.agent, "--git", "--yes")
    assert everything() == before


@pytest.mark.parametrize("client", [OPENCODE, PI], ids=lambda client: client.agent)
def test_a_session_that_goes_on_with_another_model_credits_each_call_to_its_own(
    place: Place, client: Client, installed_clients: Path
) -> None:
    available(client, installed_clients)
    path = str(place.repo / "bye.py")
    write = Step("write", {"filePath": path, "path": path, "content": "def bye():\n    return 1\n"})
    scripts = {PROMPT: client.script(place.repo), "Say goodbye": Script([write])}
    with scripted_model(scripts) as url:
        client.configure(place, url)
        byline(place, "setup", "--agent", client.agent, "--git", "--yes")
        ask(place, client)
        words = {
            "opencode": ("--continue", "--model", "loopback/second"),
            "pi": ("--continue", "--model", "second"),
        }
        ask(place, client, "Say goodbye", *words[client.agent])
    edits_stored(place, 4)
    place.git("add", ".")
    place.git("commit", "-qm", "Greet and leave")
    [(session,)] = rows(place, "SELECT id FROM sessions")
    by_path = {(path, model) for path, kind, _, owner, model in shown(place) if owner == session}
    assert by_path == {
        ("hello.py", "loopback/scripted"),
        ("notes.txt", "loopback/scripted"),
        ("bye.py", "loopback/second"),
    }


def test_a_fork_of_a_session_is_credited_with_what_it_did_itself(
    place: Place, installed_clients: Path
) -> None:
    available(OPENCODE, installed_clients)
    if "--fork" not in place.run("opencode", "run", "--help").stderr:
        pytest.skip("this opencode cannot fork a session from the command line")
    write = Step("write", {"filePath": str(place.repo / "bye.py"), "content": "x = 1\n"})
    scripts = {PROMPT: OPENCODE.script(place.repo), "Say goodbye": Script([write])}
    with scripted_model(scripts) as url:
        OPENCODE.configure(place, url)
        byline(place, "setup", "--agent", "opencode", "--git", "--yes")
        ask(place, OPENCODE)
        ask(place, OPENCODE, "Say goodbye", "--continue", "--fork")
    edits_stored(place, 4)
    settled(place)
    place.git("add", ".")
    place.git("commit", "-qm", "Greet and leave")
    owners = {path: session for path, _, _, session, _ in shown(place) if session is not None}
    assert owners["hello.py"] == owners["notes.txt"] != owners["bye.py"]
    before = ids(place)
    byline(place, "import", "--agent", "opencode")
    after = ids(place)
    assert (after["messages"], after["edits"]) == (before["messages"], before["edits"])
    assert dict(after["sessions"]) == {owners["hello.py"]: None, owners["bye.py"]: owners["hello.py"]}


def test_what_a_sub_agent_of_opencode_writes_is_its_own_sessions(
    place: Place, installed_clients: Path
) -> None:
    available(OPENCODE, installed_clients)
    task = {"description": "Write it", "prompt": "Please write the module", "subagent_type": "general"}
    write = Step("write", {"filePath": str(place.repo / "sub.py"), "content": "x = 1\n"})
    own = Step("write", {"filePath": str(place.repo / "top.py"), "content": "y = 1\n"})
    scripts = {"Please write the module": Script([write]), PROMPT: Script([Step("task", task), own])}
    with scripted_model(scripts) as url:
        OPENCODE.configure(place, url)
        byline(place, "setup", "--agent", "opencode", "--git", "--yes")
        ask(place, OPENCODE)
    edits_stored(place, 2)
    settled(place)
    place.git("add", ".")
    place.git("commit", "-qm", "Two files")
    parents = dict(rows(place, "SELECT id, parent_id FROM sessions"))
    [top] = [session for session, parent in parents.items() if parent is None]
    [sub] = [session for session, parent in parents.items() if parent is not None]
    assert parents[sub] == top
    assert sorted((path, session) for path, _, _, session, _ in shown(place)) == [
        ("sub.py", sub),
        ("top.py", top),
    ]
    assert rows(place, "SELECT DISTINCT agent_version IS NULL FROM sessions") == [(0,)]


def test_two_copies_of_the_plugin_tell_everything_once(place: Place, installed_clients: Path) -> None:
    available(OPENCODE, installed_clients)
    told = place.home / "told"
    noting = place.home / "noting"
    told.mkdir()
    noting.write_text(f"#!/bin/sh\ncat >'{told}/'$$ && mv '{told}/'$$ '{told}/'$$.json\n")
    noting.chmod(0o755)
    plugin = plugin_file("byline.agents.opencode", "plugin/byline.ts")
    assert plugin is not None
    for folder in (place.home / ".config" / "opencode", place.repo / ".opencode"):
        (folder / "plugins").mkdir(parents=True)
        here = plugin.decode().replace('BYLINE_INGEST = ""', f'BYLINE_INGEST = "{noting}"')
        (folder / "plugins" / "byline.ts").write_text(here)
    with scripted_model({PROMPT: OPENCODE.script(place.repo)}) as url:
        OPENCODE.configure(place, url)
        ask(place, OPENCODE)
    until(lambda: any("All done." in path.read_text() for path in told.glob("*.json")), "the last word")
    payloads = [json.loads(path.read_text()) for path in told.glob("*.json")]
    calls = [payload["tool_call_id"] for payload in payloads if "diff" in payload]
    assert len(calls) == len(set(calls)) == 2
    items = [
        json.dumps({name: item[name] for name in item if name != "generated_at_unix_ms"}, sort_keys=True)
        for payload in payloads
        for item in payload.get("payloads", ())
    ]
    assert len(items) == len(set(items)) > 10


def test_an_agent_runs_as_ever_when_byline_is_gone(place: Place, client: Client) -> None:
    with scripted_model({PROMPT: client.script(place.repo)}) as url:
        client.configure(place, url)
        byline(place, "setup", "--agent", client.agent, "--yes")
        folders = place.environment["PATH"].split(os.pathsep)
        kept = [folder for folder in folders if not Path(folder, "byline-ingest").exists()]
        place.environment["PATH"] = os.pathsep.join(kept)
        done = place.run(*client.words, PROMPT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (place.repo / "hello.py").read_text() == HELLO
    assert "byline" not in spoken(place, done)
