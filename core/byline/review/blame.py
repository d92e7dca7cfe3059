"""Every line of a file: the commit that introduced it, by git, and who wrote it there, by the engine."""

import posixpath
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf
from typing import Annotated, TypedDict

from byline.attribution import NO_EDIT, Credit
from byline.errors import GitError
from byline.frozen import dataclass
from byline.git.blame import BlameLine
from byline.git.model import NO_OID
from byline.git.repository import Repository
from byline.git.shown import SNIFFED
from byline.git.shown import literal as literal  # noqa: PLC0414 - named here for those who blame
from byline.review.credit_json import CreditJson, credit_json
from byline.review.model import Review, ReviewedFile
from byline.review.review import Reviewer
from byline.store.store import Store

Progress = Callable[[int, int], None]
"""Told how many commits have been read, and of how many."""

_LINK, _FOLDER, _SUBMODULE = "120000", "040000", "160000"
_KINDS = {_LINK: "a symbolic link", _FOLDER: "a folder", _SUBMODULE: "a submodule"}


@dataclass(frozen=True, slots=True)
class BlamedLine:
    """A line of a file with its credit in the commit that introduced it.

    ``commit`` is the full id, None for a line that is not committed; ``original_line`` (1-based) and
    ``original_path`` say where the line stood in that commit.
    """

    line_number: int
    content: str
    commit: str | None
    original_line: int
    original_path: str
    previous_path: str | None
    credit: Credit


@dataclass(frozen=True, slots=True)
class Blame:
    """A file read with its authors. ``rev`` is the commit's full id, None for the work tree.

    ``problems`` are sentences about records that could not be used: each cost that edit only.
    """

    path: str
    rev: str | None
    lines: tuple[BlamedLine, ...]
    problems: tuple[str, ...] = ()


def blame_file(
    store: Store,
    repository: Repository,
    path: str,
    rev: str | None = None,
    *,
    line: int | None = None,
    progress: Progress | None = None,
) -> Blame:
    """The lines of a file at a revision, or in the work tree (in a bare repository: at HEAD).

    ``path`` is relative to the top of the work tree. With ``line`` (1-based) only that one. Every commit
    that introduced a line is reviewed once. An empty file has no lines.

    A line is what it is in the review of that commit, no more: one that was copied there (git's ``-C``) is
    nobody's, as rule 9 of ``attribution.md`` has it, since whoever copied it was not recorded; one that was
    *moved* there keeps its origin. So blame and show never contradict each other.

    Raises:
        GitError: there is no such revision, file or line, or the file has no lines of text.
        StoreError: the store cannot be read.
    """
    oid = repository.resolve(rev or "HEAD") if rev is not None or repository.bare else None
    text = _text(repository, path, oid)
    size = text.count("\n") + (not text.endswith("\n") and bool(text))
    if line is not None and not 1 <= line <= size:
        has = f"{size} line{'' if size == 1 else 's'}" if size else "no lines"
        raise GitError(f"{path} has {has}: there is no line {line}")
    if not text:
        return Blame(path, oid, ())
    found = _introduced(repository, path, oid, text, (line, line) if line is not None else None)
    groups: dict[str | None, list[BlameLine]] = {}
    for entry in found:
        groups.setdefault(entry.oid, []).append(entry)
    credits_of: dict[int, Credit] = {}
    with Reviewer(store, repository, oid or repository.head()) as reviewer:
        answers = _Answers(reviewer, [commit for commit in groups if commit])
        # One after the other as they were made: what is constructed for one goes on for the next.
        for done, commit in enumerate(sorted(groups, key=answers.time), 1):
            entries = groups[commit]
            credits_of |= answers.committed(commit, entries) if commit else answers.uncommitted(entries)
            if progress is not None:
                progress(done, len(groups))
    lines = tuple(
        BlamedLine(
            entry.line_number, entry.content, entry.oid, entry.original_line, entry.path,
            entry.previous_path, credits_of[entry.line_number],
        )
        for entry in found
    )  # fmt: skip
    return Blame(path, oid, lines, tuple(dict.fromkeys(answers.problems)))


