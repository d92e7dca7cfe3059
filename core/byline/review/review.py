"""Read a commit (or the index, or the work tree) with its authors."""

import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Literal, Self

from byline.attribution import (
    CLOCK_TOLERANCE_MS,
    NO_EDIT,
    TOO_LARGE,
    Change,
    Credit,
    Intersection,
    Touched,
    comparable,
    intersect,
)
from byline.frozen import dataclass, replace
from byline.git.model import NO_OID, Commit, DiffHunk, FileChange, end_of_second_ms
from byline.git.process import CURE
from byline.git.repository import Repository
from byline.review.candidates import Candidates
from byline.review.limits import Limits
from byline.review.model import DiffLine, Review, ReviewedFile, ReviewedHunk
from byline.review.moves import with_moves
from byline.review.records import Lines, Records
from byline.store.store import Store

Progress = Callable[[int, int], None]
"""Told how many files have been read, and of how many; what it raises ends the review."""

UNREADABLE = "its content cannot be read"
"""The note of a file of which git lacks a content: a partial clone may have it later."""

_EMPTY_TREES = {
    40: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    64: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
"""By the length of ids: that of the tree without files, which stands before a repository's first commit."""


class Reviewer:
    """Reads the commits of one repository with their authors; what many of them need is read once.

    For as long as one run lasts; close it, or use it as a context. Not for several threads at once.
    """

    def __init__(
        self,
        store: Store,
        repository: Repository,
        tip: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        """``tip`` is the full id of a commit in whose history most of those to be reviewed are."""
        self.records = Records(store, repository, tip)
        self._progress = progress

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End git's processes."""
        self.records.close()

    def commit(self, commit: Commit, paths: Sequence[str] = ()) -> Review:
        """The diff of a commit against its first parent, with a credit for every touched line.

        ``paths`` (pathspecs) limit it; what moved there from other files is not seen then.

        Raises:
            GitError: git failed.
            StoreError: the store cannot be read.
        """
        records = self.records
        changes = records.repository.changes(commit, paths) if paths else records.batch.changes(commit)
        parent = commit.parents[0] if commit.parents else None
        source = _Source(
            end_of_second_ms(commit.commit_time), parent, commit.oid, commit.parents[1:],
            end_of_second_ms(commit.author_time), _time_ms(records, parent),
        )  # fmt: skip
        files, problems = _review_changes(records, changes, source, self._progress)
        return Review("commit", commit, parent, files, problems)

    def span(self, base: str | None, tip: Commit) -> Review:
        """What the commits after ``base`` up to ``tip`` change together, as if they were one.

        ``base`` is the full id of a commit; None begins before the first one. Raises: as :meth:`commit`.
        """
        return self.commit(replace(tip, parents=(base or _EMPTY_TREES[len(tip.oid)],)))

    def staged(self, paths: Sequence[str] = (), now_ms: int | None = None) -> Review:
        """What the index would commit. Raises: as :meth:`commit`."""
        return self._uncommitted("staged", self.records.repository.staged_changes(paths), now_ms)

    def worktree(self, paths: Sequence[str] = (), now_ms: int | None = None) -> Review:
        """What the work tree changes against the index, untracked files included.

        Raises: as :meth:`commit`.
        """
        return self._uncommitted("worktree", self.records.repository.worktree_changes(paths), now_ms)

    def _uncommitted(
        self, target: Literal["staged", "worktree"], changes: Sequence[FileChange], now_ms: int | None
    ) -> Review:
        now = now_ms if now_ms is not None else int(time.time() * 1000)
        head = self.records.repository.head()
        files, problems = _review_changes(
            self.records,
            changes,
            _Source(now, head, None, parent_ms=_time_ms(self.records, head)),
            self._progress,
        )
        return Review(target, None, head, files, problems)


def review_commit(
    store: Store,
    repository: Repository,
    rev: str,
    paths: Sequence[str] = (),
    progress: Progress | None = None,
) -> Review:
    """A review of one commit; see :meth:`Reviewer.commit`.

    Raises:
        GitError: there is no such commit, or git failed.
        StoreError: the store cannot be read.
    """
    with Reviewer(store, repository, progress=progress) as reviewer:
        return reviewer.commit(repository.commit(rev), paths)


def review_span(
    store: Store, repository: Repository, base: str | None, tip: str, progress: Progress | None = None
) -> Review:
    """A review of the commits after ``base`` up to ``tip`` as one; see :meth:`Reviewer.span`.

    Raises: as :func:`review_commit`.
    """
    with Reviewer(store, repository, progress=progress) as reviewer:
        return reviewer.span(repository.resolve(base) if base else None, repository.commit(tip))


def review_range(
    store: Store, repository: Repository, rev_range: str, paths: Sequence[str] = ()
) -> Iterator[Review]:
    """A review per commit of ``A..B``, oldest first.

    Raises: as :func:`review_commit`.
    """
    oids = repository.range(rev_range)
    with Reviewer(store, repository, oids[-1] if oids else None) as reviewer:
        for commit in repository.commits(oids):
            yield reviewer.commit(commit, paths)


def review_staged(
    store: Store,
    repository: Repository,
    paths: Sequence[str] = (),
    now_ms: int | None = None,
    progress: Progress | None = None,
) -> Review:
    """What the index would commit. Raises: as :func:`review_commit`."""
    with Reviewer(store, repository, progress=progress) as reviewer:
        return reviewer.staged(paths, now_ms)


def review_worktree(
    store: Store,
    repository: Repository,
    paths: Sequence[str] = (),
    now_ms: int | None = None,
    progress: Progress | None = None,
) -> Review:
    """What the work tree changes against the index, untracked files included.

    Raises: as :func:`review_commit`.
    """
    with Reviewer(store, repository, progress=progress) as reviewer:
        return reviewer.worktree(paths, now_ms)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the two sides of the changes stand. ``rev`` is None for the index and the work tree."""

    time_ms: int
    parent: str | None
    rev: str | None
    further_parents: tuple[str, ...] = ()
    author_ms: int | None = None
    parent_ms: int | None = None


def _time_ms(records: Records, oid: str | None) -> int | None:
    seconds = records.batch.commit_time(oid) if oid else None
    return end_of_second_ms(seconds) if seconds is not None else None


def _review_changes(
    records: Records, changes: Sequence[FileChange], source: _Source, progress: Progress | None
) -> tuple[tuple[ReviewedFile, ...], tuple[str, ...]]:
    candidates = Candidates(records, changes, source.parent, source.rev)
    candidates.gather(source.time_ms + CLOCK_TOLERANCE_MS)
    answers = []
    for done, change in enumerate(changes):
        if progress is not None:
            progress(done, len(changes))
        answers.append(_answer(records, candidates, change, source))
    credits_of = with_moves(changes, answers)
    files = tuple(
        _reviewed_file(change, found, records.limits)
        for change, found in zip(changes, credits_of, strict=True)
    )
    unread = [
        f"{change.path}: git cannot read its content: {CURE}" for change in changes if change.unreadable
    ]
    return files, (*unread, *candidates.problems)


def _answer(records: Records, candidates: Candidates, change: FileChange, source: _Source) -> Intersection:
    """The credits of one file's touched lines."""
    touched = tuple(_touched(change.hunks))
    if not touched or not candidates.concern(change):
        return Intersection((NO_EDIT,) * len(touched))
    oids = [oid for oid in (change.old_oid, change.new_oid) if oid != NO_OID]
    limit = records.limits.file_bytes
    if any((size or 0) > limit for size in records.batch.sizes(oids).values()):
        return Intersection((TOO_LARGE,) * len(touched))
    blobs = records.blob_lines(oids)
    new = blobs.get(change.new_oid)
    if new is None:
        text = records.repository.worktree_text(change.new_path) if change.new_path else None
        if text is not None and len(text) > limit:
            return Intersection((TOO_LARGE,) * len(touched))
        new = comparable(text or "")
    return _intersection(candidates, change, touched, (blobs.get(change.old_oid, ()), new), source)


def _intersection(
    candidates: Candidates,
    change: FileChange,
    touched: tuple[Touched, ...],
    sides: tuple[Lines, Lines],
    source: _Source,
) -> Intersection:
    old, new = sides
    others = tuple(
        comparable(content)
        for content in candidates.contents_at(source.further_parents, change)
        if content is not None
    )
    documents = candidates.constructed(change)
    explained = Change(old, new, touched, source.time_ms, others, source.author_ms, source.parent_ms)
    return intersect(documents, explained, candidates.later_lines(change), candidates.window_lines(change))


def _touched(hunks: Sequence[DiffHunk]) -> Iterator[Touched]:
    for hunk in hunks:
        for kind, old_number, new_number, _ in _numbered(hunk):
            if kind == "added":
                yield Touched("added", new_number - 1)
            elif kind == "removed":
                yield Touched("removed", old_number - 1)


def _numbered(hunk: DiffHunk) -> Iterator[tuple[str, int, int, str]]:
    """``(kind, old number, new number, content)`` of a hunk's lines; a number counts only on its own side."""
    old = hunk.old_start + (hunk.old_count == 0)
    new = hunk.new_start + (hunk.new_count == 0)
    for line in hunk.body:
        mark, content = line[:1], line[1:]
        if mark == "+":
            yield "added", old, new, content
            new += 1
        elif mark == "-":
            yield "removed", old, new, content
            old += 1
        else:
            yield "context", old, new, content
            old += 1
            new += 1


def _reviewed_file(change: FileChange, credits_of: Sequence[Credit], limits: Limits) -> ReviewedFile:
    answers = iter(credits_of)
    hunks = tuple(
        ReviewedHunk(
            hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count, hunk.heading,
            tuple(_diff_line(entry, answers) for entry in _numbered(hunk)),
        )
        for hunk in change.hunks
    )  # fmt: skip
    return ReviewedFile(
        change.path,
        change.old_path,
        change.status,
        change.binary,
        hunks,
        (*_notes(change), *_too_large(credits_of, limits)),
    )


def _diff_line(entry: tuple[str, int, int, str], answers: Iterator[Credit]) -> DiffLine:
    kind, old, new, content = entry
    if kind == "added":
        return DiffLine("added", None, new, content, next(answers))
    if kind == "removed":
        return DiffLine("removed", old, None, content, next(answers))
    return DiffLine("context", old, new, content, None)


def _too_large(credits_of: Sequence[Credit], limits: Limits) -> Iterator[str]:
    if TOO_LARGE in credits_of:
        yield f"too large: more than {limits.file_bytes:,} bytes (review.max_file_bytes)"


def _notes(change: FileChange) -> Iterator[str]:
    """What a change does that no line shows, in words."""
    if change.unreadable:
        yield UNREADABLE
    elif change.conflict:
        yield "unresolved conflict"
    elif change.binary:
        yield "binary file"
    if "160000" in {change.old_mode, change.new_mode}:
        yield "submodule"
    elif "120000" in {change.old_mode, change.new_mode}:
        yield "symbolic link"
    modes = {change.old_mode, change.new_mode} - {"000000"}
    if change.status not in {"added", "deleted"} and len(modes) == 2:
        yield f"mode {change.old_mode} → {change.new_mode}"
    if change.status in {"renamed", "copied"}:
        yield f"{change.status} from {change.old_path}"
    if (
        not change.hunks
        and not change.binary
        and not change.unreadable
        and change.status in {"added", "deleted"}
    ):
        yield "empty file"
