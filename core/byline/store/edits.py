"""Edits: the recorded changes that attribution works from."""

import json
import posixpath
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from typing import Any

from byline.errors import PatchError
from byline.frozen import dataclass, field
from byline.patch import Patch, patch_from_json
from byline.recorded_path import absolute_path
from byline.store.connections import Connections, marks
from byline.store.text_form import storable


@dataclass(frozen=True, slots=True)
class EditRow:
    """A stored edit of one file. ``repository_id`` is its session's; None when that is not known."""

    id: int
    session_id: str
    message_id: str | None
    tool_call_id: str | None
    model_id: str | None
    tool: str | None
    time_ms: int
    seq: int
    path: str
    cwd: str | None
    precision: str
    base_hash: str | None
    result_hash: str | None
    repository_id: int | None
    session_cwd: str | None
    patch_json: str = field(repr=False)

    def patch(self) -> Patch:
        """The edit's parsed patch.

        Raises:
            PatchError: what is stored cannot be read.
        """
        try:
            return patch_from_json(json.loads(self.patch_json))
        except ValueError as error:
            raise PatchError(f"the stored patch of edit {self.id} is no JSON: {error}") from error


@dataclass(frozen=True, slots=True)
class ShellWindow:
    """Between which looks at the work tree a shell call's edit was made.

    ``begin_ms`` (Unix ms) is that of the first. ``own`` is False where the change cannot be the call's:
    others ran in the checkout at the same time, or the new file is a copy of one that was there.
    """

    begin_ms: int
    own: bool


@dataclass(frozen=True, slots=True)
class EditStamp:
    """Enough of an edit to tell whether it is the one it was: ``updated_at`` (Unix ms) moves with it.

    ``repository_id`` is its session's; ``path`` is absolute where the record says so.
    """

    id: int
    updated_at: int
    basename: str
    base_hash: str | None
    result_hash: str | None
    repository_id: int | None
    path: str


_AT_ONCE = 500
"""Values in one statement."""

_SELECT = """
SELECT trace.id, trace.session_id, trace.message_id, trace.tool_call_id, trace.model_id, trace.tool,
       trace.time_ms, trace.seq, trace.path, trace.cwd, trace.precision, trace.base_hash, trace.result_hash,
       session.repository_id, session.cwd, trace.patch
  FROM diff_traces AS trace LEFT JOIN sessions AS session ON session.id = trace.session_id
 WHERE """

_STAMPS = """
SELECT trace.id, trace.updated_at, trace.basename, trace.base_hash, trace.result_hash,
       session.repository_id, trace.path, trace.cwd, session.cwd
  FROM diff_traces AS trace LEFT JOIN sessions AS session ON session.id = trace.session_id
 WHERE """


