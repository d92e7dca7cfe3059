"""A conversation with the secrets in it covered, to be handed on."""

import json
from dataclasses import replace
from typing import Any

from byline.cli.conversation import RecordedConversation
from byline.redaction import mask
from byline.store.conversations import MessageRow, PartRow
from byline.store.edits import EditRow


def masked(conversation: RecordedConversation) -> RecordedConversation:
    """The conversation with everything covered that :mod:`byline.redaction` finds in it."""
    session = conversation.session
    return replace(
        conversation,
        session=replace(session, title=None if session.title is None else mask(session.title)),
        messages=[_message(message) for message in conversation.messages],
        edits=[_edit(edit) for edit in conversation.edits],
        children=[
            replace(child, title=None if child.title is None else mask(child.title))
            for child in conversation.children
        ],
    )


def _message(message: MessageRow) -> MessageRow:
    return replace(message, parts=tuple(_part(part) for part in message.parts))


def _part(part: PartRow) -> PartRow:
    return replace(
        part,
        text=mask(part.text),
        input=None if part.input is None else _json(part.input),
        patch=None if part.patch is None else _patch(part.patch),
    )


def _edit(edit: EditRow) -> EditRow:
    return replace(edit, patch_json=_patch(edit.patch_json))


def _json(text: str) -> str:
    """JSON with every text in it masked; what is no JSON as the text that it is."""
    try:
        value = json.loads(text)
    except ValueError:
        return mask(text)
    covered = _walked(value)
    return text if covered == value else json.dumps(covered, ensure_ascii=False)


def _walked(value: Any) -> Any:  # noqa: ANN401 - JSON is whatever it is
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [_walked(each) for each in value]
    if isinstance(value, dict):
        return {key: _walked(each) for key, each in value.items()}
    return value


def _patch(text: str) -> str:
    """A parsed patch with its lines masked. A key may go over several: a hunk's are looked at as one."""
    value = json.loads(text)
    for file in value.get("files", ()):
        for hunk in file.get("hunks", ()):
            lines, context = hunk.get("lines", []), hunk.get("context", [])
            for line, content in zip(lines, _lines([line["content"] for line in lines]), strict=True):
                line["content"] = content
            hunk_context = _lines([content for _, content in context])
            if context:
                hunk["context"] = [
                    [number, new] for (number, _), new in zip(context, hunk_context, strict=True)
                ]
    return json.dumps(value, ensure_ascii=False)


def _lines(contents: list[str]) -> list[str]:
    return mask("\n".join(contents)).split("\n") if contents else []
