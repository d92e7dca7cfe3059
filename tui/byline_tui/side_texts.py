"""The whole texts of a review's files: context is unfolded from them, syntax colours are found in them."""

from collections.abc import Sequence

from byline.git.batch import Batch
from byline.git.listing import blob_name
from byline.git.repository import Repository
from byline.review.model import Review, ReviewedFile
from byline.text import split_lines
from byline_tui.widgets.diff_syntax import MAX_FILE_CHARACTERS, Sides

MAX_BYTES = 2_000_000
"""What the texts of one review may have together; of the files behind that only the hunks are known."""


def texts_of(review: Review, repository: Repository, files: int) -> dict[int, Sides]:
    """Both sides of the first so many files, by index, as far as they are not too long to be read beforehand.

    Raises:
        GitError: git failed.
    """
    found: dict[int, Sides] = {}
    left = MAX_BYTES
    with Batch(repository) as batch:
        for at, file in enumerate(review.files[:files]):
            if file.binary or not file.hunks:
                continue
            has_removed = any(line.kind == "removed" for hunk in file.hunks for line in hunk.lines)
            sides: list[Sequence[str] | None] = []
            for is_old in (True, False):
                text = None
                if has_removed or not is_old:
                    text = _text(review, repository, batch, file, left, is_old=is_old)
                left -= len(text or "")
                sides.append(split_lines(text) if text is not None else None)
            found[at] = Sides(*sides)
            if left <= 0:
                break
    return found


def lines_after(review: Review, repository: Repository, file: ReviewedFile) -> Sequence[str]:
    """The lines of a file as it is after the change, however long it is; none of a deleted one.

    Raises:
        GitError: git failed.
    """
    with Batch(repository) as batch:
        return split_lines(_text(review, repository, batch, file, None, is_old=False) or "")


def _text(
    review: Review,
    repository: Repository,
    batch: Batch,
    file: ReviewedFile,
    most: int | None,
    *,
    is_old: bool,
) -> str | None:
    """One side of a file; None where it has none, or (with ``most``) one of more bytes."""
    path = file.old_path if is_old else file.path
    if not path or (file.status == "deleted" and not is_old) or (file.status == "added" and is_old):
        return None
    if review.target == "worktree" and not is_old:
        return _from_disk(repository, path, most)
    if review.target == "worktree":
        rev = None
    elif review.commit is not None and not is_old:
        rev = review.commit.oid
    else:
        rev = review.parent if is_old else None
    name = blob_name(repository, rev, path)
    if name is None:
        return None
    if most is not None and (batch.sizes([name])[name] or 0) > min(most, MAX_FILE_CHARACTERS):
        return None
    return batch.blobs([name])[name]


def _from_disk(repository: Repository, path: str, most: int | None) -> str | None:
    place = repository.root / path
    try:
        if most is not None and place.stat().st_size > min(most, MAX_FILE_CHARACTERS):
            return None
        return repository.worktree_text(path)
    except OSError:
        # Gone since it was reviewed, or not to be read: the diff is shown without it.
        return None