class BlamedPlaceJson(TypedDict):
    """Which line of a file it is."""

    line_number: Annotated[int, "1-based"]
    content: Annotated[str, "the line without its line feed; a carriage return at its end is kept"]
    commit: Annotated[str | None, "the full id of the commit that introduced it; null if not committed"]
    original_line: Annotated[int, "its number in that commit, 1-based"]
    original_path: Annotated[str, "the file's path in that commit"]


class BlamedLineJson(BlamedPlaceJson, CreditJson):
    """One line of a file, and its credit in the commit that introduced it."""


def line_json(line: BlamedLine) -> BlamedLineJson:
    """A line as in ``byline blame --json`` (``design.md`` "The other listings")."""
    return {
        "line_number": line.line_number,
        "content": line.content,
        "commit": line.commit,
        "original_line": line.original_line,
        "original_path": line.original_path,
        **credit_json(line.credit),
    }


def _text(repository: Repository, path: str, oid: str | None) -> str:
    """The file's content, if it is one that has lines."""
    text = _worktree_text(repository, path) if oid is None else _committed_text(repository, path, oid)
    if "\0" in text[:SNIFFED]:
        raise GitError(f"{path} is a binary file: it has no lines to blame")
    return text


def _worktree_text(repository: Repository, path: str) -> str:
    place = repository.root / path
    if place.is_symlink() or place.is_dir():
        kind = _KINDS[_LINK if place.is_symlink() else _FOLDER]
        raise GitError(f"{path} is {kind}: name a file")
    text = repository.worktree_text(path)
    if text is None:
        if repository.is_tracked(path):
            raise GitError(f"{path} is deleted in the work tree: name a revision that has it, such as HEAD")
        raise GitError(f"there is no file {path} in {repository.root}")
    if not repository.is_tracked(path) and repository.is_ignored(path):
        raise GitError(f"{path} is not tracked by git, and ignored: `git add -f` it first")
    return text


def _committed_text(repository: Repository, path: str, oid: str) -> str:
    entry = repository.entry(oid, path)
    if entry is None:
        raise GitError(f"there is no file {path} in {oid[:12]}")
    mode, blob = entry
    if mode in _KINDS:
        raise GitError(f"{path} is {_KINDS[mode]} in {oid[:12]}: name a file")
    text = repository.blobs([blob])[blob]
    if text is None:
        raise GitError(f"git cannot read {path} of {oid[:12]}: run `git fsck`")
    return text


def _introduced(
    repository: Repository, path: str, oid: str | None, text: str, lines: tuple[int, int] | None
) -> list[BlameLine]:
    if oid is not None or (repository.head() is not None and repository.is_tracked(path)):
        return repository.blame(path, oid, lines)
    # Not in git yet, or nothing is: git has nobody to blame, all lines are the work tree's.
    contents = text.removesuffix("\n").split("\n")
    first, last = lines or (1, len(contents))
    return [
        BlameLine(number, contents[number - 1], None, number, path, None) for number in range(first, last + 1)
    ]


