"""The line-level Agent Trace record: who wrote each added line of a commit.

Agent Trace 0.1.0 (agent-trace.dev, ``reference/agent-trace.schema.json``), under the rules of ``design.md``
"byline show REV --trace". Values in, JSON values out: what makes a review of a commit lives above this room.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import quote

from byline.attribution import AttributedLine
from byline.frozen import dataclass
from byline.trace.model_id import normalised_model
from byline.trace.murmur3 import content_hash
from byline.trace.validate import SCHEMA_URL, SPEC_VERSION

SESSION_URL = "byline://session"
"""Where session links lead when no base is configured; the session's id follows after ``/``."""

METADATA_KEY = "dev.byline"

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://byline.dev/agent-trace")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TracedCommit:
    """What a record says of its commit. ``commit_time`` is Unix seconds.

    ``repository`` is the identity under which the store knows the repository (its canonical remote URL,
    else root commit, else path).
    """

    oid: str
    commit_time: int
    repository: str


@dataclass(frozen=True, slots=True)
class TracedFile:
    """One file of the commit by its path afterwards, with its touched lines in diff order."""

    path: str
    lines: Sequence[AttributedLine]


def build_trace(
    commit: TracedCommit, files: Iterable[TracedFile], tool_version: str, base_url: str = SESSION_URL
) -> dict[str, Any]:
    """The Agent Trace record of a commit, as JSON values.

    Every added line stands in exactly one range, and no other line stands in any: a range is a run
    of consecutive added lines that share contributor, session and model. Removed lines have no
    place in the new file; they are counted in ``metadata``, and a file that only lost lines is not
    listed. Links lead to ``base_url``, ``/`` and the session's id. The same arguments give the same record.
    """
    listed = list(files)
    return {
        "$schema": SCHEMA_URL,
        "version": SPEC_VERSION,
        "id": trace_id(commit.repository, commit.oid),
        "timestamp": rfc3339(commit.commit_time),
        "vcs": {"type": "git", "revision": commit.oid},
        "tool": {"name": "byline", "version": tool_version},
        "files": [
            {"path": file.path, "conversations": conversations}
            for file in listed
            if (conversations := [_conversation(run, base_url) for run in _runs(file.lines)])
        ],
        "metadata": {METADATA_KEY: _counts(line for file in listed for line in file.lines)},
    }


def trace_id(repository: str, oid: str) -> str:
    """The record's id: a UUIDv5 of the repository's identity and the commit, the same every time."""
    return str(uuid.uuid5(_NAMESPACE, f"{repository}\n{oid}"))


def rfc3339(time: int) -> str:
    """A time in Unix seconds as RFC 3339 text in UTC.

    Git holds any integer, RFC 3339 four-digit years: a time outside of them becomes the nearest one.
    """
    last = int((datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - _EPOCH).total_seconds())
    first = int((datetime(1, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds())
    moment = _EPOCH + timedelta(seconds=min(max(time, first), last))
    return moment.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def session_url(session_id: str, base_url: str = SESSION_URL) -> str:
    """The link to a session's conversation."""
    return f"{base_url.rstrip('/')}/{quote(session_id, safe='', errors='surrogateescape')}"


def _runs(lines: Sequence[AttributedLine]) -> Iterator[list[AttributedLine]]:
    """The added lines in runs of consecutive numbers with one contributor, session and model."""
    added = sorted((line for line in lines if line.kind == "added"), key=lambda line: line.line_number)
    starts = [0] if added else []
    starts += [
        index
        for index, (before, line) in enumerate(pairwise(added), 1)
        if line.line_number != before.line_number + 1 or _author(line) != _author(before)
    ]
    for start, end in pairwise([*starts, len(added)]):
        yield added[start:end]


def _author(line: AttributedLine) -> tuple[str, str | None, str | None]:
    origin = line.credit.origin
    if origin is None:
        return (line.credit.contributor, None, None)
    return (line.credit.contributor, origin.session_id, origin.model_id)


def _conversation(run: Sequence[AttributedLine], base_url: str) -> dict[str, Any]:
    contributor, session_id, model_id = _author(run[0])
    conversation: dict[str, Any] = {"contributor": {"type": contributor}}
    if model_id:
        conversation["contributor"]["model_id"] = normalised_model(model_id)
    conversation["ranges"] = [
        {
            "start_line": run[0].line_number,
            "end_line": run[-1].line_number,
            "content_hash": content_hash((line.kind, line.content) for line in run),
        }
    ]
    if session_id is not None:
        url = session_url(session_id, base_url)
        conversation = {"url": url, **conversation, "related": [{"type": "session", "url": url}]}
    return conversation


def _counts(lines: Iterable[AttributedLine]) -> dict[str, Any]:
    """Touched lines by contributor, by session and by reason; carried lines are counted again apart."""
    changes = {name: {"added": 0, "removed": 0} for name in ("ai", "mixed", "human", "unknown", "carried")}
    sessions: dict[str, dict[str, int]] = {}
    reasons: dict[str, int] = {}
    for line in lines:
        credit = line.credit
        changes[credit.contributor][line.kind] += 1
        if credit.carried:
            changes["carried"][line.kind] += 1
        if credit.origin is not None:
            session = sessions.setdefault(credit.origin.session_id, {"added": 0, "removed": 0})
            session[line.kind] += 1
        if credit.reason is not None:
            reasons[credit.reason] = reasons.get(credit.reason, 0) + 1
    return {
        "line_changes": changes,
        "sessions": dict(sorted(sessions.items())),
        "unknown_reasons": dict(sorted(reasons.items())),
    }
