"""A review as the JSON of ``byline show --json`` (``design.md``), and as the stored attributed patch."""

from dataclasses import asdict
from typing import Any

from byline.attribution import AttributedLine
from byline.patch import FileKind, FilePatch, Hunk, Patch, TouchedLine
from byline.review.credit_json import credit_json
from byline.review.model import Review, ReviewedFile, ReviewedHunk
from byline.review.summary import Summary, summarise

FORMAT = 1
"""Moves when a key changes its meaning or goes; new keys may come without it."""


def review_json(review: Review) -> dict[str, Any]:
    """The whole review as plain JSON values; ``design.md`` "byline show REV --json"."""
    files = [
        {**file_json(file), "lines": [line_json(line) for line in file.touched()]} for file in review.files
    ]
    return {**review_head_json(review), "files": files}


def review_head_json(review: Review) -> dict[str, Any]:
    """A review's JSON, its files still an empty list."""
    commit = review.commit
    value: dict[str, Any] = {
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


def summary_json(summary: Summary) -> dict[str, Any]:
    """The counts as plain JSON values."""
    return asdict(summary)


def file_json(file: ReviewedFile) -> dict[str, Any]:
    """A file's JSON, its lines still an empty list."""
    value: dict[str, Any] = {
        "path": file.path,
        "old_path": file.old_path or None,
        "status": file.status,
        "binary": file.binary,
        "lines": [],
    }
    if file.notes:
        value["notes"] = list(file.notes)
    return value


def line_json(line: AttributedLine) -> dict[str, Any]:
    """A touched line's JSON."""
    place = {"kind": line.kind, "line_number": line.line_number, "content": line.content}
    return place | credit_json(line.credit)


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
