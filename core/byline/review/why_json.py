"""The evidence for one line as the JSON of ``byline why --json``."""

from typing import Annotated, TypedDict

from byline.patch import Match
from byline.review.blame import BlamedLineJson, line_json
from byline.review.contenders import Considered, Outcome
from byline.review.credit_json import OriginJson, origin_json
from byline.review.twins import Twin
from byline.review.why import RecordedEdit, Why
from byline.store.sessions import SessionRow


class NamedSessionJson(TypedDict):
    """The credited session."""

    id: Annotated[str, "the session"]
    title: Annotated[str | None, "its title; null if it has none"]
    agent: Annotated[str, "the coding agent"]
    parent: Annotated[str | None, "the session that began it; null if none did"]


class RecordedEditJson(OriginJson):
    """The credited edit as it was recorded."""

    path: Annotated[str, "the file as the record names it"]
    precision: Annotated[str, "what the record has: `vendor_diff`, `before_after`, `strings` or `patch_text`"]
    content: Annotated[str, "the line as the edit wrote it; empty if the record has no such line"]
    hunk: Annotated[str, "the part of the edit that has it, a unified diff; empty likewise"]


class EarlierJson(OriginJson):
    """An edit that wrote the line in another form before."""

    content: Annotated[str, "the line as it was then"]
    match: Annotated[Match, "how it became the later line"]


class ConsideredJson(OriginJson):
    """An edit that might have written the line, and did not."""

    content: Annotated[str, "what it wrote"]
    outcome: Annotated[Outcome, "why it is not the author"]
    by: Annotated[OriginJson | None, "the edit that undid it; null if none did"]


class TwinJson(OriginJson):
    """A recorded line with the same text as one that nobody is credited with, and the edit that wrote it."""

    path: Annotated[str, "the file that it stands in"]
    line_number: Annotated[int, "its number there, 1-based"]
    commit: Annotated[str | None, "the full id of the commit that introduced it; null if not committed"]


class WhyJson(BlamedLineJson):
    """One line with the evidence for its credit."""

    subject: Annotated[str | None, "the first line of its commit's message; null if not committed"]
    removed: Annotated[
        bool,
        "the line was removed, in `commit`: number and path are the old file's, `earlier` is who wrote it",
    ]
    since: Annotated[
        str | None, "of a range `A..B` the full id of A, `commit` being B; null for anything else"
    ]
    prompt: Annotated[str | None, "what a person typed last before the call; null if nobody is credited"]
    session: Annotated[NamedSessionJson | None, "the credited session; null if nobody is"]
    edit: Annotated[RecordedEditJson | None, "the credited edit; null if nobody is"]
    earlier: Annotated[list[EarlierJson], "who wrote it in another form before, latest first"]
    twins: Annotated[
        list[TwinJson],
        "recorded lines that it repeats: of a copy all that stand in the commit, else only if one edit wrote "
        "them, in the same file",
    ]
    considered: Annotated[list[ConsideredJson], "who else might have written it"]
    problems: Annotated[list[str], "sentences on records that could not be used; each costs that edit only"]


def why_json(why: Why) -> WhyJson:
    """The answer as in ``byline why --json``: the blamed line's keys, then the evidence."""
    return {
        **line_json(why.line),
        "subject": why.subject,
        "removed": why.is_removed,
        "since": why.since,
        "prompt": why.prompt,
        "session": _session(why.session) if why.session else None,
        "edit": _edit(why.edit) if why.edit else None,
        "earlier": [
            {**origin_json(entry.origin), "content": entry.content, "match": entry.match}
            for entry in why.earlier
        ],
        "twins": [_twin(twin) for twin in why.twins],
        "considered": [_considered(entry) for entry in why.considered],
        "problems": list(why.problems),
    }


def _session(session: SessionRow) -> NamedSessionJson:
    return {"id": session.id, "title": session.title, "agent": session.agent, "parent": session.parent}


def _edit(edit: RecordedEdit) -> RecordedEditJson:
    return {
        **origin_json(edit.origin),
        "path": edit.path,
        "precision": edit.precision,
        "content": edit.content,
        "hunk": edit.hunk,
    }


def _considered(entry: Considered) -> ConsideredJson:
    return {
        **origin_json(entry.origin),
        "content": entry.content,
        "outcome": entry.outcome,
        "by": origin_json(entry.by) if entry.by else None,
    }


def _twin(twin: Twin) -> TwinJson:
    return {
        **origin_json(twin.origin),
        "path": twin.path,
        "line_number": twin.line_number,
        "commit": twin.commit,
    }
