"""A review made ready to be drawn: read with its authors, then brought into the form that is wanted."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from byline.git.repository import Repository
from byline.review.authors import Marks, sessions_of
from byline.review.model import Review, ReviewedFile
from byline.review.review import (
    Progress,
    review_commit,
    review_span,
    review_staged,
    review_worktree,
)
from byline.store.store import Store
from byline_tui.diff_shape import Shape
from byline_tui.side_texts import lines_after, texts_of
from byline_tui.widgets.diff_context import ALL, with_context
from byline_tui.widgets.diff_layout import DiffLayout
from byline_tui.widgets.diff_moved import Elsewhere, Key, moved_lines
from byline_tui.widgets.diff_space import without_space_changes
from byline_tui.widgets.diff_syntax import DiffSyntax

STAGED, WORKTREE = "--staged", "--worktree"
"""What stands for the index and the work tree where a revision is asked for; no revision begins so."""

PREPARED_FILES, PREPARED_SECONDS = 40, 0.05
"""The files that are read whole beforehand, and how long their syntax colours may take before it is shown."""

_ROW_BYTES, _LINE_BYTES = 400, 60


class MovedOn(Exception):  # noqa: N818 - no error: nobody waits for the answer any more
    """Ends a reading that was given up."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A review with all that is needed to draw it in one shape.

    ``span`` is, of several commits read as one, what they begin after (None: the beginning) and their number.
    ``wider`` has for each file's hunks the lines unfolded above and below, ``texts`` the files' lines.
    """

    review: Review
    place: str
    shape: Shape
    layout: DiffLayout
    syntax: DiffSyntax
    marks: Marks
    moved: Mapping[Key, Elsewhere]
    span: tuple[str | None, int] | None = None
    wider: Mapping[int, Mapping[int, tuple[int, int]]] = field(default_factory=dict)
    texts: Mapping[int, Sequence[str]] = field(default_factory=dict)
    bare: Sequence[ReviewedFile] = ()
    """The files without unfolded lines: what ``wider`` counts on."""
    spans: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """Of files with unfolded lines, the first and last hunk that each shown hunk was made of."""
    seconds: float = 0.0
    """How long reading it took."""


def span_of(rev: str) -> tuple[str | None, str] | None:
    """Base and tip of ``BASE..TIP``, which names several commits read as one; None for other revisions."""
    base, dots, tip = rev.partition("..")
    return (base or None, tip) if dots and tip else None


def read_review(store: Store, repository: Repository, rev: str, progress: Progress | None = None) -> Review:
    """The review of a revision, of the index (:data:`STAGED`), the work tree (:data:`WORKTREE`) or a span.

    Raises: as :func:`byline.review.review.review_commit`.
    """
    if rev == STAGED:
        return review_staged(store, repository, progress=progress)
    if rev == WORKTREE:
        return review_worktree(store, repository, progress=progress)
    if (span := span_of(rev)) is not None:
        return review_span(store, repository, *span, progress=progress)
    return review_commit(store, repository, rev, progress=progress)


def read(
    store: Store, repository: Repository, rev: str, shape: Shape, progress: Progress | None = None
) -> Reading:
    """Read a review and make it ready. Raises: as :func:`read_review`."""
    begun = time.monotonic()
    review = read_review(store, repository, rev, progress)
    branch = repository.head_branch() or "detached"
    span = None
    if (ends := span_of(rev)) is not None and review.commit is not None:
        commits = repository.range(f"{ends[0]}..{ends[1]}") if ends[0] else repository.range(ends[1])
        span = repository.resolve(ends[0]) if ends[0] else None, len(commits)
    short = review.commit.oid[:7] if review.commit else {STAGED: "index"}.get(rev, "work tree")
    place = f"{repository.root.name} · {branch} · {short}"
    bare = _bare(review, shape)
    layout = DiffLayout(bare, split=shape.split, grouping=shape.grouping)
    sides = texts_of(review, repository, PREPARED_FILES)
    syntax = DiffSyntax(bare, texts=sides)
    syntax.prepare(PREPARED_FILES, PREPARED_SECONDS)
    marks = Marks(sessions_of(layout.counts))
    texts = {at: side.new for at, side in sides.items() if side.new is not None}
    return Reading(
        review, place, shape, layout, syntax, marks, moved_lines(review.files), span, texts=texts, bare=bare,
        seconds=time.monotonic() - begun,
    )  # fmt: skip


def weight(reading: Reading) -> int:
    """About how many bytes a reading holds."""
    sides = (side for each in reading.syntax.texts.values() for side in (each.old, each.new) if side)
    return len(reading.layout) * _ROW_BYTES + sum(_LINE_BYTES + len(line) for side in sides for line in side)


def as_before(reading: Reading, before: Reading) -> Reading:
    """A review that was read again, in the shape and with what was unfolded in it before.

    Files are the same by their paths, hunks by their place on the old side.
    """
    if reading.shape != before.shape:
        reading = reshaped(reading, before.shape)
    known = {(file.old_path, file.path): at for at, file in enumerate(before.bare)}
    wider: dict[int, dict[int, tuple[int, int]]] = {}
    texts = dict(reading.texts)
    for at, file in enumerate(reading.bare):
        was = known.get((file.old_path, file.path))
        if was is None or not before.wider.get(was) or at not in texts:
            continue
        places = {
            (hunk.old_start, hunk.old_count): amounts
            for n, hunk in enumerate(before.bare[was].hunks)
            if (amounts := before.wider[was].get(n)) is not None
        }
        wider[at] = {
            n: places[hunk.old_start, hunk.old_count]
            for n, hunk in enumerate(file.hunks)
            if (hunk.old_start, hunk.old_count) in places
        }
    return _laid_out(replace(reading, wider=wider)) if wider else reading


def reshaped(reading: Reading, shape: Shape) -> Reading:
    """The same review in another shape; what was unfolded stays, unless other lines count as changed."""
    if shape.ignores_space != reading.shape.ignores_space:
        reading = replace(reading, wider={}, spans={}, bare=_bare(reading.review, shape))
    return _laid_out(replace(reading, shape=shape))


def unfolded(
    reading: Reading, repository: Repository, file: int, hunk: int, above: int, below: int
) -> Reading:
    """The same review with so many more lines above and below a hunk that is shown; negative: with fewer.

    Raises:
        GitError: the file's content cannot be read.
    """
    bare = reading.bare[file]
    texts = reading.texts
    if file not in texts:
        texts = {**texts, file: lines_after(reading.review, repository, bare)}
    shown = reading.spans.get(file)
    first, last = shown[hunk] if shown else (hunk, hunk)
    wider = dict(reading.wider.get(file, {}))
    if above < 0 or below < 0:
        for at in range(first, last + 1):
            up, down = wider.get(at, (0, 0))
            wider[at] = (
                max(min(up, ALL) + above, 0) if up < ALL else 0,
                max(down + below, 0) if down < ALL else 0,
            )
    else:
        up, down = wider.get(first, (0, 0))
        wider[first] = min(up + above, ALL), down
        up, down = wider.get(last, (0, 0))
        wider[last] = up, min(down + below, ALL)
    return _laid_out(replace(reading, texts=texts, wider={**reading.wider, file: wider}))


def unfolded_whole(reading: Reading, repository: Repository, file: int) -> Reading:
    """The same review with all of a file, or without anything unfolded in it if all of it is shown.

    Raises: as :func:`unfolded`.
    """
    before = reading.wider.get(file, {})
    if before and all(ALL in each for each in before.values()):
        return _laid_out(replace(reading, wider={**reading.wider, file: {}}))
    texts = reading.texts
    if file not in texts:
        texts = {**texts, file: lines_after(reading.review, repository, reading.bare[file])}
    everything = dict.fromkeys(range(len(reading.bare[file].hunks)), (ALL, ALL))
    return _laid_out(replace(reading, texts=texts, wider={**reading.wider, file: everything}))


def _laid_out(reading: Reading) -> Reading:
    files = list(reading.bare)
    spans: dict[int, tuple[tuple[int, int], ...]] = {}
    for at, wider in reading.wider.items():
        if wider:
            widened = with_context(files[at], reading.texts[at], wider)
            files[at], spans[at] = widened.file, widened.spans
    shape = reading.shape
    layout = DiffLayout(files, split=shape.split, grouping=shape.grouping, like=reading.layout)
    syntax = DiffSyntax(files, like=reading.syntax)
    marks = Marks(sessions_of(layout.counts))
    return replace(reading, layout=layout, syntax=syntax, marks=marks, spans=spans)


def _bare(review: Review, shape: Shape) -> Sequence[ReviewedFile]:
    if not shape.ignores_space:
        return review.files
    return tuple(without_space_changes(file) for file in review.files)
