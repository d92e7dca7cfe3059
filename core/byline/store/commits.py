"""Attributed commits: kept patches and Agent Trace records."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import SqliteDatabase

from byline.store.models import AgentTrace, Commit, PostCommitPatchIntersection
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


class Commits:
    """Reads and writes of ``commits``, ``post_commit_patch_intersections`` and ``agent_traces``."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def keep(self, repository_id: int, attributed: AttributedCommit) -> None:
        """Store an attributed commit; an earlier attribution of it is replaced. One transaction."""
        with self._database.atomic("IMMEDIATE"):
            self._keep_commit(repository_id, attributed.commit)
            key = {"repository_id": repository_id, "commit_id": attributed.commit.oid}
            window = json.dumps(attributed.window) if attributed.window else None
            PostCommitPatchIntersection.insert(
                **key,
                intersection_patch=as_json(attributed.intersection_patch),
                counts=as_json(attributed.counts),
                window=window,
                engine=attributed.engine,
            ).on_conflict(
                conflict_target=["repository_id", "commit_id"],
                preserve=["intersection_patch", "counts", "window", "engine"],
            ).execute(self._database)
            if attributed.trace is not None:
                AgentTrace.insert(
                    **key,
                    agent_trace_id=attributed.trace["id"],
                    trace_json=as_json(attributed.trace),
                    remote_url=attributed.remote_url,
                ).on_conflict(
                    conflict_target=["repository_id", "commit_id"],
                    preserve=["agent_trace_id", "trace_json", "remote_url"],
                ).execute(self._database)

    def trace(self, repository_id: int, oid: str) -> dict[str, Any] | None:
        """The stored Agent Trace record of a commit."""
        stored = (
            AgentTrace.select(AgentTrace.trace_json)
            .where(AgentTrace.repository_id == repository_id, AgentTrace.commit_id == oid)
            .scalar(self._database)
        )
        return json.loads(stored) if stored else None

    def intersection(self, repository_id: int, oid: str) -> dict[str, Any] | None:
        """The stored attributed patch of a commit, as JSON values."""
        stored = (
            PostCommitPatchIntersection.select(PostCommitPatchIntersection.intersection_patch)
            .where(
                PostCommitPatchIntersection.repository_id == repository_id,
                PostCommitPatchIntersection.commit_id == oid,
            )
            .scalar(self._database)
        )
        return json.loads(stored) if stored else None

    def counts(self, repository_id: int, oids: Sequence[str], engine: int) -> dict[str, dict[str, Any]]:
        """The kept counts of these commits, by oid, as far as that version of the engine made them."""
        found: dict[str, dict[str, Any]] = {}
        kept = PostCommitPatchIntersection
        for start in range(0, len(oids), 500):
            query = kept.select(kept.commit_id, kept.counts).where(
                kept.repository_id == repository_id,
                kept.engine == engine,
                kept.commit_id.in_(list(oids[start : start + 500])),
            )
            found |= {oid: json.loads(stored) for oid, stored in query.tuples().execute(self._database)}
        return found

    def _keep_commit(self, repository_id: int, commit: CommitRecord) -> None:
        Commit.insert(
            repository_id=repository_id,
            oid=commit.oid,
            parents=" ".join(commit.parents),
            author_time=commit.author_time,
            commit_time=commit.commit_time,
            author=storable(commit.author),
            subject=storable(commit.subject),
        ).on_conflict_ignore().execute(self._database)
