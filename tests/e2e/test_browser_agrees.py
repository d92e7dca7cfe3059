"""The browser shows what ``byline show --json`` says, and leads from a line to the call that wrote it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from byline.git.repository import Repository
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.screens.conversation import ConversationScreen
from byline_tui.screens.review import ReviewScreen

INGEST = [sys.executable, "-c", "import sys; from byline.ingest.main import main; sys.exit(main())"]


def hook(repo: Path, session: str, model: str, path: str, content: str, *, subcommand: str) -> None:
    """An agent writes a new file and calls its hook."""
    place = repo / path
    place.write_text(content)
    event = {
        "hook_event_name": "PostToolUse",
        "session_id": session,
        "cwd": str(repo),
        "tool_name": "Write",
        "tool_use_id": f"toolu_{session}",
        "model": model,
        "tool_input": {"file_path": str(place), "content": content},
        "tool_response": {
            "type": "create",
            "filePath": str(place),
            "content": content,
            "structuredPatch": [],
        },
    }
    subprocess.run([*INGEST, subcommand], cwd=repo, input=json.dumps(event).encode(), check=True)


@pytest.fixture
def store(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Two agents write a file each, a person adds a line, all in one commit; real hooks, real git."""
    monkeypatch.setenv("BYLINE_DB", str(tmp_path / "byline.db"))
    for session, model, name in (("ada", "claude-opus-4-6", "a.py"), ("ben", "claude-sonnet-4-6", "b.py")):
        content = f"def {session}():\n    return '{session} wrote this'\n"
        for subcommand in ("conversation-trace", "diff-trace"):
            hook(repo, session, model, name, content, subcommand=subcommand)
    with (repo / "b.py").open("a") as typed:
        typed.write("print('typed by hand')\n")
    for words in (["add", "-A"], ["commit", "-qm", "Two agents and a person"]):
        subprocess.run(["git", *words], cwd=repo, check=True, env=os.environ)
    with Store(tmp_path / "byline.db") as opened:
        yield opened


def screen_text(app: BylineApp) -> str:
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


async def settle(pilot: Pilot[int], app: BylineApp) -> None:
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.pause()


async def test_the_review_has_the_sessions_and_models_of_show_and_leads_to_the_call_and_back(
    repo: Path, store: Store
) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "byline.cli.main", "show", "HEAD", "--json"],
        cwd=repo,
        capture_output=True,
        check=True,
    )
    told = {
        line["content"]: (line["session_id"], line["model_id"])
        for file in json.loads(shown.stdout)["files"]
        for line in file["lines"]
    }
    assert told["    return 'ada wrote this'"] == ("cc_ada", "claude-opus-4-6")
    assert told["    return 'ben wrote this'"] == ("cc_ben", "claude-sonnet-4-6")
    assert told["print('typed by hand')"] == (None, None)

    app = BylineApp(store, Repository.open(repo), "commits")
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot, app)
        await pilot.press("enter")
        await settle(pilot, app)
        assert isinstance(app.screen, ReviewScreen)
        rows = screen_text(app).split("\n")
        (ada,) = [row for row in rows if "return 'ada wrote this'" in row]
        (ben,) = [row for row in rows if "def ben():" in row]
        (typed,) = [row for row in rows if "typed by hand" in row]
        assert "opus-4-6" in "\n".join(rows[: rows.index(ada) + 1])
        assert "▌" in ada
        assert "sonnet-4-6" in ben
        assert "unknown" in typed
        await pilot.press("n")
        await settle(pilot, app)
        before = screen_text(app)
        await pilot.press("enter")
        await settle(pilot, app)
        assert isinstance(app.screen, ConversationScreen)
        assert "wrote this" in screen_text(app)
        await pilot.press("escape")
        await settle(pilot, app)
        assert isinstance(app.screen, ReviewScreen)
        assert screen_text(app) == before
