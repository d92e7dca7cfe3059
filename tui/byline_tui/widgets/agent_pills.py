"""The line below the query: agents with counts, or while one types, what could be typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from byline.query import Problem, Query, Suggestion, parse_query
from byline.reading.prose import fit
from byline.text import safe_line
from byline_tui.theme import AGENT_COLOURS
from byline_tui.widgets.session_list import agent_colour

_SHOWN = 12


class AgentPills(Widget):
    """One line. A press on an agent asks for its sessions only, or for all again."""

    DEFAULT_CSS = """
    AgentPills { height: 1; background: $background; }
    AgentPills > .pills--muted { color: $muted; }
    AgentPills > .pills--chosen { background: $panel; text-style: bold; }
    AgentPills > .pills--problem { color: $error; }
    AgentPills > .pills--filter { color: $primary; }
    AgentPills > .pills--agent-a { color: $agent-a; }
    AgentPills > .pills--agent-b { color: $agent-b; }
    AgentPills > .pills--agent-c { color: $agent-c; }
    AgentPills > .pills--agent-d { color: $agent-d; }
    AgentPills > .pills--agent-e { color: $agent-e; }
    AgentPills > .pills--agent-f { color: $agent-f; }
    AgentPills > .pills--agent-g { color: $agent-g; }
    AgentPills > .pills--agent-h { color: $agent-h; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"pills--{name}" for name in ("muted", "chosen", "problem", "filter", *AGENT_COLOURS)
    }

    @dataclass
    class Pressed(Message):
        """An agent was pressed; None: all."""

        agent: str | None

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id)
        self.agents: Mapping[str, int] = {}
        """Sessions per agent, as if the query named none."""
        self._chosen: frozenset[str] = frozenset()
        self._words = ""
        self._suggestions: Sequence[Suggestion] = ()
        self._at = -1
        self._problem: Problem | None = None
        self._places: list[tuple[int, int, str | None]] = []

    def show(self, agents: Mapping[str, int], query: Query, words: str) -> None:
        """Show counts, and at the right ``words`` about the whole list (safe)."""
        self.agents = agents
        self._chosen = frozenset(agent for agent in agents if _names(query, agent))
        self._words = words
        self.refresh()

    def hint(self, suggestions: Sequence[Suggestion], chosen: int, problem: Problem | None) -> None:
        """Show what could be typed, else what is wrong, in place of the agents; with neither the agents."""
        self._suggestions, self._at, self._problem = suggestions, chosen, problem
        self.refresh()

    def next_agent(self) -> str | None:
        """The agent after the one that is asked for; None after the last: all."""
        names = list(self.agents)
        if not self._chosen:
            return names[0] if names else None
        after = names.index(next(name for name in names if name in self._chosen)) + 1
        return names[after] if after < len(names) else None

    def render_line(self, y: int) -> Strip:
        """The line."""
        width = self.size.width
        if y:
            return Strip.blank(width, self.rich_style)
        self._places = []
        line = self._hints(width) if self._suggestions or self._problem else self._pills(width)
        return Strip(line).crop_extend(0, width, None).apply_style(self.rich_style)

    def _pills(self, width: int) -> list[Segment]:
        muted = self._style("muted")
        words = Segment(fit(self._words, max(width * 2 // 3, 1)), muted)
        room = width - words.cell_length - 2
        total = sum(self.agents.values())
        line: list[Segment] = []
        used = 0
        pills: list[tuple[str | None, int]] = [(None, total), *list(self.agents.items())[:_SHOWN]]
        for agent, count in pills if len(self.agents) > 1 or self._chosen else []:
            is_chosen = agent in self._chosen if agent is not None else not self._chosen
            ground = self._style("chosen") if is_chosen else Style()
            name = Segment(
                f" {fit(agent, 12)} " if agent is not None else " All ",
                (self._style(agent_colour(agent)) if agent is not None else Style()) + ground,
            )
            number = Segment(f"{count:,} ", muted + ground)
            size = name.cell_length + number.cell_length
            if used + size + 1 > room:
                break
            self._places.append((used, used + size, agent))
            line += [name, number, Segment(" ")]
            used += size + 1
        line.append(Segment(" " * max(width - used - words.cell_length - 1, 0)))
        return [*line, words]

    def _hints(self, width: int) -> list[Segment]:
        if not self._suggestions and self._problem is not None:
            return [Segment(" " + fit(self._problem.message, width - 2), self._style("problem"))]
        muted = self._style("muted")
        line = [Segment(" tab ", muted)]
        for place, each in enumerate(self._suggestions):
            is_next = place == (self._at if self._at >= 0 else 0)
            style = self._style("filter") + (self._style("chosen") if is_next else Style())
            line.append(Segment(f" {safe_line(each.label)} ", style))
            if each.meaning and len(self._suggestions) <= 3:
                line.append(Segment(f"{safe_line(each.meaning)}  ", muted))
        return line

    def on_click(self, event: Click) -> None:
        """Press an agent."""
        place = event.get_content_offset(self)
        if place is None:
            return
        for start, end, agent in self._places:
            if start <= place.x < end:
                self.post_message(self.Pressed(None if agent in self._chosen else agent))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"pills--{name}", partial=True)


def with_agent(text: str, agent: str | None) -> str:
    """The query with ``agent:`` asking for this agent only; None: for all."""
    query = parse_query(text)
    kept = text
    for each in sorted(query.named("agent"), key=lambda each: -each.span[0]):
        kept = kept[: each.span[0]] + kept[each.span[1] :]
    words = " ".join(kept.split(" ")).strip()
    if agent is None:
        return words
    value = f'"{agent}"' if any(char.isspace() or char == "," for char in agent) else agent
    return f"agent:{value} {words}".strip()


def _names(query: Query, agent: str) -> bool:
    """Whether the query asks for this agent by name."""
    return any(
        agent.startswith(value.lower())
        for each in query.named("agent")
        if not each.negated
        for value in each.values
    )
