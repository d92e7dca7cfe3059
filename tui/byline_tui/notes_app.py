"""The notes that the app gives in a corner: one at a time, so that they do not cover what is read."""

from textual import on
from textual.app import App
from textual.notifications import Notify


class NotesApp(App[str]):
    """An app whose notes (Textual's toasts) take each other's place.

    A later note replaces an earlier one. Errors stay for as long as they would, but none is there twice.
    """

    @on(Notify)
    def _replace_earlier(self, event: Notify) -> None:
        """Called before Textual adds the note."""
        new = event.notification
        for note in list(self._notifications):
            if "error" in {note.severity, new.severity} and note.message != new.message:
                continue
            self._unnotify(note, refresh=False)
            # Textual would take the toast alone away, and leave what holds it behind.
            for holder in self.screen.query("ToastHolder"):
                if (holder.id or "").endswith(note.identity):
                    holder.remove()
