"""The commits that contain lines of a session: found in what is kept, after seeing to it that it is kept."""

from collections.abc import Callable, Iterator

from byline.git.model import Commit
from byline.git.repository import Repository
from byline.patch import patch_from_json
from byline.review.log import shares
from byline.review.repositories import repository_row
from byline.store.conversation_facts import ContainingCommit, Touched, containing_commits
from byline.store.sessions import SessionRow
from byline.store.store import Store
from byline_tui.messages import OpenReview

MOST = 200
"""Commits after a session that are attributed for its sake, those nearest to it first."""

Going = Callable[[], bool]


def find_commits(store: Store, session: SessionRow) -> list[ContainingCommit]:
    """The commits that are known to contain lines of a session, oldest first. Raises: StoreError."""
    return containing_commits(store.database, session.id)


def is_of(store: Store, repository: Repository | None, session: SessionRow) -> bool:
    """Whether a session is one of this repository. Raises: GitError, StoreError."""
    return repository is not None and repository_row(store, repository).identity == session.repository


def attribute_commits(
    store: Store, repository: Repository, session: SessionRow, touched: list[Touched], going: Going
) -> bool:
    """Attribute the commits that changed the session's files afterwards; whether any was new.

    ``repository`` is the session's. ``going`` is asked whether to go on.

    Raises:
        GitError: git failed.
        StoreError: the store cannot be read or written.
    """
    if not touched or session.started_ms is None or repository.head() is None:
        return False
    names = sorted({edit.path.replace("\\", "/").rpartition("/")[2] for edit in touched})
    commits = list(_since(repository, session.started_ms // 1000, names))[-MOST:]
    found_new = False
    for share in shares(store, repository, reversed(commits)):
        found_new |= share.is_new
        if not going():
            break
    return found_new


def _since(repository: Repository, time: int, names: list[str]) -> Iterator[Commit]:
    """The commits after a time (seconds) that changed files of these names, newest first."""
    for commit in repository.log(paths=[f":(top,glob)**/{_escaped(name)}" for name in names]):
        if commit.commit_time < time:
            return
        yield commit


def _escaped(name: str) -> str:
    return "".join(f"\\{char}" if char in "*?[]\\" else char for char in name)


def review_of(store: Store, session: SessionRow, commit: ContainingCommit) -> OpenReview:
    """The way to a commit's review, at the first line that is credited to the session. Raises: StoreError."""
    rows = [row for row in store.repositories.all() if row.identity == commit.repository]
    kept = store.commits.intersection(rows[0].id, commit.oid) if rows else None
    for file in patch_from_json(kept).files if kept else ():
        lines = [line for hunk in file.hunks for line in hunk.lines if line.session_id == session.id]
        if lines:
            line = next((line for line in lines if line.kind == "added"), lines[0])
            return OpenReview(commit.oid, file.path, line.line_number, line.kind)
    return OpenReview(commit.oid)
