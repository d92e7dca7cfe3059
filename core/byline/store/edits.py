"""Edits: the recorded changes that attribution works from."""

import json
import posixpath
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from peewee import JOIN, SqliteDatabase, fn

from byline.errors import PatchError
from byline.patch import Patch, patch_from_json
from byline.recorded_path import absolute_path
from byline.store.models import Content, DiffTrace, Session
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


_COLUMNS = (
    DiffTrace.id,
    DiffTrace.session_id,
    DiffTrace.message_id,
    DiffTrace.tool_call_id,
    DiffTrace.model_id,
    DiffTrace.tool,
    DiffTrace.time_ms,
    DiffTrace.seq,
    DiffTrace.path,
    DiffTrace.cwd,
    DiffTrace.precision,
    DiffTrace.base_hash,
    DiffTrace.result_hash,
    Session.repository_id,
    Session.cwd,
    DiffTrace.patch,
)


class Edits:
    """Reads of the tables ``diff_traces`` and ``contents``."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def named(self, basenames: Collection[str]) -> list[EditRow]:
        """The edits of files with these names, in any folder, in order of time, session and seq."""
        rows: list[EditRow] = []
        names = sorted({storable(name) for name in basenames})
        for start in range(0, len(names), 500):
            query = self._select().where(DiffTrace.basename.in_(names[start : start + 500]))
            rows += [EditRow(*row) for row in query.tuples().execute(self._database)]
        return sorted(rows, key=lambda row: (row.time_ms, row.session_id, row.seq, row.id))

    def leaving(self, hashes: Iterable[str]) -> list[EditRow]:
        """The edits after which a file had one of these contents (git blob ids), latest first."""
        wanted = sorted(set(hashes))
        rows: list[EditRow] = []
        for start in range(0, len(wanted), 500):
            query = self._select().where(DiffTrace.result_hash.in_(wanted[start : start + 500]))
            rows += [EditRow(*row) for row in query.tuples().execute(self._database)]
        return sorted(rows, key=lambda row: (-row.time_ms, row.session_id, row.seq, row.id))

    def others_between(self, session_id: str, root: str, start_ms: int, end_ms: int) -> bool:
        """Whether another session edited a file below ``root`` between two times."""
        query = DiffTrace.select(DiffTrace.path, DiffTrace.cwd).where(
            DiffTrace.session_id != session_id, DiffTrace.time_ms.between(start_ms, end_ms)
        )
        return any(
            absolute_path(path, cwd).startswith(f"{root}/")
            for path, cwd in query.tuples().execute(self._database)
        )

    def shell_window(self, edit_id: int) -> ShellWindow | None:
        """The window of a shell call's edit that was seen as it was made; None for others."""
        query = DiffTrace.select(DiffTrace.payload).where(DiffTrace.id == edit_id)
        (payload,) = next(iter(query.tuples().execute(self._database)), (None,))
        try:
            told = json.loads(zlib.decompress(payload))["shell_window"] if payload else None
            if not told:
                return None
            return ShellWindow(int(told["begin_ms"]), not told["shared_with"] and "copy_of" not in told)
        except (zlib.error, ValueError, LookupError, TypeError):
            return None  # an agent's own record

    def edited_meanwhile(self, row: EditRow, start_ms: int) -> bool:
        """Whether another call of an edit's session edited the same file between a time and that edit."""
        query = DiffTrace.select(DiffTrace.path, DiffTrace.cwd).where(
            DiffTrace.basename == posixpath.basename(row.path),
            DiffTrace.session_id == row.session_id,
            DiffTrace.tool_call_id.is_null() | (DiffTrace.tool_call_id != row.tool_call_id),
            DiffTrace.time_ms.between(start_ms, row.time_ms),
        )
        place = absolute_path(row.path, row.cwd)
        rows = query.tuples().execute(self._database)
        return any(absolute_path(path, cwd) == place for path, cwd in rows)

    def absolute_paths(self, repository_id: int) -> list[str]:
        """The distinct paths, joined to their folders, that sessions of a repository edited."""
        query = (
            DiffTrace.select(DiffTrace.path, DiffTrace.cwd)
            .join(Session, on=(DiffTrace.session_id == Session.id))
            .where(Session.repository_id == repository_id)
            .distinct()
        )
        rows = query.tuples().execute(self._database)
        return sorted({absolute_path(path, cwd) for path, cwd in rows})

    def of_session(self, session_id: str) -> list[EditRow]:
        """The edits of one session, oldest first."""
        query = self._select().where(DiffTrace.session_id == session_id)
        query = query.order_by(DiffTrace.time_ms, DiffTrace.seq, DiffTrace.id)
        return [EditRow(*row) for row in query.tuples().execute(self._database)]

    def get(self, edit_id: int) -> EditRow | None:
        """One edit, by its id."""
        rows = self._select().where(DiffTrace.id == edit_id).tuples().execute(self._database)
        return next((EditRow(*row) for row in rows), None)

    def stamps(self, basenames: Collection[str]) -> list[EditStamp]:
        """The stamps of the edits of files with these names, in any folder, in the order of their ids."""
        found: list[EditStamp] = []
        names = sorted({storable(name) for name in basenames})
        for start in range(0, len(names), 500):
            found += self._stamps(DiffTrace.basename.in_(names[start : start + 500]))
        return sorted(found, key=lambda stamp: stamp.id)

    def stamps_leaving(self, hashes: Iterable[str]) -> list[EditStamp]:
        """The stamps of the edits after which a file had one of these contents (git blob ids)."""
        found: list[EditStamp] = []
        wanted = sorted(set(hashes))
        for start in range(0, len(wanted), 500):
            found += self._stamps(DiffTrace.result_hash.in_(wanted[start : start + 500]))
        return sorted(found, key=lambda stamp: stamp.id)

    def _stamps(self, condition: Any) -> Iterator[EditStamp]:
        columns = (DiffTrace.id, DiffTrace.updated_at, DiffTrace.basename)
        hashes = (DiffTrace.base_hash, DiffTrace.result_hash)
        query = (
            DiffTrace.select(
                *columns, *hashes, Session.repository_id, DiffTrace.path, DiffTrace.cwd, Session.cwd
            )
            .join(Session, JOIN.LEFT_OUTER, on=(DiffTrace.session_id == Session.id))
            .where(condition)
        )
        for row in query.tuples().execute(self._database):
            edit_id, updated_at, basename, base, result, repository_id, path, cwd, session_cwd = row
            place = absolute_path(path, cwd or session_cwd)
            yield EditStamp(edit_id, updated_at, basename, base, result, repository_id, place)

    def contents(self, hashes: Iterable[str]) -> dict[str, str]:
        """The whole contents with these hashes, as far as they are stored and readable."""
        wanted = sorted(set(hashes))
        found: dict[str, str] = {}
        for start in range(0, len(wanted), 500):
            query = Content.select(Content.hash, Content.data).where(
                Content.hash.in_(wanted[start : start + 500])
            )
            for digest, data in query.tuples().execute(self._database):
                # What is damaged is left out: whoever asked sees that it is not there.
                with suppress(zlib.error):
                    found[digest] = zlib.decompress(data).decode("utf-8", "surrogateescape")
        return found

    def content_sizes(self, hashes: Iterable[str]) -> dict[str, int]:
        """How many bytes the contents with these hashes take in the store, as far as they are there."""
        wanted = sorted(set(hashes))
        found: dict[str, int] = {}
        for start in range(0, len(wanted), 500):
            query = Content.select(Content.hash, fn.LENGTH(Content.data)).where(
                Content.hash.in_(wanted[start : start + 500])
            )
            found |= dict(query.tuples().execute(self._database))
        return found

    def _select(self) -> Any:
        return DiffTrace.select(*_COLUMNS).join(
            Session, JOIN.LEFT_OUTER, on=(DiffTrace.session_id == Session.id)
        )
