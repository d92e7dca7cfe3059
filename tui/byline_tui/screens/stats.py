"""Who wrote how much: over time, by model, agent, session, author and folder, and what is still there."""

import time
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.getters import query_one
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Footer, Static
from textual.worker import Worker, WorkerState, get_current_worker

from byline.errors import BylineError
from byline.git.listing import is_shallow
from byline.git.repository import Repository
from byline.statistics.facts import Statistics, Tally
from byline.statistics.reading import read_shares
from byline.statistics.survival import Survival, measure_survival
from byline.statistics.tables import UNITS, By, Unit, agents_of
from byline.store.store import Store
from byline.wording import counted
from byline_tui.failures import words_for
from byline_tui.messages import OpenConversation
from byline_tui.screens.review_reading import NOT_IN_A_REPOSITORY
from byline_tui.screens.stats_export import StatsExport
from byline_tui.widgets.notice import Notice
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.stats_drawing import NAMES, Count, Drawing, Wish, draw, head_of
from byline_tui.widgets.stats_table import StatsTable
from byline_tui.widgets.tab_bar import TabBar
from byline_tui.widgets.time_chart import LEAST_COLUMN, TimeChart

SHOWN_EVERY = 0.5
"""Seconds between two looks at what has been counted so far."""

TOLD_EVERY = 0.1
SHORT = 18
"""Lines of a screen that has no room for the chart."""

TABLE_SHARE, TABLE_LEAST = 45, 3
"""How much of the screen's height the table has at the most, in per cent, and at the least, in lines."""


