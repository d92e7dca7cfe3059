"""The agents' histories are read beside everything else, and how far that is stands in the tab bar."""

from typing import TYPE_CHECKING

from textual import on, work
from textual.screen import Screen
from textual.worker import Worker, WorkerState, get_current_worker

from byline.store.store import Store
from byline.wording import counted
from byline_tui.failures import words_for
from byline_tui.messages import HistoriesWent
from byline_tui.notes_app import NotesApp
from byline_tui.widgets.tab_bar import TabBar

if TYPE_CHECKING:
    from byline.history import Summary

_TOLD_S = 6.0


class HistoriesApp(NotesApp):
    """An app over a store that histories are imported into."""

    def __init__(self, store: Store) -> None:
        """``store`` is written to by the import alone; the caller closes it."""
        super().__init__()
        self.store = store
        self._reads_histories = False

    def action_read_histories(self) -> None:
        """Import what is new in the agents' histories, beside everything else."""
        if not self._reads_histories:
            self._reads_histories = True
            self._tell("reading histories …")
            self._read_histories()

    @work(thread=True, exclusive=True, group="histories", exit_on_error=False)
    def _read_histories(self) -> "Summary | None":
        from byline.history import refresh  # noqa: PLC0415 - it loads the readers of all agents

        worker = get_current_worker()

        def went(done: int, total: int, _path: str) -> None:
            self.post_message(HistoriesWent(done, total))

        return refresh(self.store.path, went, lambda: worker.is_cancelled)

    @on(HistoriesWent)
    def _histories_went(self, event: HistoriesWent) -> None:
        if self._reads_histories and event.total:
            self._tell(f"reading histories {event.done * 100 // event.total} %")

    @on(Worker.StateChanged)
    def _worker_changed(self, event: Worker.StateChanged) -> None:
        if event.worker.group != "histories" or event.state not in {WorkerState.SUCCESS, WorkerState.ERROR}:
            return
        self._reads_histories = False
        summary: Summary | None = event.worker.result
        if event.state is WorkerState.ERROR:
            self._tell("")
            self.notify(words_for(event.worker.error), severity="error", markup=False)
        elif summary is not None:
            new = summary.sessions.persisted
            self._tell(f"{counted(new, 'new session')}" if new else "histories are up to date")
            self.set_timer(_TOLD_S, lambda: self._tell("") if not self._reads_histories else None)

    def _tell(self, words: str) -> None:
        """Say something quietly, in the tab bar of every screen."""
        for screen in self._open_screens():
            for bar in screen.query(TabBar):
                bar.set_status(words)

    def _open_screens(self) -> list[Screen[object]]:
        return [screen for stack in self._screen_stacks.values() for screen in stack if screen.is_mounted]
