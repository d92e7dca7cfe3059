"""Attributed commits: kept patches and Agent Trace records."""

import json
from collections.abc import Sequence
from typing import Any

from byline.frozen import dataclass
from byline.store.connections import Connections, marks
from byline.store.text_form import as_json, storable


@dataclass(frozen=True, slots=True)
class CommitRecord:
    """A commit's facts for the table ``commits``. Git's times are seconds."""

    oid: str
    parents: tuple[str, ...]
    author_time: int
    commit_time: int
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class AttributedCommit:
    """What is kept of one attribution: the patch as JSON, its counts, and the Agent Trace record."""

    commit: CommitRecord
    intersection_patch: dict[str, Any]
    counts: dict[str, Any]
    window: tuple[int, int] | None
    engine: int
    trace: dict[str, Any] | None
    remote_url: str | None = None


_KEEP_COMMIT = """
INSERT INTO commits (repository_id, oid, parents, author_time, commit_time, author, subject)
VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""

_KEEP_PATCH = """
INSERT INTO post_commit_patch_intersections
       (repository_id, commit_id, intersection_patch, counts, "window", engine)
VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (repository_id, commit_id) DO UPDATE
   SET intersection_patch = excluded.intersection_patch, counts = excluded.counts,
       "window" = excluded."window", engine = excluded.engine
"""

_KEEP_TRACE = """
INSERT INTO agent_traces (repository_id, commit_id, agent_trace_id, trace_json, remote_url)
VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (repository_id, commit_id) DO UPDATE
   SET agent_trace_id = excluded.agent_trace_id, trace_json = excluded.trace_json,
       remote_url = excluded.remote_url
"""


class Commits:
    """Reads and writes of ``commits``, ``post_commit_patch_intersections`` and ``agent_traces``."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def keep(self, repository_id: int, attributed: AttributedCommit) -> None:
        """Store an attributed commit; an earlier attribution of it is replaced. One transaction."""
        key = (repository_id, attributed.commit.oid)
        window = json.dumps(attributed.window) if attributed.window else None
        patch, counts = as_json(attributed.intersection_patch), as_json(attributed.counts)
        with self._connections.transaction() as connection:
            connection.execute(_KEEP_COMMIT, (repository_id, *_commit_values(attributed.commit)))
            connection.execute(_KEEP_PATCH, (*key, patch, counts, window, attributed.engine))
            if attributed.trace is not None:
                record = (attributed.trace["id"], as_json(attributed.trace), attributed.remote_url)
                connection.execute(_KEEP_TRACE, (*key, *record))

    def trace(self, repository_id: int, oid: str) -> dict[str, Any] | None:
        """The stored Agent Trace record of a commit."""
        return self._json("agent_traces", "trace_json", repository_id, oid)

    def intersection(self, repository_id: int, oid: str) -> dict[str, Any] | None:
        """The stored attributed patch of a commit, as JSON values."""
        return self._json("post_commit_patch_intersections", "intersection_patch", repository_id, oid)

    def counts(self, repository_id: int, oids: Sequence[str], engine: int) -> dict[str, dict[str, Any]]:
        """The kept counts of these commits, by oid, as far as that version of the engine made them."""
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(oids), 500):
            some = oids[start : start + 500]
            rows = self._connections.run(
                "SELECT commit_id, counts FROM post_commit_patch_intersections "
                f"WHERE repository_id = ? AND engine = ? AND commit_id IN ({marks(some)})",
                (repository_id, engine, *some),
            )
            found |= {oid: json.loads(stored) for oid, stored in rows}
        return found

    def _json(self, table: str, column: str, repository_id: int, oid: str) -> dict[str, Any] | None:
        """A JSON column of the row of a commit."""
        statement = f"SELECT {column} FROM {table} WHERE repository_id = ? AND commit_id = ?"
        (stored,) = next(self._connections.run(statement, (repository_id, oid)), (None,))
        return json.loads(stored) if stored else None


def _commit_values(commit: CommitRecord) -> tuple[object, ...]:
    author, subject = storable(commit.author), storable(commit.subject)
    return commit.oid, " ".join(commit.parents), commit.author_time, commit.commit_time, author, subject
