"""Read a Gemini CLI chat into a session, its messages, parts and edits (``formats.md`` 5)."""

from pathlib import Path

from byline.agents.gemini.document import ChatDocument, read_document
from byline.agents.gemini.edits import read_edit
from byline.agents.gemini.project import project_folder
from byline.agents.json_records import (
    Record,
    compact_json,
    count_tokens,
    object_of,
    objects_of,
    read_time_ms,
    text_of,
)
from byline.agents.prompts import title_from, typed_text
from byline.agents.reader import Reading, Unreadable
from byline.agents.session_draft import DraftMessage, DraftPart, SessionDraft
from byline.errors import FormatError

AGENT = "gemini"
_TOKENS = {"input": "input", "output": "output", "cached": "cache_read", "thoughts": "reasoning"}
_MODEL = frozenset({"gemini", "model"})
_NOTICES = frozenset({"info", "error", "warning"})
_CONTEXT = "<session_context>"
_REFERENCED = "--- Content from referenced files ---"
_STATUSES = {"success": "completed"}


def read_chat(path: Path) -> Reading:
    """Read a whole chat.

    Messages that a rewind dropped are kept with the kind ``rewound``: what they wrote was written.

    Raises:
        OSError: the file cannot be read.
    """
    document, account = read_document(path)
    draft = SessionDraft(AGENT, text_of(document.header, "sessionId") or path.stem)
    draft.cwd = project_folder(path, document)
    draft.agent_title = text_of(document.header, "summary")
    draft.parent = _parent(path, document)
    last_ms = 0
    for message_id, message in document.messages.items():
        try:
            last_ms = _Chat(draft, document).take(message_id, message, last_ms)
        except FormatError as error:
            account.unreadable.append(Unreadable(0, f"message {message_id}: {error}"))
    messages, parts = draft.records()
    if not messages and (strange := _strange_types(document)):
        account.unreadable.append(Unreadable(0, f"no message of a known type, but of {', '.join(strange)}"))
    sessions = [draft.session(str(path))] if messages else []
    edits = list(draft.edits.values())
    return Reading(sessions, messages, parts, edits, account.records, account.unreadable, account.offset)


def _strange_types(document: ChatDocument) -> list[str]:
    """The types of messages that are not known: those of a newer Gemini CLI."""
    types = {text_of(message, "type") for message in document.messages.values()}
    return sorted(kind[:40] for kind in types - {"user", *_MODEL, *_NOTICES} if kind is not None)


def _parent(path: Path, document: ChatDocument) -> str | None:
    """The session that started a sub-agent: its chat lies in a folder of that name below ``chats``."""
    if document.header.get("kind") != "subagent":
        return None
    named = text_of(document.header, "parentSessionId")
    return named or (path.parent.name if path.parent.parent.name == "chats" else None)


