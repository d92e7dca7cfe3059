"""The conversation beside the list of sessions: it follows the cursor without holding it up."""

from typing import TYPE_CHECKING, cast

from textual import on, work
from textual.getters import query_one
from textual.timer import Timer
from textual.worker import Worker, WorkerState

from byline.store.store import Store
from byline_tui.listing import Answer, Question
from byline_tui.screens.marking import MarkingScreen
from byline_tui.widgets.line_view import LineView
from byline_tui.widgets.preview_pane import PreviewPane
from byline_tui.widgets.session_list import SessionList

if TYPE_CHECKING:
    from byline_tui.widgets.preview import Previewed

PREVIEW_AFTER_S = 0.05


class SessionsPreview(MarkingScreen):
    """A list of sessions, what it answers, and a preview of the session under the cursor."""

    list_view = query_one("#sessions", SessionList)
    preview = query_one("#preview", PreviewPane)

    def __init__(self, store: Store, *, has_preview: bool) -> None:
        """``has_preview``: it is shown where there is room."""
        super().__init__(store)
        self.answer: Answer | None = None
        """What is shown."""
        self._has_preview = has_preview
        self._previewed: tuple[str, int | None, str] | None = None
        self._resting: Timer | None = None

    @property
    def session_under_cursor(self) -> str | None:
        """The id of the session the cursor is on."""
        return self.list_view.current_key

    def action_toggle_preview(self) -> None:
        """Show or hide the conversation beside the list."""
        self._has_preview = not self._has_preview
        self.preview.set_class(not self._has_preview, "-off")
        self.call_after_refresh(self._load_preview)

    @on(LineView.CursorMoved, "#sessions")
    def _rest_on(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(PREVIEW_AFTER_S, self._load_preview)

    def on_resize(self) -> None:
        """A wider terminal has room for the preview."""
        if self.preview.shown is None:
            self._rest_on()

    def _empty_preview(self) -> None:
        """There is no session to show."""
        self.preview.show(None)
        self._previewed = None

    def _load_preview(self) -> None:
        key, answer = self.session_under_cursor, self.answer
        if key is None or answer is None or not self.preview.is_seen:
            return
        said = answer.listing.hits.get(key) if answer.matcher is not None else None
        part = said.newest[-1] if said is not None and said.newest else None
        wanted = (key, part, answer.question.query.text)
        if wanted != self._previewed:
            self._previewed = wanted
            self._read_preview(answer.question, key, part)

    @work(thread=True, exclusive=True, group="preview", exit_on_error=False)
    def _read_preview(self, question: Question, session_id: str, part: int | None) -> "Previewed | None":
        from byline_tui.widgets.preview import read_preview  # noqa: PLC0415 - loaded in this thread

        try:
            return read_preview(self._store, session_id, question.query, part)
        finally:
            self._store.close()

    @on(Worker.StateChanged)
    def _show_preview(self, event: Worker.StateChanged) -> None:
        worker: Worker[object] = event.worker
        if worker.group != "preview" or event.state is not WorkerState.SUCCESS:
            return
        previewed = cast("Previewed | None", worker.result)
        if previewed is not None and previewed.session_id == self.session_under_cursor:
            self.preview.show(previewed)
