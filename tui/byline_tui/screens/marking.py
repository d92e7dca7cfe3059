"""What a person does with the sessions of a list: star, label, rename, hide, export, resume.

All of it is kept in Byline's store and never in the agents' files. What several sessions are selected for is
done to all of them, else to the one under the cursor.
"""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.screen import Screen

from byline.agents.resume_command import resume_command
from byline.errors import BylineError
from byline.store.sessions import SessionRow
from byline.store.store import Store
from byline.text import safe_line
from byline.wording import counted
from byline_tui.failures import words_for
from byline_tui.messages import StoreChanged
from byline_tui.screens.ask import AskScreen
from byline_tui.widgets.session_list import SessionList

_FORMS = (("md", "Markdown, to read"), ("html", "One HTML file, to send"), ("json", "JSON, for programs"))
_SHORT_S = 2.5


class MarkingScreen(Screen[None]):
    """A screen with a :class:`~byline_tui.widgets.session_list.SessionList`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "star", "Star", id="sessions.star", tooltip="Mark with a star, or take it off"),
        Binding("L", "label", "Label", show=False, id="sessions.label",
                tooltip="Give labels, which label: in a query finds; -word takes one off"),
        Binding("E", "rename", "Rename", show=False, id="sessions.rename",
                tooltip="Give a title of your own, which imports leave alone"),
        Binding("H", "hide", "Hide", show=False, id="sessions.hide",
                tooltip="Hide from lists (is:hidden shows them), or show again"),
        Binding("x", "export", "Export", id="sessions.export",
                tooltip="Write as Markdown, HTML or JSON into a folder, keys and passwords covered"),
        Binding("R", "resume", "Resume", show=False, id="sessions.resume",
                tooltip="Copy the command that goes on with this session in its agent"),
    ]  # fmt: skip

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def _chosen(self) -> list[str]:
        """The sessions selected, else the one under the cursor."""
        view = self.query_one(SessionList)
        key = view.current_key
        return list(view.selected) or ([key] if key is not None else [])

    def _rows(self) -> list[SessionRow]:
        return self._store.sessions.rows(self._chosen())

    def _done(self, words: str) -> None:
        """Show the list as it is now."""
        self.notify(words, timeout=_SHORT_S, markup=False)
        self.query_one(SessionList).select_none()
        self.post_message(StoreChanged())

    def _tell(self, error: BylineError) -> None:
        self.notify(words_for(error), severity="error", markup=False)

    @work(thread=True, group="mark", exit_on_error=False)
    def _change(self, change: Callable[[], None], words: str) -> None:
        """Write to the store in a thread: another process may hold it for a moment."""
        try:
            change()
        except BylineError as error:
            self.app.call_from_thread(self._tell, error)
        else:
            self.app.call_from_thread(self._done, words)
        finally:
            self._store.close()

    def action_star(self) -> None:
        """Mark the sessions with a star; take it off when all have one."""
        rows = self._rows()
        keys = [row.id for row in rows]
        starred = not all(row.starred for row in rows)
        words = f"{counted(len(keys), 'session')} {'starred' if starred else 'without a star'}"
        if keys:
            self._change(lambda: self._store.sessions.star(keys, starred=starred), words)

    def action_hide(self) -> None:
        """Leave the sessions out of lists; show them again when all are hidden."""
        rows = self._rows()
        keys = [row.id for row in rows]
        hidden = not all(row.hidden for row in rows)
        how = "hidden: is:hidden shows what is" if hidden else "shown again"
        if keys:
            words = f"{counted(len(keys), 'session')} {how}"
            self._change(lambda: self._store.sessions.hide(keys, hidden=hidden), words)

    def action_label(self) -> None:
        """Ask for labels."""
        rows = self._rows()
        if not rows:
            return
        given = sorted({label for row in rows for label in row.labels}, key=str.lower)
        hint = "Separate by commas; -word takes a label off."
        if given:
            hint += f" Given: {', '.join(given)}"
        keys = [row.id for row in rows]
        self.app.push_screen(
            AskScreen(f"Labels for {_named(rows)}", "", hint), lambda w: self._label(keys, w)
        )

    def _label(self, keys: list[str], words: str | None) -> None:
        labels = [word.strip() for word in (words or "").split(",") if word.strip("- ")]
        add = [label for label in labels if not label.startswith("-")]
        remove = [label[1:].strip() for label in labels if label.startswith("-")]
        if labels:
            said = f"{counted(len(keys), 'session')} labelled"
            self._change(lambda: self._store.sessions.label(keys, add, remove), said)

    def action_rename(self) -> None:
        """Ask for a title for the session under the cursor."""
        entry = self.query_one(SessionList).entry_under_cursor()
        if entry is not None:
            key, title = entry.row.id, entry.row.title or ""
            hint = "Empty gives the title of its first prompt back."
            self.app.push_screen(AskScreen("Title", title, hint), lambda typed: self._rename(key, typed))

    def _rename(self, key: str, title: str | None) -> None:
        if title is not None:
            words = "Renamed" if title.strip() else "The title of its first prompt again"
            self._change(lambda: self._store.sessions.rename(key, title), words)

    def action_resume(self) -> None:
        """Copy the command that goes on with the session under the cursor."""
        entry = self.query_one(SessionList).entry_under_cursor()
        if entry is None:
            return
        row = entry.row
        command = resume_command(row.agent, row.native_id, row.cwd)
        if command is None:
            self.notify(f"{row.agent} has no command that resumes this session.", markup=False)
        else:
            self.app.copy_to_clipboard(command)
            self.notify(f"Copied: {safe_line(command)}", markup=False)

    # Exporting -----------------------------------------------------------------------------------

    def action_export(self) -> None:
        """Ask for a format, then for a folder, and write a file for each session."""
        from byline_tui.screens.choice import ChoiceScreen  # noqa: PLC0415 - the first frame needs it not

        rows = self._rows()
        if not rows:
            return
        title = f"Export {_named(rows)}, keys and passwords covered"
        self.app.push_screen(ChoiceScreen(title, list(_FORMS), "mhj"), self._export_as)

    def _export_as(self, number: int | None) -> None:
        if number is None:
            return
        form = _FORMS[number][0]
        hint = "It is made if it is not there. Files that are there are left alone."

        def into(folder: str | None) -> None:
            if folder is not None and folder.strip():
                self._export(self._rows(), form, Path(folder.strip()).expanduser())

        self.app.push_screen(AskScreen("Into which folder?", str(Path.cwd()), hint), into)

    @work(thread=True, group="export", exit_on_error=False)
    def _export(self, rows: list[SessionRow], form: str, folder: Path) -> None:
        from byline.cli.export import export_conversation  # noqa: PLC0415 - the first frame needs it not

        try:
            folder.mkdir(parents=True, exist_ok=True)
            paths = [export_conversation(self._store, row, form, folder) for row in rows]  # type: ignore[arg-type] # one of the forms
        except OSError as error:
            problem = BylineError(f"{folder} cannot be made ({error.strerror}): choose another folder")
            self.app.call_from_thread(self._tell, problem)
        except BylineError as error:
            self.app.call_from_thread(self._tell, error)
        else:
            where = paths[0] if len(paths) == 1 else f"{counted(len(paths), 'file')} in {folder}"
            self.app.call_from_thread(self.notify, f"Written: {safe_line(str(where))}", markup=False)
            self.app.call_from_thread(self.query_one(SessionList).select_none)
        finally:
            self._store.close()


def _named(rows: list[SessionRow]) -> str:
    title = (rows[0].title or rows[0].id).strip().partition("\n")[0]
    return counted(len(rows), "session") if len(rows) > 1 else f"“{title}”"
