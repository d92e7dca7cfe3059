"""OpenCode's histories: which files they are, whose, and what reads them."""

from collections.abc import Iterator
from pathlib import Path

from byline.agents.foreign_database import MAGIC
from byline.agents.opencode.conversation import AGENT, Conversation
from byline.agents.opencode.database import is_database, opened_database
from byline.agents.opencode.documents import Account, SessionDocument
from byline.agents.opencode.forks import Fork, find_forks, is_forked
from byline.agents.opencode.places import (
    belongs_to_history,
    data_folder,
    databases,
    message_files,
    part_files,
    storage_root,
    stored_sessions,
)
from byline.agents.opencode.snapshots import step_diffs
from byline.agents.opencode.storage import (
    is_export,
    is_first_of_homeless,
    is_session,
    read_export,
    read_stored,
    sibling_sessions,
)
from byline.agents.reader import HEAD_BYTES, Reading, joined
from byline.errors import FormatError


class OpenCodeHistory:
    """Reads databases (from 1.2), sessions of JSON storage trees (to 1.1) and exports.

    A source is a database, an export, or a session's file in a tree: its messages and parts are read
    along with it.
    """

    @property
    def name(self) -> str:
        """``opencode``."""
        return AGENT

    def discover(self) -> Iterator[Path]:
        """The databases and stored sessions in OpenCode's data folder."""
        folder = data_folder()
        yield from databases(folder)
        yield from stored_sessions(folder)

    def sniff(self, head: bytes, path: Path) -> bool:
        """Whether a file is one of the sources, by its content; messages by that of their neighbours too."""
        if head.startswith(MAGIC):
            return is_database(path, head)
        return is_session(head) or is_export(head) or is_first_of_homeless(head, path)

    def accompanies(self, path: Path) -> bool:
        """Whether a file is read along with a session, or kept beside one."""
        return belongs_to_history(path)

    def root(self, head: bytes) -> str | None:  # noqa: ARG002 - forks get new ids: see forks
        """Nothing: copies are told apart within a source and its neighbours."""
        return None

    def companions(self, path: Path) -> Iterator[Path]:
        """The files that are read along with a source, whose changes are changes of it."""
        if path.suffix != ".json":
            log = path.with_name(path.name + "-wal")
            if log.is_file():
                yield log
            return
        root = storage_root(path)
        session_id = path.parent.name if path.parent.parent.name == "message" else path.stem
        for message in message_files(root, session_id):
            yield message
            yield from part_files(root, message.stem)

    def read(self, path: Path) -> Reading:
        """Read a source. One whose format is not known is empty, with the reason.

        Raises:
            OSError: the file cannot be read.
        """
        return joined(self.readings(path))

    def readings(self, path: Path) -> Iterator[Reading]:
        """Read a source session by session; what was said in none is left out.

        Raises:
            OSError: the file cannot be read.
        """
        account = Account()
        data = path.parent if path.suffix != ".json" else storage_root(path).parent
        try:
            for document, fork in _documents(path, account):
                yield from _reading(document, fork, str(path), data, account)
        except FormatError as error:
            account.records = max(account.records, 1)
            account.fail(str(error))
        yield Reading(records=account.records, unreadable=account.unreadable)


def _documents(path: Path, account: Account) -> Iterator[tuple[SessionDocument, Fork]]:
    """The sessions of a source, each with what it repeats of another."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(MAGIC):
        with opened_database(path, account) as database:
            forks = find_forks(database.outlines)
            for session in database.sessions():
                yield session, forks.get(session.id, Fork())
    elif is_export(head):
        yield read_export(path, account), Fork()
    elif (stored := read_stored(path, account)) is not None:
        known = [stored, *sibling_sessions(path)] if is_forked(stored) else []
        yield stored, find_forks(lambda: known).get(stored.id, Fork())


def _reading(
    document: SessionDocument, fork: Fork, source: str, data: Path, account: Account
) -> Iterator[Reading]:
    """A session as records, unless nothing was ever said in it."""
    conversation = Conversation(document, account, fork.origin, fork.copies)
    if conversation.messages:
        yield Reading(
            [conversation.session(source)],
            conversation.messages,
            conversation.parts,
            conversation.edits,
            tree_diffs=list(step_diffs(document, conversation.id, data)),
        )
