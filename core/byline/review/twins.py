"""The twins of a line that nobody is credited with: equal lines with an author, which it may copy."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from byline.attribution import Origin, comparable
from byline.errors import GitError
from byline.frozen import dataclass
from byline.git.repository import Repository
from byline.review.blame import BlamedLine, blame_file
from byline.review.contenders import ENOUGH_ALNUM
from byline.store.store import Store

_MOST = 8
"""Equal lines that are looked at; each is blamed. A line that stands more often says nothing."""

_FILES = 64
"""Files that are read at a time."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A line with the same text, and the edit that wrote it.

    ``line_number`` (1-based) and ``path`` are where it stands beside the other one; ``commit`` is the full id
    of the one that introduced it, None if it is not committed.
    """

    origin: Origin
    path: str
    line_number: int
    commit: str | None


def find_twins(
    store: Store, repository: Repository, line: BlamedLine, beside: Sequence[str]
) -> tuple[Twin, ...]:
    """The recorded lines that a line without an origin repeats, those of its own file first.

    They are sought where the line stands: in its commit, or in the work tree if it is not committed. Of a
    copy they are sought in the files ``beside`` it too. A line that is not known for a copy (it says too
    little, or its twin is older than the commit) has twins only if one edit wrote them all. What the answer
    says of a twin is what blame says of it.

    Raises:
        GitError: git failed.
        StoreError: the store cannot be read.
    """
    is_copy = line.credit.reason == "copy"
    if line.credit.reason not in {"copy", "no_edit", "gap"}:
        return ()
    content = line.content.removesuffix("\r")
    if sum(map(str.isalnum, content)) < ENOUGH_ALNUM:
        return ()
    paths = dict.fromkeys([line.original_path, *(beside if is_copy else ())])
    places = [
        place
        for place in _places(repository, line.commit, list(paths), content)
        if place != (line.original_path, line.original_line)
    ]
    if len(places) > _MOST and not is_copy:
        return ()
    found: list[Twin] = []
    for path, number in places[:_MOST]:
        # A symbolic link, or a file that git does not track: nothing in them is blamed.
        with suppress(GitError):
            twin = blame_file(store, repository, path, line.commit, line=number).lines[0]
            if twin.credit.origin is not None:
                found.append(Twin(twin.credit.origin, path, number, twin.commit))
    if not is_copy and len({twin.origin.edit_id for twin in found}) > 1:
        return ()
    return tuple(found)


def _places(
    repository: Repository, rev: str | None, paths: Sequence[str], content: str
) -> Iterator[tuple[str, int]]:
    """Path and number of each line of this text, in the order of the paths."""
    for start in range(0, len(paths), _FILES):
        stretch = paths[start : start + _FILES]
        for path, text in zip(stretch, _texts(repository, rev, stretch), strict=True):
            if content in (text or ""):
                for number, line in enumerate(comparable(text or ""), 1):
                    if line == content:
                        yield path, number


def _texts(repository: Repository, rev: str | None, paths: Sequence[str]) -> list[str | None]:
    if rev is None:
        return [repository.worktree_text(path) for path in paths]
    names = [f"{rev}:{path}" for path in paths]
    texts = repository.blobs(names)
    return [texts.get(name) for name in names]