class _Answers:
    """The engine's answers, a review per commit."""

    def __init__(self, reviewer: Reviewer, oids: Sequence[str]) -> None:
        """``oids`` are the commits that will be asked for."""
        self._reviewer = reviewer
        repository = reviewer.records.repository
        self._commits = {commit.oid: commit for commit in repository.commits(oids)}
        self._changed = repository.changed_paths(oids)
        self.problems: list[str] = []

    def time(self, oid: str | None) -> float:
        """When a commit was made (seconds); what is not committed comes last."""
        return self._commits[oid].commit_time if oid else inf

    def committed(self, oid: str, entries: Sequence[BlameLine]) -> dict[int, Credit]:
        """The credits of lines that one commit introduced, by line number of the blamed file."""
        names = [name for entry in entries for name in (entry.path, entry.previous_path) if name]
        commit = self._commits[oid]
        review = self._noted(self._reviewer.commit(commit, literal(names)))
        found = _credits(review, entries)
        if any(_may_have_moved(credit) for credit in found.values()) and self._more_recorded(oid, names):
            # What an edit wrote in another file and this commit moved here shows in the whole commit only.
            return _credits(self._noted(self._reviewer.commit(commit)), entries)
        return found

    def uncommitted(self, entries: Sequence[BlameLine]) -> dict[int, Credit]:
        """The credits of lines of the work tree: those that are not staged, and those that are."""
        names = [name for entry in entries for name in (entry.path, entry.previous_path) if name]
        paths = literal(names)
        worktree = self._noted(self._reviewer.worktree(paths))
        sides = {file.path: _NewSide(file) for file in worktree.files}
        found: dict[int, Credit] = {}
        staged: dict[int, BlameLine] = {}
        for entry in entries:
            side = sides.get(entry.path)
            credit = side.credit(entry.original_line) if side else None
            if credit is not None:
                found[entry.line_number] = credit
            else:
                staged[side.old_number(entry.original_line) if side else entry.original_line] = entry
        if staged:
            index = self._noted(self._reviewer.staged(paths))
            for file in index.files:
                side = _NewSide(file)
                for number, entry in staged.items():
                    if entry.path == file.path:
                        found[entry.line_number] = side.credit(number) or NO_EDIT
        return {entry.line_number: found.get(entry.line_number, NO_EDIT) for entry in entries}

    def _more_recorded(self, oid: str, names: Sequence[str]) -> bool:
        """Whether a commit takes lines from further files that edits were recorded of."""
        others = {
            posixpath.basename(change.path)
            for change in self._changed[oid]
            if change.path not in names and change.old_oid != NO_OID
        }
        return bool(others and self._reviewer.records.store.edits.stamps(others))

    def _noted(self, review: Review) -> Review:
        self.problems += review.problems
        return review


def _may_have_moved(credit: Credit) -> bool:
    return credit.reason in {"no_edit", "gap"} or credit.match == "moved"


def _credits(review: Review, entries: Sequence[BlameLine]) -> dict[int, Credit]:
    sides = {file.path: _NewSide(file) for file in review.files}
    return dict(_credited(sides, entries))


def _credited(sides: "dict[str, _NewSide]", entries: Iterable[BlameLine]) -> Iterator[tuple[int, Credit]]:
    for entry in entries:
        side = sides.get(entry.path)
        # Where git's blame and its diff disagree on a line that both sides have, no edit is shown.
        yield entry.line_number, (side.credit(entry.original_line) if side else None) or NO_EDIT


class _NewSide:
    """The new side of a reviewed file, by line number."""

    def __init__(self, file: ReviewedFile) -> None:
        self._credits = {
            line.new_number: line.credit
            for hunk in file.hunks
            for line in hunk.lines
            if line.kind == "added" and line.credit is not None
        }
        self._contexts = {
            line.new_number: line.old_number
            for hunk in file.hunks
            for line in hunk.lines
            if line.kind == "context" and line.new_number is not None and line.old_number is not None
        }
        self._ends = [hunk.new_start + hunk.new_count - (hunk.new_count > 0) for hunk in file.hunks]
        self._shifts = [
            (hunk.old_start + hunk.old_count - (hunk.old_count > 0)) - end
            for hunk, end in zip(file.hunks, self._ends, strict=True)
        ]

    def credit(self, number: int) -> Credit | None:
        """The credit of a line that was added; None for one that the diff leaves alone."""
        return self._credits.get(number)

    def old_number(self, number: int) -> int:
        """Where a line that the diff leaves alone stands in the old file."""
        if number in self._contexts:
            return self._contexts[number]
        behind = bisect_right(self._ends, number)
        return number + (self._shifts[behind - 1] if behind else 0)
