"""The commits that contain lines of the session that is read: found in the background, and one key away."""

from collections.abc import Callable
from pathlib import Path

from textual import work
from textual.getters import query_one
from textual.screen import Screen
from textual.worker import get_current_worker

from byline.git.repository import Repository
from byline.reading.pages import Pages
from byline.store.conversation_facts import ContainingCommit
from byline.store.sessions import SessionRow
from byline.store.store import Store
from byline.wording import local_day
from byline_tui.screens.choice import ChoiceScreen
from byline_tui.widgets.conversation_head import ConversationHead
from byline_tui.widgets.session_commits import attribute_commits, find_commits, is_of, review_of
from byline_tui.widgets.transcript import Transcript


class ConversationCommits(Screen[None]):
    """A session with its transcript and its commits; how it is read is the subclass's."""

    transcript = query_one("#transcript", Transcript)
    head = query_one("#conversation-head", ConversationHead)

    def __init__(self, store: Store, session_id: str, repository: Repository | None) -> None:
        """Commits are looked for in ``repository``."""
        super().__init__()
        self._store = store
        self._session_id = session_id
        self._repository = repository
        self._session: SessionRow | None = None
        self._commits: list[ContainingCommit] | None = None
        self._checkout: Path | None = None

    @work(thread=True, exclusive=True, group="commits", exit_on_error=False)
    def _find_commits(self, pages: Pages) -> None:
        """Those that are known at once; then those that have to be attributed first."""
        worker = get_current_worker()
        thread = pages.thread
        show: Callable[[Pages, list[ContainingCommit]], None] = self._show_commits
        try:
            self.app.call_from_thread(show, pages, find_commits(self._store, thread.session))
            repository = self._repository
            if repository is None or not is_of(self._store, repository, thread.session):
                return
            self._checkout = repository.root
            touched = [edit for edits in thread.touched.values() for edit in edits]

            def going() -> bool:
                return not worker.is_cancelled

            new = attribute_commits(self._store, repository, thread.session, touched, going)
            if new and going():
                self.app.call_from_thread(show, pages, find_commits(self._store, thread.session))
        finally:
            self._store.close()

    def _show_commits(self, pages: Pages, commits: list[ContainingCommit]) -> None:
        if self.is_mounted and pages.thread.session.id == self._session_id:
            self._commits = commits
            shown = self.transcript.pages
            self.head.show(shown or pages, commits)

    def action_commits(self) -> None:
        """Choose one of the commits that contain lines from here, and open its review there."""
        commits = self._commits
        if not commits:
            self.notify("No commit is known that contains lines of this session.")
            return
        newest = commits[::-1]
        rows = [
            (f"{commit.oid[:8]}  {commit.subject}",
             f"+{commit.added} −{commit.removed}  {local_day(commit.author_time * 1000).isoformat()}")
            for commit in newest
        ]  # fmt: skip

        def chosen(number: int | None) -> None:
            if number is not None and self._session is not None:
                self.post_message(review_of(self._store, self._session, newest[number]))

        self.app.push_screen(ChoiceScreen("Commits that contain lines from here", rows), chosen)