class Edits:
    """Reads of the tables ``diff_traces`` and ``contents``."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def named(self, basenames: Collection[str]) -> list[EditRow]:
        """The edits of files with these names, in any folder, in order of time, session and seq."""
        rows = self._rows("trace.basename", {storable(name) for name in basenames})
        return sorted(rows, key=lambda row: (row.time_ms, row.session_id, row.seq, row.id))

    def leaving(self, hashes: Iterable[str]) -> list[EditRow]:
        """The edits after which a file had one of these contents (git blob ids), latest first."""
        rows = self._rows("trace.result_hash", hashes)
        return sorted(rows, key=lambda row: (-row.time_ms, row.session_id, row.seq, row.id))

    def others_between(self, session_id: str, root: str, start_ms: int, end_ms: int) -> bool:
        """Whether another session edited a file below ``root`` between two times."""
        rows = self._connections.run(
            "SELECT path, cwd FROM diff_traces WHERE session_id != ? AND time_ms BETWEEN ? AND ?",
            (session_id, start_ms, end_ms),
        )
        return any(absolute_path(path, cwd).startswith(f"{root}/") for path, cwd in rows)

    def shell_window(self, edit_id: int) -> ShellWindow | None:
        """The window of a shell call's edit that was seen as it was made; None for others."""
        rows = self._connections.run("SELECT payload FROM diff_traces WHERE id = ?", (edit_id,))
        (payload,) = next(rows, (None,))
        try:
            told = json.loads(zlib.decompress(payload))["shell_window"] if payload else None
            if not told:
                return None
            return ShellWindow(int(told["begin_ms"]), not told["shared_with"] and "copy_of" not in told)
        except (zlib.error, ValueError, LookupError, TypeError):
            return None  # an agent's own record

    def edited_meanwhile(self, row: EditRow, start_ms: int) -> bool:
        """Whether another call of an edit's session edited the same file between a time and that edit."""
        rows = self._connections.run(
            "SELECT path, cwd FROM diff_traces WHERE basename = ? AND session_id = ? "
            "AND time_ms BETWEEN ? AND ? AND (tool_call_id IS NULL OR tool_call_id IS NOT ?)",
            (posixpath.basename(row.path), row.session_id, start_ms, row.time_ms, row.tool_call_id),
        )
        place = absolute_path(row.path, row.cwd)
        return any(absolute_path(path, cwd) == place for path, cwd in rows)

    def absolute_paths(self, repository_id: int) -> list[str]:
        """The distinct paths, joined to their folders, that sessions of a repository edited."""
        rows = self._connections.run(
            "SELECT DISTINCT trace.path, trace.cwd FROM diff_traces AS trace "
            "JOIN sessions AS session ON session.id = trace.session_id WHERE session.repository_id = ?",
            (repository_id,),
        )
        return sorted({absolute_path(path, cwd) for path, cwd in rows})

    def of_session(self, session_id: str) -> list[EditRow]:
        """The edits of one session, oldest first."""
        order = "trace.session_id = ? ORDER BY trace.time_ms, trace.seq, trace.id"
        return [EditRow(*row) for row in self._connections.run(_SELECT + order, (session_id,))]

    def get(self, edit_id: int) -> EditRow | None:
        """One edit, by its id."""
        rows = self._connections.run(f"{_SELECT}trace.id = ?", (edit_id,))
        return next((EditRow(*row) for row in rows), None)

    def stamps(self, basenames: Collection[str]) -> list[EditStamp]:
        """The stamps of the edits of files with these names, in any folder, in the order of their ids."""
        found = self._stamps("trace.basename", {storable(name) for name in basenames})
        return sorted(found, key=lambda stamp: stamp.id)

    def stamps_leaving(self, hashes: Iterable[str]) -> list[EditStamp]:
        """The stamps of the edits after which a file had one of these contents (git blob ids)."""
        return sorted(self._stamps("trace.result_hash", hashes), key=lambda stamp: stamp.id)

    def _stamps(self, column: str, values: Iterable[str]) -> Iterator[EditStamp]:
        for row in self._each(_STAMPS, column, values):
            edit_id, updated_at, basename, base, result, repository_id, path, cwd, session_cwd = row
            place = absolute_path(path, cwd or session_cwd)
            yield EditStamp(edit_id, updated_at, basename, base, result, repository_id, place)

    def contents(self, hashes: Iterable[str]) -> dict[str, str]:
        """The whole contents with these hashes, as far as they are stored and readable."""
        found: dict[str, str] = {}
        for digest, data in self._each("SELECT hash, data FROM contents WHERE ", "hash", hashes):
            # What is damaged is left out: whoever asked sees that it is not there.
            with suppress(zlib.error):
                found[digest] = zlib.decompress(data).decode("utf-8", "surrogateescape")
        return found

    def content_sizes(self, hashes: Iterable[str]) -> dict[str, int]:
        """How many bytes the contents with these hashes take in the store, as far as they are there."""
        return dict(self._each("SELECT hash, length(data) FROM contents WHERE ", "hash", hashes))

    def _rows(self, column: str, values: Iterable[str]) -> list[EditRow]:
        return [EditRow(*row) for row in self._each(_SELECT, column, values)]

    def _each(self, select: str, column: str, values: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        """The rows whose column has one of the values."""
        wanted = sorted(set(values))
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            yield from self._connections.run(f"{select}{column} IN ({marks(some)})", some)
