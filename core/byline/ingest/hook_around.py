"""What a raw hook event brings about besides what it says: edits of shell calls, models known late."""

import os
import sqlite3

from byline.errors import BylineError
from byline.ingest.reading import Json, Reading
from byline.ingest.shell_event import settles, shell_call, speaker_of
from byline.store.text_form import as_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from byline.ingest.claude_event import ClaudeEvent
    from byline.ingest.shell_window import Window
    from byline.record import Part

    Transact = Callable[[Callable[[sqlite3.Connection], Any]], Any]
    """Runs a function in a transaction of its own, and gives back what it does."""


class HookAround:
    """The events of one call, on their way into the store."""

    def __init__(self, agent: str, database: str, received_ms: int) -> None:
        """``received_ms`` (Unix ms) is by which a shell call's end is told from others."""
        self._agent, self._database, self._received_ms = agent, database, received_ms
        self._windows: list[Window] = []
        self._named: list[Part] = []
        self._settled: list[str] = []
        self._events: list[ClaudeEvent] = []
        self._lacking: list[tuple[ClaudeEvent, list[str]]] = []
        self._commits: list[tuple[str, str]] = []

    def completed(self, reading: Reading, value: Json) -> Reading:
        """What an event says, with the edits of the shell calls that have ended by it."""
        if settles(value):
            self._settled.append(speaker_of(value))
        if self._agent == "claude":
            from byline.ingest.claude_event import read_event  # noqa: PLC0415 - a hook loads what it needs

            self._events.append(read_event(value, self._received_ms))
        if self._agent == "gemini":
            return self._told_by_chat(reading, value)
        call = shell_call(self._agent, value)
        if call is None or call.begins:
            return reading
        from byline.ingest.shell_window import ended  # noqa: PLC0415 - a hook loads what it needs

        window = ended(self._database, call, self._received_ms)
        if window is None:
            return reading
        from byline.ingest.shell_edits import with_shell_edits  # noqa: PLC0415 - a hook loads what it needs

        return self._used(
            window, reading, lambda: with_shell_edits(reading, self._agent, value, window, self._received_ms)
        )

    def note(self, connection: sqlite3.Connection) -> None:
        """Within the transaction that stores the events: name calls, and see which models are not known."""
        for part in self._named:
            from byline.ingest.gemini_shell import name_part  # noqa: PLC0415 - a hook loads what it needs

            name_part(connection, part)
        if self._events:
            from byline.ingest.model_backfill import lacking  # noqa: PLC0415 - a hook loads what it needs

            self._lacking = [(event, lacking(connection, event)) for event in self._events]

    def conclude(self, transact: "Transact") -> None:
        """Once the events are stored: fill in models, have commits attributed anew, and clear up."""
        if self._settled and not self._lacking and os.path.exists(self._database):  # noqa: PTH110 - text: a hook loads no pathlib
            transact(self.note)
        for event, calls in self._lacking:
            if calls:
                self._fill(event, calls, transact)
        if self._commits:
            self._attribute_anew(transact)
        if self._windows or self._settled:
            from byline.ingest.shell_window import remove, settle  # noqa: PLC0415 - a hook loads what it needs

            for window in self._windows:
                remove(window.place)
            for speaker in self._settled:
                settle(self._database, self._agent, speaker, self._received_ms)

    def _used(self, window: "Window", reading: Reading, edited: "Callable[[], Reading]") -> Reading:
        """The reading with a window's edits; when they cannot be had that is noted."""
        from byline.ingest.shell_edits import commits_within  # noqa: PLC0415 - a hook loads what it needs

        self._windows.append(window)
        try:
            reading = edited()
            self._commits += [(window.checkout.root, oid) for oid in commits_within(window)]
        except BylineError as error:
            from byline.ingest.shell_window import note_skipped  # noqa: PLC0415 - as above

            note_skipped(self._database, self._agent, window.checkout.root, str(error))
        return reading

    def _told_by_chat(self, reading: Reading, value: Json) -> Reading:
        """Gemini CLI's events name no call: its chat does, by one of the next events."""
        from byline.ingest.shell_window import ended_calls  # noqa: PLC0415 - a hook loads what it needs

        windows = list(ended_calls(self._database, self._agent, speaker_of(value)))
        if not windows:
            return reading
        from functools import partial  # noqa: PLC0415 - a hook loads what it needs

        from byline.ingest.gemini_shell import read_shell_call  # noqa: PLC0415 - a hook loads what it needs

        for window in windows:
            known = read_shell_call(value, window, self._received_ms)
            if known is None:
                continue
            self._named.append(known.part)
            reading = self._used(window, reading, partial(known.added_to, reading))
        return reading

    def _fill(self, event: "ClaudeEvent", calls: "list[str]", transact: "Transact") -> None:
        from byline.ingest.model_backfill import fill_models, models_of  # noqa: PLC0415 - as above

        models = models_of(event, calls)
        if models:
            transact(lambda connection: fill_models(connection, event.session.id, models))

    def _attribute_anew(self, transact: "Transact") -> None:
        """Have the commits that a call itself made attributed again, now that its edits are stored."""
        import time  # noqa: PLC0415 - a hook loads what it needs

        from byline.ingest.spool import Spooled, put  # noqa: PLC0415 - as above

        oids = [oid for _, oid in self._commits]
        kept = transact(lambda connection: _kept(connection, oids))
        for root, oid in reversed(self._commits):
            if oid in kept:
                words = ("post-commit", "--commit", oid)
                put(self._database, Spooled(words, root, time.time_ns() // 1_000_000, b""))


def _kept(connection: sqlite3.Connection, oids: "Sequence[str]") -> set[str]:
    """The commits among these whose attribution is stored."""
    query = (
        "SELECT commit_id FROM post_commit_patch_intersections "
        "WHERE commit_id IN (SELECT value FROM json_each(?))"
    )
    return {row[0] for row in connection.execute(query, (as_json(oids),))}
