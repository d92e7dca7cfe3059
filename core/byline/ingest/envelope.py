"""Normalised ``conversation-trace`` envelopes: the mixed and the typed batch (``ingest.md``)."""

from collections.abc import Iterator

from byline.errors import FormatError
from byline.ingest.fields import (
    optional_cost,
    optional_json,
    optional_text,
    optional_tokens,
    required_body,
    required_object,
    required_text,
    required_time,
)
from byline.ingest.producer import session_of
from byline.ingest.reading import Item, Json, Reading, Skipped
from byline.record import PART_TYPES, Message, Part, PartType, Role, Session

_TYPED = {"message.updated": "message", "message.part.updated": "message.part"}
_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant"}
_PART_TYPES: dict[str, PartType] = {name: name for name in PART_TYPES}


def read_envelope(envelope: Json) -> Reading:
    """The items of an envelope; an item that is not as it should be is skipped with its reason.

    Raises:
        FormatError: the envelope itself is none: no discriminator, no ``payloads``, or a typed batch
            with an item that declares its own ``type``.
    """
    declared = envelope.get("type")
    if declared is None:
        tool_name: str | None = required_text(envelope, "tool_name")
    elif isinstance(declared, str) and declared in _TYPED:
        tool_name = optional_text(envelope, "tool_name")
    else:
        raise FormatError(f"type must be one of {', '.join(_TYPED)} (or absent, with tool_name)")
    payloads = envelope.get("payloads")
    if not isinstance(payloads, list):
        raise FormatError("payloads is missing" if payloads is None else "payloads must be an array")
    if declared is not None:
        for index, payload in enumerate(payloads):
            if isinstance(payload, dict) and "type" in payload:
                raise FormatError(f"item {index} declares its own type in a batch of type {declared}")
    kind = _TYPED[declared] if isinstance(declared, str) else None
    read = list(_read_items(payloads, tool_name, kind))
    return Reading(
        items=tuple(entry for entry in read if isinstance(entry, Item)),
        skipped=tuple(entry for entry in read if isinstance(entry, Skipped)),
        head={key: value for key, value in envelope.items() if key != "payloads"},
    )


def _read_items(payloads: list[object], tool_name: str | None, kind: str | None) -> Iterator[Item | Skipped]:
    for index, raw in enumerate(payloads):
        try:
            payload = required_object(raw, "an item")
            session, record = _read_item(payload, tool_name, kind or required_text(payload, "type"))
        except FormatError as error:
            yield Skipped(index, str(error), raw)
        else:
            yield Item(index, session, record, raw)


def _read_item(payload: Json, tool_name: str | None, kind: str) -> tuple[Session, Message | Part]:
    session = session_of(
        tool_name,
        required_text(payload, "session_id"),
        cwd=optional_text(payload, "cwd"),
        repository_url=optional_text(payload, "repository_url"),
        branch=optional_text(payload, "branch"),
        title=optional_text(payload, "title"),
        parent=optional_text(payload, "parent_session_id"),
        version=optional_text(payload, "tool_version"),
    )
    if kind == "message":
        return session, _message(payload, session.id)
    if kind == "message.part":
        return session, _part(payload, session.id)
    raise FormatError(f"type must be message or message.part, not {kind!r}")


def _message(payload: Json, session_id: str) -> Message:
    role = _ROLES.get(required_text(payload, "role"))
    if role is None:
        raise FormatError("role must be user or assistant")
    return Message(
        session_id,
        required_text(payload, "message_id"),
        role,
        required_time(payload, "generated_at_unix_ms"),
        model_id=optional_text(payload, "model_id"),
        parent_id=optional_text(payload, "parent_id"),
        agent=optional_text(payload, "agent"),
        tokens=optional_tokens(payload, "tokens"),
        cost=optional_cost(payload, "cost"),
        summary_diffs=optional_json(payload, "summary_diffs"),
        kind=optional_text(payload, "kind"),
    )


def _part(payload: Json, session_id: str) -> Part:
    part_type = _PART_TYPES.get(required_text(payload, "part_type"))
    if part_type is None:
        raise FormatError(f"part_type must be one of {', '.join(PART_TYPES)}")
    part = Part(
        session_id,
        required_text(payload, "message_id"),
        optional_text(payload, "part_id"),
        part_type,
        required_body(payload, "text"),
        required_time(payload, "generated_at_unix_ms"),
        tool=optional_text(payload, "tool"),
        tool_call_id=optional_text(payload, "tool_call_id"),
        input=optional_json(payload, "input"),
        status=optional_text(payload, "status"),
    )
    if part_type != "patch":
        return part
    from byline.ingest.patch_part import read_patch_part  # noqa: PLC0415 - a hook loads what it needs

    return read_patch_part(part)
