"""Read a commit (or the index, or the work tree) with its authors."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from byline.attribution import (
    CLOCK_TOLERANCE_MS,
    NO_EDIT,
    TOO_LARGE,
    Change,
    Credit,
    Intersection,
    Touched,
    comparable,
    construct,
    intersect,
)
from byline.git.model import DiffHunk, FileChange
from byline.git.repository import NO_OID, Repository
from byline.review.candidates import Candidates
from byline.review.model import DiffLine, Review, ReviewedFile, ReviewedHunk
from byline.review.moves import with_moves
from byline.store.store import Store

MAX_CONTENT = 32_000_000
"""Contents of more characters than this are not attributed; their lines say ``too_large``."""


def review_commit(store: Store, repository: Repository, rev: str, paths: Sequence[str] = ()) -> Review:
    """The diff of a commit against its first parent, with a credit for every touched line.

    Raises:
        GitError: there is no such commit, or git failed.
        StoreError: the store cannot be read.
    """
    commit = repository.commit(rev)
    changes = repository.changes(commit, paths)
    parent = commit.parents[0] if commit.parents else None
    source = _Source(
        commit.commit_time * 1000, parent, commit.oid, commit.parents[1:], commit.author_time * 1000
    )
    files, problems = _review_changes(store, repository, changes, source)
    return Review("commit", commit, parent, files, problems)


def review_range(
    store: Store, repository: Repository, rev_range: str, paths: Sequence[str] = ()
) -> Iterator[Review]:
    """A review per commit of ``A..B``, oldest first.

    Raises: as :func:`review_commit`.
    """
    for oid in repository.range(rev_range):
        yield review_commit(store, repository, oid, paths)


def review_staged(
    store: Store, repository: Repository, paths: Sequence[str] = (), now_ms: int | None = None
) -> Review:
    """What the index would commit. Raises: as :func:`review_commit`."""
    changes = repository.staged_changes(paths)
    return _uncommitted("staged", store, repository, changes, now_ms)


def review_worktree(
    store: Store, repository: Repository, paths: Sequence[str] = (), now_ms: int | None = None
) -> Review:
    """What the work tree changes against the index, untracked files included.

    Raises: as :func:`review_commit`.
    """
    changes = repository.worktree_changes(paths)
    return _uncommitted("worktree", store, repository, changes, now_ms)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the two sides of the changes stand. ``rev`` is None for the index and the work tree."""

    time_ms: int
    parent: str | None
    rev: str | None
    further_parents: tuple[str, ...] = ()
    author_ms: int | None = None


def _uncommitted(
    target: str, store: Store, repository: Repository, changes: Sequence[FileChange], now_ms: int | None
) -> Review:
    now = now_ms if now_ms is not None else int(time.time() * 1000)
    head = _head(repository)
    files, problems = _review_changes(store, repository, changes, _Source(now, head, None))
    return Review("staged" if target == "staged" else "worktree", None, head, files, problems)


def _head(repository: Repository) -> str | None:
    commits = repository.root_commit()
    return repository.resolve("HEAD") if commits else None


def _review_changes(
    store: Store, repository: Repository, changes: Sequence[FileChange], source: _Source
) -> tuple[tuple[ReviewedFile, ...], tuple[str, ...]]:
    candidates = Candidates(store, repository, changes, source.parent, source.rev)
    candidates.gather(source.time_ms + CLOCK_TOLERANCE_MS)
    wanted = [candidates.concern(change) for change in changes]
    blobs = repository.blobs(
        oid
        for change, known in zip(changes, wanted, strict=True)
        for oid in (change.old_oid, change.new_oid)
        if known and oid != NO_OID
    )
    answers: list[Intersection] = []
    for change, known in zip(changes, wanted, strict=True):
        touched = tuple(_touched(change.hunks))
        if not known:
            answers.append(Intersection((NO_EDIT,) * len(touched)))
            continue
        old = blobs.get(change.old_oid) or ""
        new = blobs.get(change.new_oid)
        if new is None:
            new = (repository.worktree_text(change.new_path) or "") if change.new_path else ""
        answers.append(_intersection(candidates, change, touched, (old, new), source))
    credits_of = with_moves(changes, answers)
    files = tuple(_reviewed_file(change, found) for change, found in zip(changes, credits_of, strict=True))
    return files, tuple(candidates.problems)


def _intersection(
    candidates: Candidates,
    change: FileChange,
    touched: tuple[Touched, ...],
    sides: tuple[str, str],
    source: _Source,
) -> Intersection:
    old, new = sides
    if len(old) > MAX_CONTENT or len(new) > MAX_CONTENT:
        return Intersection((TOO_LARGE,) * len(touched))
    others = tuple(
        comparable(content)
        for content in candidates.contents_at(source.further_parents, change)
        if content is not None
    )
    documents = [construct(edits, versions) for edits, versions in candidates.documents(change)]
    explained = Change(comparable(old), comparable(new), touched, source.time_ms, others, source.author_ms)
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


def _reviewed_file(change: FileChange, credits_of: Sequence[Credit]) -> ReviewedFile:
    answers = iter(credits_of)
    hunks = tuple(
        ReviewedHunk(
            hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count, hunk.heading,
            tuple(_diff_line(entry, answers) for entry in _numbered(hunk)),
        )
        for hunk in change.hunks
    )  # fmt: skip
    return ReviewedFile(
        change.path, change.old_path, change.status, change.binary, hunks, tuple(_notes(change))
    )


def _diff_line(entry: tuple[str, int, int, str], answers: Iterator[Credit]) -> DiffLine:
    kind, old, new, content = entry
    if kind == "added":
        return DiffLine("added", None, new, content, next(answers))
    if kind == "removed":
        return DiffLine("removed", old, None, content, next(answers))
    return DiffLine("context", old, new, content, None)


def _notes(change: FileChange) -> Iterator[str]:
    """What a change does that no line shows, in words."""
    if change.binary:
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
    if not change.hunks and not change.binary and change.status in {"added", "deleted"}:
        yield "empty file"
