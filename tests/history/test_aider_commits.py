"""Commits that say themselves that Aider made them: which are believed, and that they count once."""

import os
import subprocess
from pathlib import Path

import pytest

from byline.git.repository import Repository
from byline.history import Summary, forget_sessions, import_aider_commits, import_histories, refresh
from byline.review.review import review_commit
from byline.store.store import Store

TRAILER = "Co-authored-by: aider (openai/gpt-5.5) <aider@aider.chat>"
CHAT = """
# aider chat started at 2026-06-01 10:00:00

> Aider v0.86.2  
> Model: openai/gpt-5.5 with diff edit format  

#### Greet  

app.py
```python
<<<<<<< SEARCH
=======
print("hello")
>>>>>>> REPLACE
```

> Applied edit to app.py  
> Commit {oid} feat: greet  
"""  # noqa: W291 - Aider ends the lines it marks with two spaces


class Work:
    """A repository in which commits are made at times of their own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.seconds = 1_780_000_000

    def git(self, *words: str, **environment: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=self.root, env=os.environ | environment,
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        return done.stdout.strip()

    def commit(self, name: str, content: str, message: str, author: str = "Mia", later: int = 0) -> str:
        self.seconds += 60
        (self.root / name).write_text(content)
        self.git("add", "-A")
        self.git(
            "commit", "-q", "-m", message, f"--author={author} <mia@example.com>",
            GIT_AUTHOR_DATE=f"{self.seconds} +0000", GIT_COMMITTER_DATE=f"{self.seconds + later} +0000",
        )  # fmt: skip
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def work(repo: Path) -> Work:
    return Work(repo)


def imported(store: Store, work: Work) -> Summary:
    return import_aider_commits(store, work.root, Summary())


def credited(store: Store, work: Work, oid: str) -> list[tuple[str, str | None]]:
    """Contributor and model of every added line of a commit."""
    files = review_commit(store, Repository.open(work.root), oid).files
    lines = (line for file in files for line in file.touched() if line.kind == "added")
    origins = ((line.credit.contributor, line.credit.origin) for line in lines)
    return [(contributor, origin.model_id if origin else None) for contributor, origin in origins]


def test_a_commit_with_the_trailer_is_credited_to_its_model(store: Store, work: Work) -> None:
    first = work.commit("app.py", "import os\n", "Begin")
    oid = work.commit("app.py", "import os\nprint('hello')\n", f"feat: greet\n\n{TRAILER}")
    summary = imported(store, work)
    assert (summary.sources, summary.read, summary.messages.persisted, summary.edits.persisted) == (
        1,
        1,
        1,
        1,
    )
    assert credited(store, work, oid) == [("ai", "openai/gpt-5.5")]
    assert credited(store, work, first) == [("unknown", None)]
    (session,) = store.sessions.rows(["ai_commits-" + first[:12]])
    assert (session.title, list(session.models)) == ("Commits made by Aider", ["openai/gpt-5.5"])


def test_an_author_called_aider_says_so_too_but_not_which_model(store: Store, work: Work) -> None:
    oid = work.commit("app.py", "print('hello')\n", "aider: greet", author="Mia (aider)")
    imported(store, work)
    assert credited(store, work, oid) == [("ai", None)]


@pytest.mark.parametrize(
    ("message", "author", "later"),
    [
        pytest.param(f"greet\n\n{TRAILER}", "Mia", 5, id="amended or rebased"),
        pytest.param(f"one\n\n{TRAILER}\n\ntwo\n\n{TRAILER}", "Mia", 0, id="squashed"),
        pytest.param("Say that aider (gpt-5.5) <aider@aider.chat> did it", "Mia", 0, id="told in words"),
        pytest.param("greet\n\nCo-authored-by: Ada <ada@example.com>", "Mia", 0, id="a person"),
    ],
)
def test_a_commit_that_may_hold_what_others_wrote_is_not_taken(
    message: str, author: str, later: int, store: Store, work: Work
) -> None:
    work.commit("app.py", "print('hello')\n", message, author, later)
    assert imported(store, work) == Summary()


def test_doing_it_again_adds_only_what_is_new(store: Store, work: Work) -> None:
    work.commit("a.py", "a\n", f"one\n\n{TRAILER}")
    imported(store, work)
    assert imported(store, work) == Summary(sources=1, unchanged=1)
    work.commit("b.py", "b\n", f"two\n\n{TRAILER}")
    again = imported(store, work)
    assert (again.messages.persisted, again.edits.persisted, again.edits.duplicates) == (1, 1, 0)


@pytest.mark.parametrize("is_chat_first", [True, False])
def test_a_commit_that_a_chat_tells_of_is_the_chats(is_chat_first: bool, store: Store, work: Work) -> None:
    oid = work.commit("app.py", 'print("hello")\n', f"feat: greet\n\n{TRAILER}")
    chat = work.root / ".aider.chat.history.md"
    chat.write_text(CHAT.format(oid=oid[:7]))
    for _ in range(2):
        if is_chat_first:
            import_histories(store, [chat])
        imported(store, work)
        import_histories(store, [chat])
    edits = store.connection.execute("SELECT session_id FROM diff_traces").fetchall()
    assert len(edits) == 1
    assert not edits[0][0].startswith("ai_commits")


def test_what_was_forgotten_stays_out(store: Store, work: Work) -> None:
    first = work.commit("a.py", "a\n", f"one\n\n{TRAILER}")
    imported(store, work)
    forget_sessions(store, ["ai_commits-" + first[:12]])
    assert imported(store, work) == Summary()


def test_files_of_every_kind_are_told(store: Store, work: Work) -> None:
    (work.root / "picture").write_bytes(b"\0\1")
    work.commit("gone.py", "x\n", "Begin")
    (work.root / "gone.py").unlink()
    (work.root / "picture").write_bytes(b"\0\2")
    work.commit("naïve file.py", "y\n", f"two\n\n{TRAILER}")
    imported(store, work)
    query = "SELECT basename, added, removed FROM diff_traces ORDER BY basename"
    assert [tuple(row) for row in store.connection.execute(query)] == [
        ("gone.py", 0, 1),
        ("naïve file.py", 1, 0),
    ]


def test_a_folder_without_a_repository_has_none(store: Store, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert import_aider_commits(store, tmp_path / "empty", Summary()) == Summary()


def test_a_refresh_beside_the_browser_takes_the_commits_of_its_repository(tmp_path: Path, work: Work) -> None:
    oid = work.commit("app.py", "print('hello')\n", f"feat: greet\n\n{TRAILER}")
    path = tmp_path / "refreshed.db"
    summary = refresh(path, folder=work.root)
    assert summary is not None
    assert (summary.sessions.persisted, summary.edits.persisted) == (1, 1)
    with Store(path) as store:
        assert credited(store, work, oid) == [("ai", "openai/gpt-5.5")]
    again = refresh(path, folder=work.root)
    assert again is not None
    assert (again.read, again.unchanged) == (0, 1)


def test_a_refresh_that_is_stopped_leaves_the_commits_for_the_next(tmp_path: Path, work: Work) -> None:
    work.commit("app.py", "print('hello')\n", f"feat: greet\n\n{TRAILER}")
    path = tmp_path / "refreshed.db"
    asked: list[None] = []

    def is_stopped() -> bool:
        asked.append(None)
        return len(asked) > 1

    assert refresh(path, is_stopped=is_stopped, folder=work.root) is None
    with Store(path) as store:
        assert store.sessions.count() == 0
    rest = refresh(path, folder=work.root)
    assert rest is not None
    assert rest.sessions.persisted == 1
