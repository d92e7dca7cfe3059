"""What the statistics show as a file: its name is asked for, and JSON or SVG written."""

from textual import on
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Input

from byline.errors import BylineError
from byline.git.repository import Repository
from byline.text import safe_line
from byline_tui.widgets.search_input import SearchInput
from byline_tui.widgets.stats_drawing import NAMES, Drawing, Wish, save
from byline_tui.widgets.stats_table import StatsTable


class StatsExport(Screen[None]):
    """The input under the statistics, and what is done with it; the statistics are the subclass's."""

    table = query_one("#stats-table", StatsTable)
    export_name = query_one("#stats-export", SearchInput)

    def __init__(self, repository: Repository | None) -> None:
        super().__init__()
        self.repository = repository
        self.wish = Wish()
        self.drawing: Drawing | None = None

    def action_export(self) -> None:
        """Ask for a file's name."""
        if self.drawing is None:
            self.notify("There is nothing to export yet.", markup=False)
            return
        self.export_name.value = f"byline-{self.wish.by}.svg"
        self.add_class("-exporting")
        self.export_name.focus()

    @on(Input.Submitted, "#stats-export")
    def export(self) -> None:
        """Write the file, unless there is one of this name."""
        self.end_export()
        name, drawing = self.export_name.value.strip(), self.drawing
        if not name or drawing is None:
            return
        try:
            # Not in the background: it is small, and done before the next key.
            path = save(drawing, self._title(drawing), name)
        except BylineError as error:
            self.notify(safe_line(str(error)), severity="error", markup=False)
        else:
            self.notify(f"Wrote {safe_line(str(path))}", markup=False)

    def _title(self, drawing: Drawing) -> str:
        name = self.repository.root.name if self.repository is not None else ""
        what = "lines still there" if drawing.wish.is_survival else "added lines"
        return f"{name}: {what} by {NAMES[drawing.wish.by]}"

    @on(SearchInput.Cancelled)
    @on(SearchInput.Left)
    def end_export(self) -> None:
        """Close the input."""
        self.remove_class("-exporting")
        self.table.focus()
