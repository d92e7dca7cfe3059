"""The hunk-level Agent Trace record: one conversation per hunk of a commit's patch.

The form of ``reference/goldens/agent_trace``, kept for interchange. What Byline says of a commit itself
is the line-level record of :mod:`byline.trace.record`: a hunk's range covers context lines too, and
several authors in one hunk are one word here.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from byline.frozen import dataclass
from byline.patch import FilePatch, Hunk, Patch, TouchedLine
from byline.trace.model_id import normalised_model
from byline.trace.murmur3 import content_hash
from byline.trace.validate import SCHEMA_URL, SPEC_VERSION

HunkContributor = Literal["ai", "mixed", "unknown"]
_HunkKey = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class HunkTraceHead:
    """What a hunk-level record says beside its files.

    ``timestamp`` is RFC 3339 text, ``url`` the conversation's, ``producer`` the key of its metadata and
    ``producer_version`` the version named in them.
    """

    id: str
    timestamp: str
    revision: str
    url: str
    producer: str
    producer_version: str


def build_hunk_trace(matched: Patch, post_commit: Patch, head: HunkTraceHead) -> dict[str, Any]:
    """The hunk-level record of a commit as JSON values.

    ``matched`` is ``intersect_patches(combine_patches(incrementals), post_commit)``. A hunk is ``ai`` when
    every touched line of it is in ``matched``, ``mixed`` when some are, ``unknown`` when none is; all its
    touched lines count under that word. A range runs over the hunk in the new file, context
    included; for a deleted file, over the hunk in the old one. A file without hunks is not listed. A model is
    named where all matched lines of the hunk agree on it.
    """
    known = {_key(file, hunk): hunk.lines for file in matched.files for hunk in file.hunks}
    counts = {name: {"added": 0, "removed": 0} for name in ("ai", "mixed", "unknown")}
    files: list[dict[str, Any]] = []
    for file in post_commit.files:
        conversations: list[dict[str, Any]] = []
        for hunk in file.hunks:
            found = known.get(_key(file, hunk), ())
            contributor = _contributor(hunk, found)
            for line in hunk.lines:
                counts[contributor][line.kind] += 1
            who = {"type": contributor, **_model(found)}
            conversations.append({"url": head.url, "contributor": who, "ranges": _ranges(file, hunk)})
        if conversations:
            files.append({"path": file.path, "conversations": conversations})
    return _record(head, counts, files)


def _record(
    head: HunkTraceHead, counts: Mapping[str, object], files: Sequence[Mapping[str, object]]
) -> dict[str, Any]:
    return {
        "$schema": SCHEMA_URL,
        "version": SPEC_VERSION,
        "id": head.id,
        "timestamp": head.timestamp,
        "vcs": {"type": "git", "revision": head.revision},
        "metadata": {head.producer: {"version": head.producer_version, "line_changes": counts}},
        "files": list(files),
    }


def _contributor(hunk: Hunk, matched: Sequence[TouchedLine]) -> HunkContributor:
    """How much of a hunk is matched; lines are told apart by kind, number and content."""
    if not matched:
        return "unknown"
    found = {(line.kind, line.line_number, line.content) for line in matched}
    every = all((line.kind, line.line_number, line.content) in found for line in hunk.lines)
    return "ai" if every else "mixed"


def _model(matched: Sequence[TouchedLine]) -> dict[str, str]:
    models = {line.model_id for line in matched}
    model_id = models.pop() if len(models) == 1 else None
    return {"model_id": normalised_model(model_id)} if model_id else {}


def _ranges(file: FilePatch, hunk: Hunk) -> list[dict[str, object]]:
    """The hunk's one range; none for a hunk that empties a file which stays."""
    start, count = hunk.new_start, hunk.new_count
    if file.kind == "deleted":
        start, count = hunk.old_start, hunk.old_count
    if count == 0:
        return []
    return [
        {
            "start_line": start,
            "end_line": start + count - 1,
            "content_hash": content_hash((line.kind, line.content) for line in hunk.lines),
        }
    ]


def _key(file: FilePatch, hunk: Hunk) -> _HunkKey:
    return (file.path, hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count)
