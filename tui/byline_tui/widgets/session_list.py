"""The list of sessions: title and age, what was done below, and while searching what was said."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from byline.query import Matcher
from byline.reading.prose import fit
from byline.store.hits import Hit
from byline.store.sessions import SessionRow
from byline.text import safe_line
from byline.wording import ago, counted, short_model, short_repository
from byline_tui.theme import AGENT_COLOURS
from byline_tui.widgets.arrangement import Arrangement
from byline_tui.widgets.row_list import RowList

LIVE_MS = 180_000
"""A session that said something within the last three minutes is marked as going on."""

_AGENTS = ("claude", "codex", "opencode", "gemini", "copilot", "cursor", "pi", "aider")
_DEEPEST = 4
_SAID_BY = {"user": "prompt", "assistant": "answer"}


@dataclass(frozen=True, slots=True)
class SessionEntry:
    """A session with the newest of its hits, if a search found it by what it says."""

    row: SessionRow
    hit: Hit | None = None


def agent_colour(agent: str) -> str:
    """The name of an agent's colour in the theme; the same for all that are not known."""
    return AGENT_COLOURS[_AGENTS.index(agent)] if agent in _AGENTS else "muted"


class SessionList(RowList[SessionEntry]):
    """Sessions by title, with what was done in them, folded sub-agents and what is selected."""

    DEFAULT_CSS = """
    SessionList > .sessions--heading { color: $foreground 80%; text-style: bold; }
    SessionList > .sessions--muted { color: $muted; }
    SessionList > .sessions--faint { color: $faint; }
    SessionList > .sessions--title { color: $foreground; text-style: bold; }
    SessionList > .sessions--added { color: $added; }
    SessionList > .sessions--removed { color: $removed; }
    SessionList > .sessions--hit { color: $foreground; background: $hit; text-style: bold underline; }
    SessionList > .sessions--accent { color: $accent; text-style: bold; }
    SessionList > .sessions--live { color: $success; text-style: bold; }
    SessionList > .sessions--agent-a { color: $agent-a; }
    SessionList > .sessions--agent-b { color: $agent-b; }
    SessionList > .sessions--agent-c { color: $agent-c; }
    SessionList > .sessions--agent-d { color: $agent-d; }
    SessionList > .sessions--agent-e { color: $agent-e; }
    SessionList > .sessions--agent-f { color: $agent-f; }
    SessionList > .sessions--agent-g { color: $agent-g; }
    SessionList > .sessions--agent-h { color: $agent-h; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"sessions--{name}"
        for name in ("heading", "muted", "faint", "title", "added", "removed", "hit", "accent", "live",
                     *AGENT_COLOURS)
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "select_row", "Select", show=False, id="list.select",
                tooltip="Select this session, or no longer: what is done next is done to all selected"),
        Binding("right,l", "unfold", "Sub-agents", show=False, id="list.unfold",
                tooltip="Show the sub-agents of this session"),
        Binding("left,h", "fold", "Fold", show=False, id="list.fold",
                tooltip="Fold the sub-agents away, or go to the session that started this one"),
    ]  # fmt: skip
    page_rows: ClassVar[int] = 40

    @dataclass
    class FoldWanted(Message):
        """The sub-agents of a session are to be shown or folded away."""

        key: str
        unfold: bool

    class SelectionChanged(Message):
        """Other sessions are selected than before."""

    def __init__(
        self,
        fetch: Callable[[Sequence[str]], Mapping[str, SessionEntry]],
        *,
        id: str | None = None,  # noqa: A002 - as in Textual
    ) -> None:
        super().__init__(fetch, id=id)
        self.selected: dict[str, None] = {}
        """The sessions selected, in the order in which they were."""
        self.is_touched = False
        """Whether somebody has used it: then the cursor is where they want it."""
        self._shown = Arrangement()
        self._survived: Mapping[str, int] = {}
        self._matcher: Matcher | None = None
        self._now_ms = 0

    # What a screen calls -------------------------------------------------------------------------

    @property
    def arrangement(self) -> Arrangement:
        """What is shown."""
        return self._shown

    def show(
        self,
        arrangement: Arrangement,
        survived: Mapping[str, int] | None = None,
        matcher: Matcher | None = None,
        *,
        from_top: bool = False,
    ) -> None:
        """Show these sessions; the cursor stays with its session if that is still there.

        Args:
            arrangement: which, in which order.
            survived: session to its lines that are in commits.
            matcher: marks what is searched for; rows then have a line for what was said.
            from_top: put the cursor on the first session.
        """
        is_same = (arrangement, matcher) == (self._shown, self._matcher) and not from_top
        self._shown = arrangement
        self._survived = survived or {}
        self._matcher = matcher
        self._now_ms = int(time.time() * 1000)
        if is_same:
            self.forget_rows()
        else:
            height = 2 if matcher is None else 3
            self.set_order(arrangement.keys, arrangement.headings, row_height=height, from_top=from_top)

    def grow_older(self) -> None:
        """Ages are counted from now."""
        self._now_ms = int(time.time() * 1000)
        self.lines_changed()

    def entry_under_cursor(self) -> SessionEntry | None:
        """What is known of the session under the cursor."""
        index = self.row_at(self.cursor)
        return self.row(index) if index is not None else None

    def select_none(self) -> None:
        """Take the selection away."""
        self.selected.clear()
        self.lines_changed()
        self.post_message(self.SelectionChanged())

    # Keys and clicks -------------------------------------------------------------------------------

    def on_key(self) -> None:
        """A key was pressed here."""
        self.is_touched = True

    def on_mouse_down(self) -> None:
        """Somebody pressed here."""
        self.is_touched = True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing here is wider than the view."""
        return action in {"unfold", "fold"} or super().check_action(action, parameters)

    def action_select_row(self) -> None:
        """Select the session under the cursor, or take it out of the selection; go on to the next."""
        key = self.current_key
        if key is None:
            return
        if key in self.selected:
            del self.selected[key]
        else:
            self.selected[key] = None
        self.invalidate(*self.cursor_extent(self.cursor))
        self.action_cursor_by(1)
        self.post_message(self.SelectionChanged())

    def action_unfold(self) -> None:
        """Show the sub-agents of the session under the cursor."""
        key = self.current_key
        if key is not None and key in self._shown.folded:
            self.post_message(self.FoldWanted(key, unfold=True))

    def action_fold(self) -> None:
        """Fold its sub-agents away; from one of them go to the session that started it."""
        key, index = self.current_key, self.row_at(self.cursor)
        if key is None or index is None:
            return
        if key in self._shown.below and key not in self._shown.folded:
            self.post_message(self.FoldWanted(key, unfold=False))
            return
        depth = self._shown.depths.get(key, 0)
        while depth and index > 0:
            index -= 1
            if self._shown.depths.get(self.keys[index], 0) < depth:
                self.cursor = self.line_of(index)
                return

    def line_clicked(self, y: int, x: int, chain: int) -> None:
        """A click on the triangle folds and unfolds; two clicks open."""
        key = self.current_key
        if key is not None and key in self._shown.below and chain == 1:
            at = 3 + 2 * min(self._shown.depths.get(key, 0), _DEEPEST)
            if at - 1 <= x <= at + 1:
                self.post_message(self.FoldWanted(key, unfold=key in self._shown.folded))
                return
        super().line_clicked(y, x, chain)

    # Drawing -------------------------------------------------------------------------------------

    def render_heading(self, text: str, width: int) -> Strip:
        """A group, and a rule to the right of it."""
        words = fit(text, width - 4)
        used = Segment(f" {words} ", self._style("heading"))
        rule = "─" * max(width - used.cell_length - 1, 0)
        return Strip([used, Segment(rule, self._style("faint"))])

    def render_row(self, key: str, row: SessionEntry | None, width: int) -> Sequence[Strip]:
        """Title and age; agent, place, models and counts as far as there is room; what was said."""
        indent = " " * (2 * min(self._shown.depths.get(key, 0), _DEEPEST))
        mark = Segment("✓" if key in self.selected else " ", self._style("accent"))
        if row is None:
            gone = Segment(fit(f"  {indent}{key}", width), self._style("muted"))
            return [Strip([mark, gone])]
        agent = self._style(agent_colour(row.row.agent))
        bar = [mark, Segment("▌", agent), Segment(indent + " ")]
        below = [Segment(" "), Segment("▌", agent), Segment(indent + "   ")]
        strips = [
            Strip(self._first_line(key, row.row, bar, width)),
            Strip(below + self._facts(row.row, agent, width - _used(below) - 1)),
        ]
        if self._matcher is not None:
            strips.append(Strip(below + self._said(row.hit, width - _used(below) - 1)))
        return strips

    def _first_line(self, key: str, row: SessionRow, bar: list[Segment], width: int) -> list[Segment]:
        fold = "↳ " if key in self._shown.depths else "  "
        if key in self._shown.below:
            fold = "▸ " if key in self._shown.folded else "▾ "
        line = [*bar, Segment(fold, self._style("muted"))]
        right = self._right(key, row)
        room = max(width - _used(line) - _used(right) - 2, 4)
        title = fit((row.title or "Untitled session").strip().partition("\n")[0], room)
        line += self._marked(title, self._style("title"))
        line.append(Segment(" " * max(width - 1 - _used(line) - _used(right), 1)))
        return line + right

    def _right(self, key: str, row: SessionRow) -> list[Segment]:
        """Sub-agents, labels, star, and the age."""
        right = []
        if key in self._shown.folded:
            right.append(Segment(f"+{self._shown.below[key]} ", self._style("muted")))
        right += [Segment(f"#{fit(label, 14)} ", self._style("answer")) for label in row.labels[:2]]
        if row.starred:
            right.append(Segment("★ ", self._style("accent")))
        if row.hidden:
            right.append(Segment("hidden ", self._style("muted")))
        if row.updated_ms is not None and 0 <= self._now_ms - row.updated_ms < LIVE_MS:
            right.append(Segment("● live ", self._style("live")))
        return [*right, Segment(ago(row.updated_ms, self._now_ms), self._style("muted"))]

    def _facts(self, row: SessionRow, agent: Style, width: int) -> list[Segment]:
        muted = self._style("muted")
        models = ", ".join(short_model(model) for model in row.models[:3])
        place = ":".join(
            name for name in (short_repository(row.repository, row.cwd), row.branch or "") if name
        )
        changed = [Segment(f"+{row.added:,}", self._style("added"))] if row.added or row.removed else []
        if changed:
            changed.append(Segment(f" −{row.removed:,}", self._style("removed")))
        survived = self._survived.get(row.id, 0)
        share = f"{min(survived * 100 // row.added, 100)}% survived" if survived and row.added else ""
        # In reading order, with what is left out first when there is no room for all.
        facts: list[tuple[int, list[Segment]]] = [
            (0, [Segment(fit(row.agent, 12), agent)]),
            (5, [Segment(fit(place, 36), muted)] if place else []),
            (2, [Segment(fit(models, 34), muted)] if models else []),
            (6, [Segment(counted(row.prompts, "prompt"), muted)] if row.prompts else []),
            (4, [Segment(counted(row.messages, "message"), muted)]),
            (7, [Segment(counted(row.edits, "edit"), muted)] if row.edits else []),
            (1, changed),
            (3, [Segment(share, muted)] if share else []),
        ]
        facts = [fact for fact in facts if fact[1]]
        while len(facts) > 1 and sum(_used(fact) + 3 for _, fact in facts) - 3 > width:
            facts.remove(max(facts, key=lambda fact: fact[0]))
        line: list[Segment] = []
        for _, fact in facts:
            line += ([Segment(" · ", self._style("faint"))] if line else []) + fact
        return line

    def _said(self, hit: Hit | None, width: int) -> list[Segment]:
        """The words around a hit; nothing where a session was found by its title or its filters alone."""
        if hit is None:
            return []
        muted, marked = self._style("muted"), self._style("hit")
        who = hit.tool or (_SAID_BY.get(hit.role or "", hit.type) if hit.type == "text" else hit.type)
        line = [Segment(f"{fit(who, 12)}: ", self._style("faint"))]
        left = width - _used(line)
        for piece, is_hit in hit.snippet.pieces():
            shown = Segment(fit(piece, left), marked if is_hit else muted)
            line.append(shown)
            left -= shown.cell_length
            if left <= 0:
                break
        return line

    def _marked(self, title: str, style: Style) -> list[Segment]:
        """A title with the words that are searched for marked. It is safe already."""
        spans = self._matcher.spans(title) if self._matcher is not None else []
        line: list[Segment] = []
        at = 0
        for start, end in spans:
            line += [Segment(title[at:start], style), Segment(title[start:end], self._style("hit"))]
            at = end
        return [*line, Segment(safe_line(title[at:]), style)]

    def _style(self, name: str) -> Style:
        if name == "answer":
            name = "agent-c"
        return self.component_style(f"sessions--{name}")


def _used(line: Sequence[Segment]) -> int:
    return sum(segment.cell_length for segment in line)
