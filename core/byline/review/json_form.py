"""A review as the JSON of ``byline show --json`` (``design.md``), and as the stored attributed patch."""

from typing import Annotated, NotRequired, TypedDict

from byline.attribution import AttributedLine
from byline.git.model import ChangeStatus
from byline.patch import FileKind, FilePatch, Hunk, LineKind, Patch, TouchedLine
from byline.review.credit_json import CreditJson, credit_json
from byline.review.model import Review, ReviewedFile, ReviewedHunk
from byline.review.summary import Share, SideCounts, Summary, summarise

FORMAT = 1
"""Moves when a key changes its meaning or goes; new keys may come without it."""


class SideCountsJson(TypedDict):
    """Added or removed lines by contributor."""

    ai: Annotated[int, "an agent's call wrote (or removed) the line"]
    mixed: Annotated[int, "an agent wrote it, and somebody changed it since"]
    human: Annotated[int, "a person wrote it: said by a record, never guessed"]
    unknown: Annotated[int, "nobody is credited"]
    carried: Annotated[int, "lines that were committed before; counted under their contributor too"]


class ShareJson(TypedDict):
    """The lines of one session or one model."""

    added: Annotated[int, "lines added"]
    removed: Annotated[int, "lines removed"]


class SummaryJson(TypedDict):
    """What the touched lines add up to."""

    added: Annotated[SideCountsJson, "the added lines by contributor"]
    removed: Annotated[SideCountsJson, "the removed lines by contributor"]
    unknown_reasons: Annotated[dict[str, int], "reason to its number of unknown lines, most first"]
    sessions: Annotated[dict[str, ShareJson], "session id to its lines, most first"]
    models: Annotated[
        dict[str, ShareJson], "model to its lines, most first; calls without a model are left out"
    ]


class TouchedLineJson(TypedDict):
    """Which line of a diff it is."""

    kind: Annotated[LineKind, "what the commit did to the line"]
    line_number: Annotated[
        int, "1-based: in the new file for an added line, in the old one for a removed one"
    ]
    content: Annotated[str, "the line without its line feed; a carriage return at its end is kept"]


class LineJson(TouchedLineJson, CreditJson):
    """One touched line and its credit."""


class FileJson(TypedDict):
    """One file of a diff."""

    path: Annotated[str, "the file's path in the repository; of a deleted file the old one"]
    old_path: Annotated[str | None, "its path before; null for an added file"]
    status: Annotated[ChangeStatus, "what happened to the file"]
    binary: Annotated[bool, "whether the content has no lines to show"]
    lines: Annotated[list[LineJson], "every touched line in diff order"]
    notes: NotRequired[
        Annotated[
            list[str],
            "sentences for what has no lines: modes, links, submodules, a file too large",
            "where there is something to say",
        ]
    ]


class ReviewJson(TypedDict):
    """A commit, the index or the work tree, read with its authors."""

    format: Annotated[int, "1; moves when a key changes its meaning or goes, not for new keys"]
    commit: Annotated[str | None, "the commit's full id; null for `--staged` and `--worktree`"]
    parent: Annotated[str | None, "the full id of what it is compared with; null for a root commit"]
    subject: Annotated[str | None, "the message's first line; null without a commit"]
    author_time: Annotated[int | None, "git's author time, in seconds; null without a commit"]
    summary: Annotated[SummaryJson, "the counts of all files"]
    files: Annotated[list[FileJson], "the files in diff order"]
    problems: NotRequired[
        Annotated[
            list[str],
            "sentences on records that could not be used; each costs that edit only",
            "if there are any",
        ]
    ]


def review_json(review: Review) -> ReviewJson:
    """The whole review as plain JSON values; ``design.md`` "byline show REV --json"."""
    files: list[FileJson] = [
        {**file_json(file), "lines": [line_json(line) for line in file.touched()]} for file in review.files
    ]
    return {**review_head_json(review), "files": files}


def review_head_json(review: Review) -> ReviewJson:
    """A review's JSON, its files still an empty list."""
    commit = review.commit
    value: ReviewJson = {
        "format": FORMAT,
        "commit": commit.oid if commit else None,
        "parent": review.parent,
        "subject": commit.subject if commit else None,
        "author_time": commit.author_time if commit else None,
        "summary": summary_json(summarise(review.files)),
        "files": [],
    }
    if review.problems:
        value["problems"] = list(review.problems)
    return value


def summary_json(summary: Summary) -> SummaryJson:
    """The counts as plain JSON values."""
    return {
        "added": side_json(summary.added),
        "removed": side_json(summary.removed),
        "unknown_reasons": dict(summary.unknown_reasons),
        "sessions": {name: _share_json(share) for name, share in summary.sessions.items()},
        "models": {name: _share_json(share) for name, share in summary.models.items()},
    }


def side_json(counts: SideCounts) -> SideCountsJson:
    """Added or removed lines as plain JSON values."""
    return {
        "ai": counts.ai,
        "mixed": counts.mixed,
        "human": counts.human,
        "unknown": counts.unknown,
        "carried": counts.carried,
    }


def _share_json(share: Share) -> ShareJson:
    return {"added": share.added, "removed": share.removed}


def file_json(file: ReviewedFile) -> FileJson:
    """A file's JSON, its lines still an empty list."""
    value: FileJson = {
        "path": file.path,
        "old_path": file.old_path or None,
        "status": file.status,
        "binary": file.binary,
        "lines": [],
    }
    if file.notes:
        value["notes"] = list(file.notes)
    return value


def line_json(line: AttributedLine) -> LineJson:
    """A touched line's JSON."""
    return {
        "kind": line.kind,
        "line_number": line.line_number,
        "content": line.content,
        **credit_json(line.credit),
    }


_KINDS: dict[str, FileKind] = {
    "added": "added",
    "copied": "added",
    "deleted": "deleted",
    "renamed": "renamed",
    "modified": "modified",
    "type-changed": "modified",
}


def attributed_patch(review: Review) -> Patch:
    """The review as a patch whose touched lines carry their origin; lines without one carry none."""
    return Patch(
        tuple(
            FilePatch(
                "" if _KINDS[file.status] == "added" else file.old_path,
                "" if file.status == "deleted" else file.path,
                _KINDS[file.status],
                tuple(_hunk(hunk) for hunk in file.hunks),
            )
            for file in review.files
        )
    )


def _hunk(hunk: ReviewedHunk) -> Hunk:
    lines: list[TouchedLine] = []
    for line in hunk.lines:
        if line.kind == "context" or line.credit is None:
            continue
        number = line.new_number if line.kind == "added" else line.old_number
        origin = line.credit.origin
        lines.append(
            TouchedLine(line.kind, number or 0, line.content)
            if origin is None
            else TouchedLine(
                line.kind, number or 0, line.content, origin.session_id, origin.model_id,
                origin.message_id, origin.tool_call_id, line.credit.match,
            )
        )  # fmt: skip
    models = {line.model_id for line in lines}
    only = models.pop() if len(models) == 1 else None
    return Hunk(hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count, tuple(lines), model_id=only)
