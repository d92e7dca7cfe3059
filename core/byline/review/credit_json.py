"""A credit as the JSON keys that every listing of lines shares (``design.md``)."""

from typing import Any

from byline.attribution import Credit


def credit_json(credit: Credit) -> dict[str, Any]:
    """``contributor`` to ``time_ms``, null where there is nothing to say; then what applies at times."""
    origin = credit.origin
    value: dict[str, Any] = {
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
