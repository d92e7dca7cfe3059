"""A line one version earlier: what stood there before the commit that introduced it."""

from collections.abc import Iterable, Sequence

from byline.attribution.tokens import similarity, words
from byline.frozen import dataclass
from byline.git.model import DiffHunk, FileChange
from byline.git.repository import Repository
from byline.review.blame import BlamedLine, literal

_ALIKE_ENOUGH = 0.3
"""Below this likeness of their words the line at the same place in the block is taken instead."""


@dataclass(frozen=True, slots=True)
class EarlierPlace:
    """Where an earlier version of a line stands: the revision (a full id), path and number (1-based)."""

    rev: str
    path: str
    line_number: int


def previous_line(repository: Repository, line: BlamedLine) -> EarlierPlace | None:
    """The line that a blamed line replaced, in the commit before; None if it was new there.

    Of the lines that the commit removed at that place it is the one most like it. For a line that is not
    committed it is HEAD's.

    Raises:
        GitError: git failed.
    """
    if line.commit is None:
        return _before_head(repository, line)
    commit = repository.commit(line.commit)
    if not commit.parents:
        return None
    paths = literal(name for name in (line.original_path, line.previous_path) if name)
    found = _back(repository.changes(commit, paths), line.original_path, line.original_line)
    return EarlierPlace(commit.parents[0], found[0], found[1]) if found else None


def is_staged(repository: Repository, line: BlamedLine) -> bool:
    """Whether a line that is not committed stands in the index already.

    Raises:
        GitError: git failed.
    """
    paths = literal([line.original_path])
    changes = repository.worktree_changes(paths)
    for change in changes:
        if change.new_path == line.original_path:
            return _unchanged(change.hunks, line.original_line) is not None
    return True


def _before_head(repository: Repository, line: BlamedLine) -> EarlierPlace | None:
    if repository.root_commit() is None:
        return None
    path, number = line.original_path, line.original_line
    for changes in (repository.worktree_changes(literal([path])), repository.staged_changes(literal([path]))):
        found = _back(changes, path, number)
        if found is None:
            return None
        path, number = found
    return EarlierPlace(repository.resolve("HEAD"), path, number)


def _back(changes: Iterable[FileChange], path: str, number: int) -> tuple[str, int] | None:
    """Where the line of the new side stood, unchanged or in another form, on the old one."""
    for change in changes:
        if change.new_path != path:
            continue
        if not change.old_path:
            return None
        kept = _unchanged(change.hunks, number)
        replaced = kept if kept is not None else _replaced(change.hunks, number)
        return (change.old_path, replaced) if replaced is not None else None
    return path, number


def _unchanged(hunks: Sequence[DiffHunk], number: int) -> int | None:
    """The old number of a line that the diff leaves alone; None for one that it adds."""
    shift = 0
    for hunk in hunks:
        # Where a side has no lines, git gives the line before the place.
        first = hunk.new_start + (hunk.new_count == 0)
        if number < first:
            break
        if number < first + hunk.new_count:
            return _in_hunk(hunk, number)
        shift += hunk.old_count - hunk.new_count
    return number + shift


def _in_hunk(hunk: DiffHunk, number: int) -> int | None:
    old, new = hunk.old_start, hunk.new_start
    for line in hunk.body:
        if new == number and line[:1] in {" ", "+"}:
            return old if line[:1] == " " else None
        old += line[:1] in {" ", "-"}
        new += line[:1] in {" ", "+"}
    return None


def _replaced(hunks: Sequence[DiffHunk], number: int) -> int | None:
    """The removed line that an added one stands for, out of those removed at its place."""
    for hunk in hunks:
        old, new = hunk.old_start, hunk.new_start
        removed: list[tuple[int, str]] = []
        added: list[tuple[int, str]] = []
        for line in (*hunk.body, " "):
            mark, text = line[:1], line[1:]
            if mark == " ":
                if any(at == number for at, _ in added):
                    return _most_like(removed, added, number)
                removed, added = [], []
            elif mark == "-":
                removed.append((old, text))
            else:
                added.append((new, text))
            old += mark != "+"
            new += mark != "-"
    return None


def _most_like(
    removed: Sequence[tuple[int, str]], added: Sequence[tuple[int, str]], number: int
) -> int | None:
    if not removed:
        return None
    place = next(at for at, (new, _) in enumerate(added) if new == number)
    target = words(added[place][1])
    likeness, best = max((similarity(words(text), target), -at) for at, (_, text) in enumerate(removed))
    return removed[-best if likeness >= _ALIKE_ENOUGH else min(place, len(removed) - 1)][0]
