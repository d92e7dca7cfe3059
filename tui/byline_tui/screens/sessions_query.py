"""What changes the question of the list of sessions: the query as it is typed, and the keys beside it."""

from textual import on
from textual.widgets import Input

from byline.git.repository import Repository
from byline.query import Query, parse_query
from byline.store.search import Searching
from byline.store.store import Store
from byline_tui.listing import ORDERS
from byline_tui.remembered import Remembered
from byline_tui.screens.sessions_asking import SessionsAsking
from byline_tui.widgets.agent_pills import AgentPills, with_agent
from byline_tui.widgets.arrangement import GROUPINGS
from byline_tui.widgets.query_input import QueryInput
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.session_list import SessionList

SHORTEST_QUERY = 2


class SessionsQuery(SessionsAsking):
    """Searching, filtering, grouping, sorting and folding."""

    def __init__(
        self, store: Store, repository: Repository | None, searching: Searching | None, kept: Remembered
    ) -> None:
        super().__init__(store, repository, searching, kept)
        self._order = self._question.order
        """The order when nothing is searched for."""

    def action_query(self) -> None:
        """Go to the query."""
        self.set_focus(self.query_line)

    def action_clear(self) -> None:
        """Select nothing; if nothing is selected, search for nothing."""
        view = self.list_view
        if view.selected:
            view.select_none()
        else:
            self.query_line.value = ""
        self._focus_list()

    def _typed_query(self) -> Query:
        line = self.query_line
        query = line.parse(line.value)
        return query if len(line.value.strip()) >= SHORTEST_QUERY else parse_query("")

    @on(Input.Changed, "#query")
    def _typed(self) -> None:
        query = self._typed_query()
        if query != self._question.query:
            self._from_top = bool(query.tokens)
            self._ask(query=query, order=self._order)

    @on(Input.Submitted, "#query")
    def _submitted(self) -> None:
        """The best match first; the list has the keys."""
        if self._question.query.wanted:
            self._from_top = True
            self._ask(order="best")
        self._focus_list()

    @on(SearchInput.Cancelled)
    @on(SearchInput.Left)
    def _focus_list(self) -> None:
        self.set_focus(self.list_view)
        self.pills.hint((), -1, None)

    @on(QueryInput.Hinted)
    def _hinted(self, event: QueryInput.Hinted) -> None:
        is_typing = self.query_line.has_focus
        self.pills.hint(event.suggestions if is_typing else (), event.chosen, event.problem)

    @on(AgentPills.Pressed)
    def _pressed(self, event: AgentPills.Pressed) -> None:
        line = self.query_line
        line.value = with_agent(line.value, event.agent)

    def action_next_agent(self) -> None:
        """Ask for the next agent's sessions only."""
        line = self.query_line
        line.value = with_agent(line.value, self.pills.next_agent())

    def action_toggle_repository(self) -> None:
        """Show this repository's sessions only, or all."""
        self._ask(here_only=not self._question.here_only)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Without a repository there is nothing to limit the list to."""
        return action != "toggle_repository" or self._repository is not None

    def action_next_grouping(self) -> None:
        """Group by the next thing."""
        grouping = GROUPINGS[(GROUPINGS.index(self._question.grouping) + 1) % len(GROUPINGS)]
        self.notify("Not grouped" if grouping == "none" else f"Grouped by {grouping}", timeout=1.5)
        self._ask(grouping=grouping)

    def action_next_order(self) -> None:
        """Sort by the next thing."""
        self._order = ORDERS[(ORDERS.index(self._order) + 1) % len(ORDERS)]
        self._from_top = True
        self._ask(order=self._order)

    def action_toggle_automated(self) -> None:
        """Leave out what nobody typed in, or show it."""
        self._ask(hides_automated=not self._question.hides_automated)

    @on(SessionList.FoldWanted)
    def _fold(self, event: SessionList.FoldWanted) -> None:
        (self._unfolded.add if event.unfold else self._unfolded.discard)(event.key)
        self._ask()

    def action_fold_all(self) -> None:
        """Show all sub-agents; when all are shown, fold them away."""
        shown = self.list_view.arrangement
        if shown.folded:
            self._unfolded |= shown.folded
        else:
            self._unfolded.clear()
        self._ask()
