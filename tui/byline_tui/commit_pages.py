"""The history as the list of commits keeps it: all ids in an array, the commits a page at a time."""

from collections.abc import Iterable, Iterator, Sequence

from textual.cache import LRUCache

from byline.git.model import Commit

PAGE = 128
_PAGES_KEPT = 64


class CommitPages:
    """Ids in the order of the log, 20 bytes each, and the commits of the pages that were last looked at."""

    def __init__(self) -> None:
        self._ids = bytearray()
        self._width = 20
        self._commits: LRUCache[int, dict[int, Commit]] = LRUCache(_PAGES_KEPT)

    def __len__(self) -> int:
        return len(self._ids) // self._width

    def __getitem__(self, at: int) -> str:
        """The full id of the commit at a place."""
        return self._ids[at * self._width : (at + 1) * self._width].hex()

    def extend(self, oids: Iterable[str]) -> None:
        """Append ids."""
        for oid in oids:
            self._width = len(oid) // 2
            self._ids += bytes.fromhex(oid)

    def place(self, oid: str) -> int | None:
        """Where a commit is; None if it is not in the list."""
        wanted, at = bytes.fromhex(oid), -1
        while (at := self._ids.find(wanted, at + 1)) >= 0:
            if at % self._width == 0:
                return at // self._width
        return None

    def commit(self, at: int) -> Commit | None:
        """The commit at a place, if its page has been read."""
        page = self._commits.get(at // PAGE)
        return page.get(at % PAGE) if page is not None else None

    def fill(self, at: int, commits: Sequence[Commit]) -> None:
        """Keep commits that stand from place ``at`` on."""
        for place, commit in enumerate(commits, at):
            if place < len(self) and self[place] == commit.oid:
                page = self._commits.get(place // PAGE)
                if page is None:
                    page = self._commits[place // PAGE] = {}
                page[place % PAGE] = commit

    def missing(self, places: range) -> Iterator[tuple[int, list[str]]]:
        """The pages among these places that have not been read, as first place and ids."""
        for page in range(max(places.start, 0) // PAGE, (max(places.stop, 1) - 1) // PAGE + 1):
            first, last = page * PAGE, min((page + 1) * PAGE, len(self))
            kept = self._commits.get(page)
            if first < last and (kept is None or len(kept) < last - first):
                yield first, [self[at] for at in range(first, last)]