class StatsScreen(StatsExport):
    """Totals, the chart, and the table; counted in the background and kept."""

    DEFAULT_CSS = """
    StatsScreen #stats-head {
        height: 2; background: $surface; text-wrap: nowrap; text-overflow: ellipsis;
    }
    StatsScreen #stats-chart { height: 1fr; min-height: 5; margin: 1 1 0 0; }
    StatsScreen #stats-heading { height: 1; color: $muted; }
    StatsScreen #stats-table { height: 3; }
    StatsScreen.-empty #stats-chart, StatsScreen.-empty #stats-table, StatsScreen.-empty #stats-heading {
        display: none;
    }
    StatsScreen.-short #stats-chart { display: none; }
    StatsScreen #stats-export { display: none; }
    StatsScreen.-exporting #stats-export { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "group('model')", "Model", id="stats.model", tooltip="Count by model"),
        Binding("a", "group('agent')", "Agent", id="stats.agent", tooltip="Count by agent"),
        Binding("s", "group('session')", "Session", id="stats.session", tooltip="Count by session"),
        Binding("u", "group('author')", "Author", id="stats.author", tooltip="Count by the commits' authors"),
        Binding("f", "group('directory')", "Folder", id="stats.directory", tooltip="Count by folder"),
        Binding("w", "group('contributor')", "Who", show=False, id="stats.contributor",
                tooltip="Count by contributor: ai, mixed, human, unknown"),
        Binding("t", "next_unit", "Time", show=False, id="stats.unit",
                tooltip="Columns of a day, a week, a month, a year, or whatever fits"),
        Binding("v", "survival", "Survival", id="stats.survival",
                tooltip="How many of the lines that sessions wrote are still there; again: added lines"),
        Binding("e", "export", "Export", id="stats.export", tooltip="Write what is shown as JSON or SVG"),
        Binding("r", "reload", "Count again", show=False, id="stats.reload", tooltip="Count again"),
        Binding("escape", "leave", "Back", show=False, id="stats.leave",
                tooltip="Stop measuring, or back to where this was opened from"),
    ]  # fmt: skip

    chart = query_one("#stats-chart", TimeChart)
    notice = query_one("#stats-notice", Notice)
    tab_bar = query_one(TabBar)

    @dataclass
    class Counted(Message):
        """The worker has counted so far; ``told`` says how far, and is empty at the end."""

        generation: int
        count: Count
        told: str
        place: str

    @dataclass
    class Measured(Message):
        """The worker has measured so far what is still there; the last word has the result."""

        generation: int
        told: str
        survival: Survival | None

    @dataclass
    class Drawn(Message):
        """The worker has put rows and chart together."""

        drawing: Drawing

    @dataclass
    class Failed(Message):
        """Something could not be done, and why."""

        generation: int
        words: str

    def __init__(self, store: Store, repository: Repository | None) -> None:
        super().__init__(repository)
        self.store = store
        self.count: Count | None = None
        self._told = ""
        self._generation = 0
        self._measuring: Worker[None] | None = None
        self._drawing_again: Timer | None = None

    def compose(self) -> ComposeResult:
        """Everything, still empty."""
        yield TabBar("stats")
        yield Static(id="stats-head", markup=False)
        yield TimeChart(id="stats-chart")
        yield Static(id="stats-heading", markup=False)
        yield StatsTable(id="stats-table")
        yield Notice(id="stats-notice")
        yield SearchInput("Write to FILE.json or FILE.svg", id="stats-export")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin to count."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._draw_words())
        self.table.focus()
        self.action_reload()

    # Counting ------------------------------------------------------------------------------------

    def action_reload(self) -> None:
        """Count from the beginning; what is kept in the store is not worked out again."""
        if self.repository is None:
            self._say(*NOT_IN_A_REPOSITORY)
            return
        self._generation += 1
        self._told = "counting …"
        self._stop_measuring()
        self.remove_class("-empty")
        self.notice.clear()
        self._draw_words()
        self._count(self.repository, self._generation)

    @work(thread=True, exclusive=True, group="count", exit_on_error=False)
    def _count(self, repository: Repository, generation: int) -> None:
        worker = get_current_worker()
        tally, shown = Tally(), time.monotonic()
        try:
            oid = repository.resolve("HEAD")
            total = len(repository.range(oid))
            place = f"{repository.root.name} · {repository.head_branch() or 'detached'}"
            note = (
                "a shallow clone: what its first commits found is counted as theirs"
                if is_shallow(repository)
                else ""
            )
            for share in read_shares(self.store, repository, repository.log(oid)):
                tally.add(share)
                if worker.is_cancelled:
                    return
                if time.monotonic() - shown > SHOWN_EVERY:
                    told = f"{tally.seen:,} of {counted(total, 'commit')} counted …"
                    self.post_message(self.Counted(generation, self._named(tally.result()), told, place))
                    shown = time.monotonic()
            place = " · ".join(word for word in (place, oid[:7], note) if word)
            self.post_message(self.Counted(generation, self._named(tally.result()), "", place))
        except BylineError as error:
            if not worker.is_cancelled:
                self.post_message(self.Failed(generation, words_for(error)))
        finally:
            self.store.close()

    def _named(self, statistics: Statistics) -> Count:
        agents = agents_of(self.store, statistics)
        titles = {row.id: row.title for row in self.store.sessions.rows(sorted(agents)) if row.title}
        return Count(statistics, agents, titles)

    @on(Counted)
    def show_count(self, message: Counted) -> None:
        """Show what was counted so far."""
        if message.generation != self._generation:
            return
        self.count, self._told = message.count, message.told
        self.tab_bar.set_place(message.place)
        if not message.told and not message.count.statistics.facts:
            unread = message.count.statistics.unread
            if unread:
                self._say(
                    f"Git cannot read {counted(len(unread), 'commit')}; no other adds a line.", unread[0]
                )
            else:
                self._say("No commit adds a line here.")
        self._draw_again()

    @on(Failed)
    def show_failure(self, message: Failed) -> None:
        """Say why; what is shown already stays."""
        if message.generation != self._generation:
            return
        self._told = ""
        if self.count is None:
            self._say(message.words, "Press r to try again.")
        else:
            self.notify(message.words, severity="error", markup=False)
            self._draw_words()

    @on(Worker.StateChanged)
    def worker_changed(self, event: Worker.StateChanged) -> None:
        """A defect in a worker is shown where its result would be."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self._say(words_for(event.worker.error))

    def _say(self, what: str, *hints: str) -> None:
        self.add_class("-empty")
        self.notice.say(what, *hints)
        self._draw_words()

    # Survival ------------------------------------------------------------------------------------

    def action_survival(self) -> None:
        """Show what is still there, measuring it first if need be; or added lines again."""
        if self.count is None or self._told:
            self.notify("Wait until all commits are counted.", markup=False)
        elif self.wish.is_survival:
            self._wish_for(replace(self.wish, is_survival=False))
        elif self.count.survival is not None:
            self._wish_for(replace(self.wish, is_survival=True))
        elif self.repository is not None:
            self._told = "looking for what is still there …"
            self._draw_words()
            self._measuring = self._measure(self.repository, self._generation, self.count.statistics)

    @work(thread=True, exclusive=True, group="survival", exit_on_error=False)
    def _measure(self, repository: Repository, generation: int, statistics: Statistics) -> None:
        worker = get_current_worker()
        told_at = 0.0
        try:
            for step in measure_survival(self.store, repository, statistics):
                if worker.is_cancelled:
                    return
                if step.survival is not None or time.monotonic() - told_at > TOLD_EVERY:
                    told_at = time.monotonic()
                    told = (
                        f"{step.done:,} of {step.total:,} files and commits looked through …"
                        if step.total
                        else "looking for renamed files …"
                    )
                    self.post_message(self.Measured(generation, told, step.survival))
        except BylineError as error:
            if not worker.is_cancelled:
                self.post_message(self.Failed(generation, words_for(error)))
        finally:
            self.store.close()

    @on(Measured)
    def show_measured(self, message: Measured) -> None:
        """Say how far the measuring is; show its result."""
        if message.generation != self._generation or self._measuring is None or self.count is None:
            return
        self._told = message.told
        if message.survival is not None:
            self._measuring, self._told = None, ""
            count = self.count
            self.count = Count(count.statistics, count.agents, count.titles, message.survival)
            self._wish_for(replace(self.wish, is_survival=True))
        self._draw_words()

    def _stop_measuring(self) -> bool:
        """Give up measuring; whether it was going on."""
        if self._measuring is None:
            return False
        self._measuring.cancel()
        self._measuring, self._told = None, ""
        return True

    # Drawing -------------------------------------------------------------------------------------

    def _wish_for(self, wish: Wish) -> None:
        self.wish = wish
        self._draw_again()

    def _draw_again(self) -> None:
        if self.count is not None:
            room = self.chart.room if self.wish.unit else max(self.chart.room // LEAST_COLUMN, 1)
            self.wish = replace(self.wish, room=room)
            self._draw(self.count, self.wish)
        self._draw_words()

    @work(thread=True, exclusive=True, group="draw", exit_on_error=False)
    def _draw(self, count: Count, wish: Wish) -> None:
        worker = get_current_worker()
        drawing = draw(count, wish)
        if not worker.is_cancelled:
            self.post_message(self.Drawn(drawing))

    @on(Drawn)
    def show_drawing(self, message: Drawn) -> None:
        """Show rows and chart, unless others are wished for by now."""
        drawing = message.drawing
        if drawing.wish != self.wish or drawing.count is not self.count:
            return
        self.drawing = drawing
        self.chart.chart = drawing.chart
        groups = () if drawing.wish.is_survival else drawing.chart.groups
        titles = drawing.count.titles if drawing.wish.by == "session" else {}
        self.table.show(drawing.wish.by, drawing.rows, groups, titles)
        self._share_height()
        self._draw_words()

    def _share_height(self) -> None:
        """The table gets what its rows need, up to its share of the screen; the chart has the rest."""
        most = self.size.height * TABLE_SHARE // 100
        self.table.styles.height = max(min(self.table.line_count, most), TABLE_LEAST)

    def on_resize(self) -> None:
        """Other columns have room now; in a low terminal the table alone has."""
        self.set_class(self.size.height < SHORT, "-short")
        if self._drawing_again is not None:
            self._drawing_again.stop()
        self._drawing_again = self.set_timer(0.05, self._draw_again)

    def _draw_words(self) -> None:
        styles = {name: self.app.theme_variables[name] for name in ("muted", "accent", "removed")}
        self.query_one("#stats-head", Static).update(head_of(self.count, self.drawing, self._told, styles))
        words = self.table.heading(NAMES[self.wish.by], self.table.line_width)
        self.query_one("#stats-heading", Static).update(words)

    # Actions -------------------------------------------------------------------------------------

    def action_group(self, by: By) -> None:
        """Count by something else."""
        self._wish_for(replace(self.wish, by=by))

    def action_next_unit(self) -> None:
        """The next unit of time: what fits, then day, week, month and year."""
        units: tuple[Unit | None, ...] = (None, *UNITS)
        later = (units.index(self.wish.unit) + 1) % len(units)
        self._wish_for(replace(self.wish, unit=units[later]))

    @on(StatsTable.LineSelected)
    def open_conversation(self) -> None:
        """Open the conversation of the session under the cursor."""
        row = self.table.current
        if row is not None and self.wish.by == "session" and row.group.kind == "known":
            self.post_message(OpenConversation(row.group.name))

    def action_leave(self) -> None:
        """Stop measuring what is still there; else back."""
        if self._stop_measuring():
            self._draw_words()
        else:
            self.app.call_later(self.app.run_action, "back")
