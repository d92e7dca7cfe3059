"""A credit as the JSON keys that every listing of lines shares (``design.md``)."""

from typing import Annotated, Literal, NotRequired, TypedDict

from byline.attribution import Assumption, Contributor, Credit, Origin, Reason
from byline.patch import Match


class OriginJson(TypedDict):
    """The tool call behind a line."""

    session_id: Annotated[str, "the session of the call"]
    message_id: Annotated[str | None, "the message of the call; null where the record names none"]
    tool_call_id: Annotated[str | None, "the call; null where the record names none"]
    model_id: Annotated[str | None, "the model of that very call, as the agent names it; null where unknown"]
    tool: Annotated[str | None, "the tool, as the agent names it; null where the record names none"]
    time_ms: Annotated[int, "when the call completed"]


class CreditJson(TypedDict):
    """Who wrote (or removed) a line, and how that is known."""

    contributor: Annotated[Contributor, "who wrote or removed the line"]
    match: Annotated[Match | None, "how the line stands to what was recorded; null if nobody is credited"]
    session_id: Annotated[str | None, "the session credited with it; null if nobody is"]
    message_id: Annotated[str | None, "the message of the call; null if nobody is credited, or none is known"]
    tool_call_id: Annotated[str | None, "the call; null if nobody is credited, or none is known"]
    model_id: Annotated[
        str | None, "the call's model, as the agent names it; null if nobody is credited, or none is known"
    ]
    tool: Annotated[
        str | None, "the tool, as the agent names it; null if nobody is credited, or none is known"
    ]
    time_ms: Annotated[int | None, "when the call completed; null if nobody is credited"]
    reason: NotRequired[Annotated[Reason, "why nobody is credited", "on unknown lines"]]
    candidates: NotRequired[
        Annotated[list[str], "the tool calls that could have written it", "where the reason is `ambiguous`"]
    ]
    assumed: NotRequired[
        Annotated[Assumption, "what had to be assumed for this answer", "where something had to be"]
    ]
    carried: NotRequired[
        Annotated[
            Literal[True],
            "the line was committed before: a merge brings it, or it was moved or changed without a record",
            "on carried lines; a summary counts them under their contributor and under `carried`",
        ]
    ]


def credit_json(credit: Credit) -> CreditJson:
    """``contributor`` to ``time_ms``, null where there is nothing to say; then what applies at times."""
    origin = credit.origin
    value: CreditJson = {
        "contributor": credit.contributor,
        "match": credit.match,
        "session_id": origin.session_id if origin else None,
        "message_id": origin.message_id if origin else None,
        "tool_call_id": origin.tool_call_id if origin else None,
        "model_id": origin.model_id if origin else None,
        "tool": origin.tool if origin else None,
        "time_ms": origin.time_ms if origin else None,
    }
    if credit.reason:
        value["reason"] = credit.reason
    if credit.candidates:
        value["candidates"] = list(credit.candidates)
    if credit.assumed:
        value["assumed"] = credit.assumed
    if credit.carried:
        value["carried"] = True
    return value


def origin_json(origin: Origin) -> OriginJson:
    """The call behind a line."""
    return {
        "session_id": origin.session_id,
        "message_id": origin.message_id,
        "tool_call_id": origin.tool_call_id,
        "model_id": origin.model_id,
        "tool": origin.tool,
        "time_ms": origin.time_ms,
    }
