"""The line in which a query is typed: its tokens coloured, wrong ones marked, Tab completes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.highlighter import Highlighter
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message

from byline.query import Problem, Query, Suggestion, complete, parse_query
from byline_tui.widgets.search_input import SearchInput

_CLASSES = {
    "phrase": "query--phrase", "filter": "query--filter", "invalid": "query--invalid",
    "ignored": "query--ignored",
}  # fmt: skip


class QueryInput(SearchInput):
    """A search input that knows the query language. What it knows of the store's values is given to it."""

    DEFAULT_CSS = """
    QueryInput > .query--phrase { color: $success; }
    QueryInput > .query--filter { color: $primary; }
    QueryInput > .query--invalid { color: $error; text-style: underline; }
    QueryInput > .query--ignored { color: $muted; text-style: strike; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = set(_CLASSES.values())
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", key_display="tab", id="query.complete",
                tooltip="Complete the filter at the cursor; again for the next way to"),
    ]  # fmt: skip

    @dataclass
    class Hinted(Message):
        """What could be typed next, and what is wrong with what was typed."""

        suggestions: Sequence[Suggestion]
        chosen: int
        """The one that Tab has put in; -1 before."""
        problem: Problem | None

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(placeholder, id=id)
        self.known_values: Mapping[str, Sequence[str]] = {}
        self.parsed: Query = parse_query("")
        self.highlighter = _Colours(self)
        self._round: _Round | None = None

    def watch_value(self, value: str) -> None:
        """Parse what is there now, before anybody is told of the change."""
        self.parse(value)

    def parse(self, text: str) -> Query:
        """The query that is typed."""
        if text != self.parsed.text:
            self.parsed = parse_query(text)
        return self.parsed

    def hint(self) -> None:
        """Say again what could be typed next."""
        current = self._round
        if current is not None and current.is_at(self.value, self.cursor_position):
            self.post_message(self.Hinted(current.suggestions, current.chosen, None))
            return
        self._round = None
        suggestions = complete(self.value, self.cursor_position, self.known_values) if self.value else []
        problem = next(iter(self.parsed.problems), None)
        self.post_message(self.Hinted(suggestions, -1, problem))

    def watch_selection(self) -> None:
        """The cursor stands elsewhere, so something else could be typed."""
        if self.is_mounted and self.has_focus:
            self.hint()

    def action_complete(self) -> None:
        """Put the likeliest completion in; pressed again, the next one in its place."""
        current = self._round
        if current is None or not current.is_at(self.value, self.cursor_position):
            suggestions = complete(self.value, self.cursor_position, self.known_values) if self.value else []
            if not suggestions:
                self.action_leave()
                return
            current = _Round(self.value, suggestions, -1, "", 0)
        chosen = (current.chosen + 1) % len(current.suggestions)
        text, cursor = current.suggestions[chosen].apply(current.typed)
        # A name of a filter goes on with its value: the next Tab completes that.
        goes_on = text[:cursor].endswith(":")
        self._round = None if goes_on else _Round(current.typed, current.suggestions, chosen, text, cursor)
        self.value = text
        self.cursor_position = cursor
        self.hint()


@dataclass(frozen=True, slots=True)
class _Round:
    """Going round the completions of what was typed; ``text`` is what the chosen one made of it."""

    typed: str
    suggestions: Sequence[Suggestion]
    chosen: int
    text: str
    cursor: int

    def is_at(self, text: str, cursor: int) -> bool:
        return (text, cursor) == (self.text, self.cursor)


class _Colours(Highlighter):
    """Colours a query's tokens by what they are."""

    def __init__(self, view: QueryInput) -> None:
        self._view = view

    def highlight(self, text: Text) -> None:
        """Lay the colours over the text."""
        for token in self._view.parse(text.plain).tokens:
            name = _CLASSES.get(token.kind)
            if name is not None:
                text.stylize(self._view.get_component_rich_style(name, partial=True), *token.span)
