"""A file as the blame screen shows it: where it is, its text at first, and its authors later."""

from collections.abc import Iterator
from dataclasses import dataclass

from byline.errors import GitError
from byline.git.listing import commit_facts
from byline.git.repository import Repository
from byline.review.authors import Marks, sessions_of
from byline.review.blame import Progress, blame_file
from byline.store.store import Store
from byline.text import split_lines
from byline_tui.widgets.blame_layout import BlameLayout
from byline_tui.widgets.diff_syntax import DiffSyntax, Sides

LARGEST = 64_000_000
"""Bytes of a file of the work tree that is still read line by line."""

PREPARED_SECONDS = 0.05
"""How long the text may wait for its colours."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line (1-based) of a file at a revision; ``rev`` is None for the work tree."""

    path: str
    rev: str | None = None
    line_number: int = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A file with what is needed to draw it; its authors come later than its text."""

    place: Place
    layout: BlameLayout
    syntax: DiffSyntax
    marks: Marks
    where: str


def read_file(store: Store, repository: Repository, place: Place, progress: Progress) -> Iterator[Reading]:
    """The file's text as soon as it is known, then the same with its authors.

    Raises:
        GitError: there is no such revision or file, or it has no lines of text.
        StoreError: the store cannot be read.
    """
    oid = repository.resolve(place.rev or "HEAD") if place.rev or repository.bare else None
    where = where_of(repository, oid)
    text = text_of(repository, place.path, oid)
    syntax: DiffSyntax | None = None
    if text is not None:
        layout = BlameLayout(place.path, split_lines(text))
        syntax = coloured(layout)
        syntax.prepare(1, PREPARED_SECONDS)
        yield Reading(place, layout, syntax, Marks(()), where)
    blame = blame_file(store, repository, place.path, place.rev, progress=progress)
    facts = commit_facts(repository, {line.commit for line in blame.lines if line.commit})
    layout = BlameLayout(place.path, [line.content for line in blame.lines], blame, facts)
    yield Reading(place, layout, coloured(layout, syntax), Marks(sessions_of(layout.counts)), where)


def where_of(repository: Repository, oid: str | None) -> str:
    """Repository, branch and revision, as foreign text."""
    branch = repository.head_branch() or "detached"
    return f"{repository.root.name} · {branch} · {oid[:7] if oid else 'work tree'}"


def text_of(repository: Repository, path: str, oid: str | None) -> str | None:
    """The text to show until its authors are known; None where there is none: the blame will say why.

    Raises:
        GitError: the file is too large to be read line by line.
    """
    if oid is not None:
        text = repository.blobs([f"{oid}:{path}"]).get(f"{oid}:{path}")
    else:
        size = _size(repository, path)
        if size > LARGEST:
            raise GitError(f"{path} has {size / 1e6:,.0f} MB: too large to be read line by line")
        text = repository.worktree_text(path)
    return None if text is None or "\0" in text[:8000] else text


def _size(repository: Repository, path: str) -> int:
    try:
        return (repository.root / path).stat().st_size
    except OSError:
        # Gone, or not to be looked at: reading it will say so.
        return 0


def coloured(layout: BlameLayout, before: DiffSyntax | None = None) -> DiffSyntax:
    """Syntax colours of the whole text, with the lexer loaded here rather than while the first line is drawn.

    What was found ``before`` of the same text is not worked out again.
    """
    if before is not None and before.texts[0].new == layout.contents:
        return DiffSyntax([layout.file], like=before)
    syntax = DiffSyntax([layout.file], texts={0: Sides(new=layout.contents)})
    syntax.warm(0)
    return syntax
