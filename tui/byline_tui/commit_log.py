"""Reads for the list of commits, in the background: the log, its rows, and who wrote each commit."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from byline.errors import BylineError, GitError
from byline.git.listing import log_oids
from byline.git.model import Commit
from byline.git.repository import Repository
from byline.review.authors import Counts, count_lines
from byline.review.log import shares
from byline.store.conversation_facts import containing_commits
from byline.store.store import Store
from byline.text import safe_line
from byline.wording import counted
from byline_tui.commit_query import CommitQuery
from byline_tui.reviewing import STAGED, WORKTREE, read_review
from byline_tui.widgets.commit_list import LogEntry

FIRST_CHUNK, CHUNK = 200, 2_000
"""Commits are shown as they come: a screenful at once, then in large steps."""


class CommitLog:
    """The workers of one screen: what they find out is posted to it, a new question ends the one before."""

    @dataclass
    class Loaded(Message):
        """More of the log, which ``uncommitted`` begins anew. Of ``oids`` there may be no ``commits`` yet."""

        query: CommitQuery
        uncommitted: list[LogEntry] | None = None
        commits: list[Commit] = field(default_factory=list)
        oids: list[str] = field(default_factory=list)
        is_done: bool = False

    @dataclass
    class RowsRead(Message):
        """The commits from place ``at`` on."""

        query: CommitQuery
        at: int
        commits: list[Commit]

    @dataclass
    class Failed(Message):
        """The log cannot be read, and why."""

        query: CommitQuery
        words: str

    @dataclass
    class Counted(Message):
        """Who wrote an entry."""

        rev: str
        counts: Counts

    @dataclass
    class NotCounted(Message):
        """Who wrote an entry cannot be worked out, and why."""

        words: str

    @dataclass
    class Placed(Message):
        """Where the repository is."""

        place: str

    @dataclass
    class BaseFound(Message):
        """What a range of commits begins after (None: the beginning), and its last commit."""

        base: str | None
        tip: str

    def __init__(self, screen: Screen[None], store: Store, repository: Repository) -> None:
        self._screen = screen
        self._store = store
        self._repository = repository

    def read(self, query: CommitQuery) -> None:
        """Read the log from its beginning."""
        self._run(lambda: self._read(query), "log")

    def read_rows(self, query: CommitQuery, missing: Sequence[tuple[int, list[str]]]) -> None:
        """Read the commits of these pages."""
        self._run(lambda: self._read_rows(query, missing), "rows")

    def count(self, entries: Sequence[LogEntry]) -> None:
        """Work out who wrote these entries, in their order."""
        self._run(lambda: self._count(entries), "counts")

    def find_base(self, oldest: str, newest: str) -> None:
        """Find out what the commits from ``oldest`` to ``newest`` begin after."""
        self._run(lambda: self._find_base(oldest, newest), "base")

    def _run(self, work: Callable[[], None], group: str) -> None:
        self._screen.run_worker(work, thread=True, exclusive=True, group=group, exit_on_error=False)

    # In threads ------------------------------------------------------------------------------------

    def _read(self, query: CommitQuery) -> None:
        post, repository = self._screen.post_message, self._repository
        try:
            branch = repository.head_branch() or "detached"
            post(self.Placed(f"{repository.root.name} · {branch}"))
            plain = not (query.words or query.sessions or query.rev != "HEAD")
            uncommitted = list(_uncommitted(repository, query.paths)) if plain else []
            if uncommitted and repository.head() is None:
                post(self.Loaded(query, uncommitted, is_done=True))
                return
            repository.resolve(query.rev)
            if query.words or query.sessions:
                self._search(query)
            else:
                self._list(query, uncommitted)
        except BylineError as error:
            post(self.Failed(query, str(error)))
        finally:
            self._store.close()

    def _list(self, query: CommitQuery, uncommitted: list[LogEntry]) -> None:
        """A screenful with all their facts, then the ids alone."""
        worker, post = get_current_worker(), self._screen.post_message
        first = list(self._repository.log(query.rev, limit=FIRST_CHUNK, paths=query.paths))
        is_done = len(first) < FIRST_CHUNK
        post(self.Loaded(query, uncommitted, first, is_done=is_done))
        if is_done:
            return
        skip = len(first)
        for oids in log_oids(self._repository, query.rev, query.paths):
            if worker.is_cancelled:
                return
            if skip < len(oids):
                post(self.Loaded(query, oids=oids[skip:]))
            skip = max(skip - len(oids), 0)
        post(self.Loaded(query, is_done=True))

    def _search(self, query: CommitQuery) -> None:
        """The commits that have the words, or lines of the sessions."""
        worker, post = get_current_worker(), self._screen.post_message
        wanted = self._of_sessions(query.sessions) if query.sessions else None
        found: list[Commit] = []
        is_first = True
        for number, commit in enumerate(self._repository.log(query.rev, paths=query.paths)):
            if query.matches(commit) and (wanted is None or commit.oid in wanted):
                found.append(commit)
            if (found and number % CHUNK == CHUNK - 1) or len(found) >= FIRST_CHUNK:
                if worker.is_cancelled:
                    return
                oids = [] if is_first else [commit.oid for commit in found]
                post(self.Loaded(query, [] if is_first else None, found, oids))
                found, is_first = [], False
        if not worker.is_cancelled:
            oids = [] if is_first else [commit.oid for commit in found]
            post(self.Loaded(query, [] if is_first else None, found, oids, is_done=True))

    def _of_sessions(self, names: Sequence[str]) -> set[str]:
        """The commits known to have lines of sessions whose id or title is like one of these names."""
        rows = [row for name in names for row in self._store.sessions.find(name)]
        return {commit.oid for row in rows for commit in containing_commits(self._store.database, row.id)}

    def _read_rows(self, query: CommitQuery, missing: Sequence[tuple[int, list[str]]]) -> None:
        worker = get_current_worker()
        try:
            for at, oids in missing:
                if worker.is_cancelled:
                    return
                self._screen.post_message(self.RowsRead(query, at, self._repository.commits(oids)))
        except GitError as error:
            self._screen.post_message(self.Failed(query, str(error)))

    def _count(self, entries: Sequence[LogEntry]) -> None:
        worker, post = get_current_worker(), self._screen.post_message
        waiting = sorted(entries, key=lambda entry: entry.commit is not None)
        is_told = False
        try:
            while waiting:
                try:
                    for counts in self._counts(tuple(waiting)):
                        post(self.Counted(waiting.pop(0).rev, counts))
                        if worker.is_cancelled:
                            return
                except GitError as error:
                    # One commit that git cannot read (a partial clone) costs its own bar only. The others
                    # of a damaged repository would say much the same, all over the screen.
                    rev = waiting.pop(0).rev
                    if not is_told:
                        post(self.NotCounted(f"{rev[:7].lstrip('-')}: {error}"))
                        is_told = True
                    post(self.Counted(rev, Counter()))
        except BylineError as error:
            post(self.NotCounted(str(error)))
        finally:
            self._store.close()

    def _counts(self, entries: Sequence[LogEntry]) -> Iterator[Counts]:
        """Who wrote each entry, index and work tree first; of commits what is kept, if nothing moved."""
        for entry in entries:
            if entry.commit is None:
                yield count_lines(read_review(self._store, self._repository, entry.rev).files)
        commits = [entry.commit for entry in entries if entry.commit is not None]
        for share in shares(self._store, self._repository, commits):
            yield share.counts()

    def _find_base(self, oldest: str, newest: str) -> None:
        try:
            parents = self._repository.commit(oldest).parents
        except GitError as error:
            self._screen.post_message(self.NotCounted(str(error)))
            return
        self._screen.post_message(self.BaseFound(parents[0] if parents else None, newest))


def _uncommitted(repository: Repository, paths: Sequence[str]) -> list[LogEntry]:
    """Entries for the index and the work tree, where they have changes."""
    entries: list[LogEntry] = []
    if repository.bare:
        return entries
    try:
        worktree, staged = repository.uncommitted(paths)
    except GitError as error:
        # What git cannot say of the index must not hide the log.
        return [LogEntry(WORKTREE, None, f"Work tree: {safe_line(str(error))}")]
    if worktree:
        entries.append(LogEntry(WORKTREE, None, f"Work tree: {counted(worktree, 'file')} not staged"))
    if staged:
        entries.append(LogEntry(STAGED, None, f"Index: {counted(staged, 'file')} to commit"))
    return entries
