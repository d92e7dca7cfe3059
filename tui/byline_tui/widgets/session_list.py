"""The list of sessions: two lines each, grouped by day, sub-agents under the session that started them."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from byline.store.sessions import SessionRow
from byline.wording import ago, counted, day_name, short_model, short_repository
from byline_tui.widgets.prose import fit
from byline_tui.widgets.row_list import RowList

Place = tuple[str, int | None, str | None]
"""Id, last time (Unix ms) and parent of a session, as :meth:`byline.store.sessions.Sessions.places` gives."""

AGENT_COLOURS = {
    "claude": "agent-a",
    "codex": "agent-b",
    "opencode": "agent-c",
    "gemini": "agent-d",
    "copilot": "agent-e",
    "cursor": "agent-f",
    "pi": "agent-g",
}


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Sessions in display order. ``headings`` stand above the sessions with these indexes."""

    keys: tuple[str, ...] = ()
    headings: dict[int, str] = field(default_factory=dict)
    depths: dict[str, int] = field(default_factory=dict)
    """How far sub-agents are indented; sessions that are not are left out."""


def arrange(places: Sequence[Place], today: date) -> Arrangement:
    """Group sessions (newest first) by day, each followed by the sub-agents of it that are listed too."""
    listed = {key for key, _, _ in places}
    children: dict[str, list[str]] = {}
    roots: list[tuple[str, int | None]] = []
    for key, time_ms, parent in places:
        if parent is not None and parent in listed and parent != key:
            children.setdefault(parent, []).append(key)
        else:
            roots.append((key, time_ms))
    keys: list[str] = []
    headings: dict[int, str] = {}
    depths: dict[str, int] = {}
    day_begins_ms: float | None = None
    untimed = False
    for key, time_ms in roots:
        if time_ms is None and not untimed:
            headings[len(keys)] = "No time recorded"
            untimed = True
        elif time_ms is not None and (day_begins_ms is None or time_ms < day_begins_ms):
            day = datetime.fromtimestamp(time_ms / 1000).astimezone().date()
            headings[len(keys)] = day_name(day, today)
            day_begins_ms = datetime(day.year, day.month, day.day).astimezone().timestamp() * 1000
        _add(key, keys, depths, children)
    for key in list(children):
        if key in children:  # sessions that are each other's parents have no root
            _add(key, keys, depths, children)
    return Arrangement(tuple(keys), headings, depths)


def _add(key: str, keys: list[str], depths: dict[str, int], children: dict[str, list[str]]) -> None:
    """Add a session and, below it, what it started; ``children`` loses whoever has been added."""
    waiting = [(key, 0)]
    added: set[str] = set()
    while waiting:
        current, depth = waiting.pop()
        if current in added:
            continue
        added.add(current)
        keys.append(current)
        if depth:
            depths[current] = depth
        waiting += [(child, depth + 1) for child in children.pop(current, ())]


class SessionList(RowList[SessionRow]):
    """Sessions by title, with what was done in them."""

    DEFAULT_CSS = """
    SessionList > .sessions--heading { color: $muted; text-style: bold; }
    SessionList > .sessions--muted { color: $muted; }
    SessionList > .sessions--faint { color: $faint; }
    SessionList > .sessions--added { color: $added; }
    SessionList > .sessions--removed { color: $removed; }
    SessionList > .sessions--agent-a { color: $prompt; }
    SessionList > .sessions--agent-b { color: $success; }
    SessionList > .sessions--agent-c { color: $answer; }
    SessionList > .sessions--agent-d { color: $tool; }
    SessionList > .sessions--agent-e { color: $secondary; }
    SessionList > .sessions--agent-f { color: $warning; }
    SessionList > .sessions--agent-g { color: $removed; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "sessions--heading", "sessions--muted", "sessions--faint", "sessions--added", "sessions--removed",
        "sessions--agent-a", "sessions--agent-b", "sessions--agent-c", "sessions--agent-d",
        "sessions--agent-e", "sessions--agent-f", "sessions--agent-g",
    }  # fmt: skip

    def __init__(
        self,
        fetch: Callable[[Sequence[str]], Mapping[str, SessionRow]],
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(fetch, id=id)
        self._depths: dict[str, int] = {}
        self._now_ms = 0

    def show(self, arrangement: Arrangement) -> None:
        """Show these sessions; the cursor stays with its session if that is still there."""
        self._depths = arrangement.depths
        self._now_ms = int(time.time() * 1000)
        self.set_order(arrangement.keys, arrangement.headings)

    def render_heading(self, text: str, width: int) -> Strip:
        """A day, and a rule to the right of it."""
        words = fit(text, width - 4)
        rule = "─" * max(width - len(words) - 3, 0)
        return Strip([Segment(f" {words} ", self._style("heading")), Segment(rule, self._style("faint"))])

    def render_row(self, key: str, row: SessionRow | None, width: int) -> Sequence[Strip]:
        """Title and age; below them agent, models, place and counts as far as there is room."""
        depth = min(self._depths.get(key, 0), 4)
        indent = "  " * depth
        if row is None:
            return [Strip([Segment(f"  {indent}{fit(key, width)}", self._style("muted"))])]
        agent = self._style(AGENT_COLOURS.get(row.agent, "muted"))
        age = ago(row.updated_ms, self._now_ms)
        lead = f"{indent}↳ " if depth else ""
        room = max(width - len(lead) - len(age) - 5, 4)
        title = fit((row.title or "Untitled session").strip().partition("\n")[0], room)
        first = [Segment(" ▌", agent), Segment(lead, self._style("faint")), Segment(title, Style(bold=True))]
        first += [Segment(" " * _rest(first, width - len(age) - 1)), Segment(age, self._style("muted"))]
        second = [Segment(" ▌", agent), Segment("  " * depth + ("  " if depth else ""))]
        return [Strip(first), Strip(second + self._facts(row, agent, width - _used(second) - 1))]

    def _facts(self, row: SessionRow, agent: Style, width: int) -> list[Segment]:
        muted = self._style("muted")
        models = ", ".join(short_model(model) for model in row.models[:3])
        place = ":".join(
            name for name in (short_repository(row.repository, row.cwd), row.branch or "") if name
        )
        changed = [Segment(f"+{row.added}", self._style("added"))] if row.added or row.removed else []
        if changed:
            changed.append(Segment(f" −{row.removed}", self._style("removed")))
        # In reading order, with what is left out first when there is no room for all.
        facts: list[tuple[int, list[Segment]]] = [
            (0, [Segment(fit(row.agent, 12), agent)]),
            (2, [Segment(fit(models, 34), muted)] if models else []),
            (4, [Segment(fit(place, 36), muted)] if place else []),
            (3, [Segment(counted(row.prompts, "prompt"), muted)] if row.prompts else []),
            (5, [Segment(counted(row.messages, "message"), muted)]),
            (1, changed),
        ]
        facts = [fact for fact in facts if fact[1]]
        while len(facts) > 1 and sum(_used(fact) + 3 for _, fact in facts) - 3 > width:
            facts.remove(max(facts, key=lambda fact: fact[0]))
        line: list[Segment] = []
        for _, fact in facts:
            line += ([Segment(" · ", self._style("faint"))] if line else []) + fact
        return line

    def _style(self, name: str) -> Style:
        return self.component_style(f"sessions--{name}")


def _used(line: Sequence[Segment]) -> int:
    return sum(segment.cell_length for segment in line)


def _rest(line: Sequence[Segment], width: int) -> int:
    return max(width - _used(line), 1)
