"""What of a history may be recorded: not what the configuration in force for a session's folder ignores."""

from dataclasses import replace

from byline.agents.reader import Reading
from byline.config import read_config
from byline.errors import BylineError
from byline.ignore import Ignore, ignore_of
from byline.paths import config_dir
from byline.record import Edit, Message, Part, Session


def check_configuration() -> None:
    """See that it can be told what is to be ignored.

    Raises:
        BylineError: the user's own configuration does not let on.
    """
    config = read_config(str(config_dir()), "")
    if config.held:
        raise BylineError(f"nothing is imported while this hides what is to be ignored: {config.problems[0]}")


class Recordable:
    """Takes out of readings what is ignored. Remembers what the files said: make one per import."""

    def __init__(self) -> None:
        self._by_folder: dict[str, Ignore | None] = {}

    def part_of(self, reading: Reading) -> Reading:
        """The reading without sessions in ignored folders and without what tells of ignored files."""
        folders = {session.id: session.cwd or "" for session in reading.sessions}
        if not any(self._ignore(folder) for folder in folders.values()):
            return reading

        def is_recordable(record: Message | Part | Edit) -> bool:
            folder = folders.get(record.session_id, "")
            ignore = self._ignore(folder)
            return ignore is None or not ignore.leaves_out(record, folder)

        return replace(
            reading,
            sessions=[session for session in reading.sessions if self._is_recordable(session)],
            messages=[message for message in reading.messages if is_recordable(message)],
            parts=[part for part in reading.parts if is_recordable(part)],
            # The raw record of a call may also hold what goes.
            edits=[replace(edit, payload=None) for edit in reading.edits if is_recordable(edit)],
        )

    def _is_recordable(self, session: Session) -> bool:
        ignore = self._ignore(session.cwd or "")
        return ignore is None or not (session.cwd and ignore.ignores(session.cwd))

    def _ignore(self, folder: str) -> Ignore | None:
        if folder not in self._by_folder:
            self._by_folder[folder] = ignore_of(read_config(str(config_dir()), folder))
        return self._by_folder[folder]
