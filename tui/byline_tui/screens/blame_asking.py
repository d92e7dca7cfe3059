"""What is typed on the blame screen: what to find in the file, and at which revision to read it."""

from typing import Literal

from textual import on
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Input

from byline_tui.widgets.blame_view import BlameView
from byline_tui.widgets.search_input import SearchInput


class BlameAsking(Screen[None]):
    """The two inputs under the file; what is done with a revision is the subclass's."""

    view = query_one("#blame-view", BlameView)
    sought = query_one("#blame-find", SearchInput)
    revision = query_one("#blame-revision", SearchInput)

    def action_find(self) -> None:
        """Ask what to find."""
        self.add_class("-finding")
        self.sought.focus()

    @on(Input.Changed, "#blame-find")
    def find_typed(self) -> None:
        """Go to the next match as it is typed."""
        self.view.mark_matches(self.sought.value)
        if self.sought.value:
            self.view.find(self.sought.value, 1, further=False)

    @on(Input.Submitted, "#blame-find")
    def find_submitted(self) -> None:
        """Keep the search and go back to the file."""
        if not self.sought.value:
            self.remove_class("-finding")
        elif not self.view.find(self.sought.value, 1, further=False):
            self.notify("Nowhere in this file.", markup=False)
        self.view.focus()

    @on(SearchInput.Left)
    def leave_input(self) -> None:
        """Keep the search, or forget the revision."""
        if self.has_class("-asking"):
            self.end_asking()
        else:
            self.find_submitted()

    @on(SearchInput.Cancelled)
    def end_asking(self) -> None:
        """Close both inputs."""
        self.sought.value = ""
        self.view.mark_matches("")
        self.remove_class("-asking", "-finding")
        self.view.focus()

    def action_next(self, by: Literal[1, -1]) -> None:
        """Next match while something is sought, else the next change of contributor."""
        if self.has_class("-finding") and self.sought.value:
            if not self.view.find(self.sought.value, by, further=True):
                self.notify("Nowhere in this file.", markup=False)
        else:
            self.view.next_change(by)