class _Chat:
    """Takes the messages of a document into a draft."""

    def __init__(self, draft: SessionDraft, document: ChatDocument) -> None:
        self._draft = draft
        self._rewound = document.rewound

    def take(self, message_id: str, message: Record, last_ms: int) -> int:
        """Take in one message; its time, or that of the one before it where it has none."""
        stamp = message.get("timestamp")
        time_ms = last_ms if stamp is None else read_time_ms(stamp)
        kind = text_of(message, "type")
        if kind == "user":
            self._user(message_id, message, time_ms)
        elif kind in _MODEL:
            self._gemini(message_id, message, time_ms)
        elif kind in _NOTICES:
            text = "\n".join(_texts(message))
            if text:
                begun = self._draft.message(message_id, "assistant", time_ms)
                begun.kind = "injected"
                begun.add(DraftPart(f"{message_id}:0", "text", text, time_ms))
        return time_ms

    def _user(self, message_id: str, message: Record, time_ms: int) -> None:
        """A person's message; one that only carries tools' results repeats what the calls have."""
        blocks = _blocks(message)
        if blocks and all("functionResponse" in block for block in blocks):
            return
        begun = self._draft.message(message_id, "user", time_ms)
        is_referenced = False
        for index, block in enumerate(blocks):
            text = block.get("text")
            is_referenced = is_referenced or (isinstance(text, str) and text.strip() == _REFERENCED)
            shown = text if isinstance(text, str) else _file_line(block)
            is_said = isinstance(text, str) and not is_referenced
            begun.add(DraftPart(f"{message_id}:{index}", "text" if is_said else "file", shown, time_ms))
        said = [part.text for part in begun.parts.values() if part.type == "text"]
        if said and not any(typed_text(text) and not text.startswith(_CONTEXT) for text in said):
            begun.kind = "injected"
        elif message_id in self._rewound:
            begun.kind = "rewound"
        elif self._draft.prompt_title is None:
            typed = text_of(message, "displayContent")
            candidates = [typed] if typed else said
            self._draft.prompt_title = next(
                (title for text in candidates if (title := title_from(text))), None
            )

    def _gemini(self, message_id: str, message: Record, time_ms: int) -> None:
        begun = self._draft.message(message_id, "assistant", time_ms)
        begun.model = text_of(message, "model")
        begun.kind = "rewound" if message_id in self._rewound else None
        begun.tokens = _tokens(message.get("tokens"))
        for index, thought in enumerate(objects_of(message, "thoughts")):
            words = [text_of(thought, "subject"), text_of(thought, "description")]
            text = "\n\n".join(word for word in words if word)
            if text:
                begun.add(DraftPart(f"{message_id}:thought:{index}", "reasoning", text, time_ms))
        text = "\n".join(_texts(message))
        if text:
            begun.add(DraftPart(f"{message_id}:text", "text", text, time_ms))
        for index, call in enumerate(objects_of(message, "toolCalls")):
            self._call(begun, call, f"{message_id}:call:{index}", time_ms)

    def _call(self, message: DraftMessage, call: Record, fallback_id: str, time_ms: int) -> None:
        call_id = text_of(call, "id")
        if call.get("timestamp") is not None:
            time_ms = read_time_ms(call["timestamp"])
        status = text_of(call, "status")
        part = message.add(
            DraftPart(
                call_id or fallback_id, "tool", _output(call), time_ms, text_of(call, "name") or "tool",
                call_id or fallback_id, compact_json(call.get("args")), _STATUSES.get(status or "", status),
            )
        )  # fmt: skip
        edit = read_edit(call, self._draft.cwd)
        if edit is not None:
            stat = object_of(call, "resultDisplay").get("diffStat")
            self._draft.edit(edit, message, part, time_ms, compact_json({"diffStat": stat}) if stat else None)


def _blocks(message: Record) -> list[Record]:
    """The content as blocks: text, or a list of ``{text}``, ``{inlineData}``, ``{functionResponse}`` …"""
    content = message.get("content", message.get("parts"))
    if isinstance(content, str):
        return [{"text": content}]
    if isinstance(content, dict):
        return [content]
    if not isinstance(content, list) or not all(isinstance(block, str | dict) for block in content):
        raise FormatError("content is neither text nor a list of parts")
    return [{"text": block} if isinstance(block, str) else block for block in content]


def _texts(message: Record) -> list[str]:
    return [text for block in _blocks(message) if (text := text_of(block, "text"))]


def _output(call: Record) -> str:
    """What the tool gave back: as it was shown, else as the model got it."""
    shown = text_of(call, "resultDisplay")
    if shown is not None:
        return shown
    outputs = []
    for block in objects_of(call, "result"):
        response = object_of(object_of(block, "functionResponse"), "response")
        outputs.append(text_of(response, "output", "error") or text_of(block, "text") or "")
    return "\n".join(output for output in outputs if output)


def _tokens(usage: object) -> dict[str, int]:
    """The counts; Gemini's ``input`` includes what was cached, which is counted apart here."""
    tokens = {
        name: count for name, count in count_tokens(usage, _TOKENS).items() if count or name == "output"
    }
    if "input" in tokens:
        tokens["input"] = max(tokens["input"] - tokens.get("cache_read", 0), 0)
    return tokens


def _file_line(block: Record) -> str:
    """One line that says what a picture or another part is; its data is not kept."""
    data = object_of(block, "inlineData") or object_of(block, "fileData")
    words = [text_of(data, "mimeType") or next(iter(block), "part")]
    encoded, uri = data.get("data"), text_of(data, "fileUri")
    if isinstance(encoded, str):
        words.append(f"{len(encoded) * 3 // 4:,} bytes")
    if uri is not None:
        words.append(uri)
    return ", ".join(words)
