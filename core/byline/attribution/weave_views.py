"""What a weave's document looks like from outside: as a sequence of texts, and beside a content."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, overload

from byline.attribution.align import common_ends

if TYPE_CHECKING:
    from byline.attribution.weave import Weave


class Window:
    """What of a content is left when it is laid beside the document: all but their common ends.

    Multisets: ``wanted`` has the content's lines between the ends, ``have`` the document's, and ``size`` is
    how many lines the ends have together. Numbers of lines of a text are those beyond what the ends have.
    """

    def __init__(self, weave: "Weave", lines: Sequence[str], standing: Mapping[str, int]) -> None:
        live = [weave.text[line] for line in weave.live]
        content = list(lines)
        head, tail = common_ends(live, content)
        self.size = head + tail
        self.wanted = Counter(content[head : len(content) - tail])
        self.have = Counter(live[head : len(live) - tail])
        self._times = weave.times
        self._standing = standing

    def ever(self, text: str) -> int:
        """How many lines of a text there ever were in the document, beyond those in the ends."""
        return self._times.get(text, 0) - self._in_ends(text)

    def count(self, text: str) -> int:
        """How many lines of a text the whole content has."""
        return self._in_ends(text) + self.wanted.get(text, 0)

    def _in_ends(self, text: str) -> int:
        return self._standing.get(text, 0) - self.have.get(text, 0)


class LiveLines(Sequence[str]):
    """The live lines of a weave as a sequence of texts."""

    def __init__(self, weave: "Weave") -> None:
        self._text = weave.text
        self._live = weave.live

    def __len__(self) -> int:
        return len(self._live)

    def __iter__(self) -> Iterator[str]:
        return map(self._text.__getitem__, self._live)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self._text[line] for line in self._live[index]]
        return self._text[self._live[index]]
