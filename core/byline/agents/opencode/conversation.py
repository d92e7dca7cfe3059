"""Make records of one OpenCode session (``formats.md`` 2.2–2.4)."""

import json
import re
from collections.abc import Collection, Iterable
from typing import Any, Literal

from byline.agents.opencode.blocks import (
    file_line,
    model_name,
    questions_text,
    token_counts,
    tool_output,
)
from byline.agents.opencode.documents import (
    Account,
    Json,
    MessageDocument,
    SessionDocument,
    mapping,
    number,
    text,
)
from byline.agents.opencode.known_lines import lines_shown_in
from byline.agents.opencode.summary_diffs import read_diffs
from byline.agents.opencode.tool_edit import read_edits
from byline.agents.prompts import title_from
from byline.agents.recorded_edit import relative_path
from byline.errors import FormatError
from byline.patch import patch_to_json, render_patch
from byline.record import Edit, Message, Part, Role, Session, prefixed

AGENT = "opencode"

_SAID: dict[str, Literal["text", "reasoning"]] = {"text": "text", "reasoning": "reasoning"}
_UNNAMED = re.compile(r"(New|Child) session - \d{4}-\d\d-\d\dT[\d:.]+Z?\Z")
"""The title of a session that OpenCode has not named yet."""


class Conversation:
    """One session on its way to records. What of it cannot be read is named in the account."""

    def __init__(
        self, document: SessionDocument, account: Account, forked_from: str | None, copies: Collection[str]
    ) -> None:
        """``copies`` are the ids of messages that belong to ``forked_from``: they are left out."""
        self.id = prefixed(AGENT, document.id)
        self.messages: list[Message] = []
        self.parts: list[Part] = []
        self.edits: list[Edit] = []
        self._document = document
        self._account = account
        self._forked_from = forked_from
        self._cwd = text(document.info, "directory")
        self._version = text(document.info, "version")
        self._first_prompt: str | None = None
        self._sequence = 0
        spoken = [message for message in document.messages if message.id not in copies]
        self._replied_ms = _last_replies(spoken)
        self._known = lines_shown_in(document)
        for message in spoken:
            try:
                self._message(message)
            except FormatError as error:
                self._fail(f"message {message.id}: {error}")
        for prompt in spoken:
            self._observe(prompt)

    def session(self, source: str | None) -> Session:
        """The session as a record."""
        info = self._document.info
        parent = text(info, "parentID") or self._forked_from
        title, title_source = self._title()
        return Session(
            id=self.id,
            agent=AGENT,
            native_id=self._document.id,
            title=title,
            title_source=title_source,
            cwd=self._cwd,
            parent_id=prefixed(AGENT, parent) if parent else None,
            agent_version=self._version,
            source=source,
        )

    def _title(self) -> tuple[str | None, Literal["agent", "prompt"] | None]:
        title = " ".join((text(self._document.info, "title") or "").split())
        if title and not _UNNAMED.match(title):
            return title, "agent"
        return self._first_prompt, ("prompt" if self._first_prompt else None)

    def _message(self, document: MessageDocument) -> None:
        info = document.info
        role = text(info, "role")
        if role not in {"user", "assistant"}:
            raise FormatError(f"the role is {str(info.get('role'))[:40]!r}")
        time_ms = document.created_ms or self._document.created_ms
        if time_ms is None:
            raise FormatError("no time")
        self._cwd = self._cwd or text(mapping(info, "path"), "cwd")
        if role == "user":
            self._user(document, time_ms)
        else:
            self._assistant(document, time_ms)

    def _user(self, document: MessageDocument, time_ms: int) -> None:
        """What a person typed; what the program put beside it is a message of its own."""
        parts = [part for part in document.parts if isinstance(part.get("type"), str)]
        injected = [part for part in parts if _is_injected(part)]
        typed = [part for part in parts if not _is_injected(part)]
        compacts = any(part["type"] == "compaction" for part in parts)
        says = any(part["type"] in {"text", "file"} for part in typed)
        kind = "compaction" if compacts else "injected" if injected and not says else None
        self._add(document, document.id, "user", time_ms, kind)
        if kind is None and self._first_prompt is None:
            texts = [text(part, "text") or "" for part in typed if part["type"] == "text"]
            self._first_prompt = next((title for each in texts if (title := title_from(each))), None)
        if says and injected:
            self._read_parts(document, document.id, typed, time_ms)
            apart = f"{document.id}-injected"
            self._add(document, apart, "user", time_ms, "injected", parent=document.id)
            self._read_parts(document, apart, injected, time_ms)
        else:
            self._read_parts(document, document.id, parts, time_ms)

    def _assistant(self, document: MessageDocument, time_ms: int) -> None:
        kind = "compaction" if document.info.get("summary") is True else None
        self._add(document, document.id, "assistant", time_ms, kind)
        last_ms = self._read_parts(document, document.id, document.parts, time_ms)
        error = mapping(document.info, "error")
        reason = text(mapping(error, "data"), "message") or text(error, "message", "name")
        if reason is not None:
            self._part(document.id, f"{document.id}-error", "text", reason, last_ms, status="error")

    def _add(
        self,
        document: MessageDocument,
        message_id: str,
        role: Role,
        time_ms: int,
        kind: str | None,
        *,
        parent: str | None = None,
    ) -> None:
        info = document.info
        diffs = _summary_diffs(info) if message_id == document.id else None
        is_reply = role == "assistant" and message_id == document.id
        cost = info.get("cost") if is_reply else None
        self.messages.append(
            Message(
                self.id, message_id, role, time_ms,
                model_id=model_name(info) if is_reply else None,
                parent_id=parent or text(info, "parentID"),
                agent=text(info, "agent", "mode"),
                tokens=_tokens(document) or None if is_reply else None,
                cost=float(cost) if isinstance(cost, int | float) and cost else None,
                summary_diffs=_json(diffs) if diffs else None,
                kind=kind,
            )
        )  # fmt: skip

    def _observe(self, document: MessageDocument) -> None:
        """The changes since a prompt, as a patch part of a message behind the last reply to it."""
        diffs = _summary_diffs(document.info)
        time_ms = self._replied_ms.get(document.id) or document.created_ms
        if not diffs or time_ms is None or document.info.get("role") != "user":
            return
        patch, reasons = read_diffs(diffs, self.id)
        for reason in reasons:
            self._fail(f"message {document.id}: summary.diffs: {reason}")
        if not patch.files:
            return
        message_id = f"{document.id}-patch"
        self._add(document, message_id, "assistant", time_ms, "observation", parent=document.id)
        self.parts.append(
            Part(
                self.id, message_id, message_id, "patch", render_patch(patch), time_ms,
                status="parsed", patch=_json(patch_to_json(patch)),
            )
        )  # fmt: skip

    # Parts

    def _read_parts(
        self, document: MessageDocument, message_id: str, parts: Iterable[Json], time_ms: int
    ) -> int:
        """Add the parts in the order of their ids, whatever order their times have; their last time."""
        for part in parts:
            self._sequence += 1
            time_ms = max(time_ms, _part_time(part) or 0)
            part_id, kind = text(part, "id"), text(part, "type")
            if part_id is None:
                self._fail(f"message {document.id}: a part without an id")
            elif kind in _SAID:
                if text(part, "text"):
                    self._part(message_id, part_id, _SAID[kind], part["text"], time_ms)
            elif kind == "tool":
                try:
                    self._tool(document, message_id, part_id, part, time_ms)
                except FormatError as error:
                    self._fail(f"part {part_id}: {error}")
            elif kind == "file":
                self._part(message_id, part_id, "file", file_line(part), time_ms)
            elif kind == "subtask":
                self._part(message_id, part_id, "text", text(part, "prompt", "description") or "", time_ms)
            elif kind == "patch":
                self._changed_files(document, message_id, part_id, part, time_ms)
        return time_ms

    def _changed_files(
        self, document: MessageDocument, message_id: str, part_id: str, part: Json, time_ms: int
    ) -> None:
        """The files that differ after a step: names only, what changed in them is in the snapshot trees."""
        cwd = text(mapping(document.info, "path"), "cwd") or self._cwd
        files = part.get("files")
        listed = files if isinstance(files, list) else []
        names = [relative_path(name, cwd) for name in listed if isinstance(name, str)]
        if names:
            status = f"snapshot {text(part, 'hash') or ''}".strip()
            self._part(
                message_id, part_id, "file", f"changed on disk: {', '.join(names)}", time_ms, status=status
            )

    def _part(
        self,
        message_id: str,
        part_id: str,
        kind: Literal["text", "reasoning", "file"],
        content: str,
        time_ms: int,
        status: str | None = None,
    ) -> None:
        self.parts.append(Part(self.id, message_id, part_id, kind, content, time_ms, status=status))

    def _tool(
        self, document: MessageDocument, message_id: str, part_id: str, part: Json, time_ms: int
    ) -> None:
        state = mapping(part, "state")
        name, status = text(part, "tool") or "tool", text(state, "status")
        questions = questions_text(state) if name == "question" else None
        self.parts.append(
            Part(
                self.id, message_id, part_id, "question" if questions else "tool",
                questions or tool_output(state), time_ms, name, text(part, "callID"),
                _json(state.get("input")) if "input" in state else None, status,
            )
        )  # fmt: skip
        attachments = state.get("attachments")
        for index, attachment in enumerate(attachments if isinstance(attachments, list) else ()):
            self._part(message_id, f"{part_id}:{index}", "file", file_line(attachment), time_ms)
        if status == "completed":
            self._edit(document, part_id, part, name, state, time_ms)

    def _edit(
        self, document: MessageDocument, part_id: str, part: Json, name: str, state: Json, time_ms: int
    ) -> None:
        cwd = text(mapping(document.info, "path"), "cwd") or self._cwd
        metadata = mapping(state, "metadata")
        payload = {key: metadata[key] for key in ("diff", "exists", "filepath") if key in metadata}
        for edit in read_edits(name, state, cwd, self._known):
            self.edits.append(
                Edit(
                    session_id=self.id,
                    path=edit.path,
                    patch=edit.patch,
                    time_ms=number(mapping(state, "time").get("end")) or time_ms,
                    tool_name=AGENT,
                    precision=edit.precision,
                    message_id=document.id,
                    tool_call_id=text(part, "callID") or part_id,
                    model_id=model_name(document.info),
                    tool=name,
                    tool_version=self._version,
                    seq=self._sequence,
                    cwd=cwd,
                    before=edit.before,
                    after=edit.after,
                    payload=_json(payload) if payload else None,
                )
            )

    def _fail(self, reason: str) -> None:
        self._account.fail(f"session {self._document.id}: {reason}")


def _is_injected(part: Json) -> bool:
    """Whether OpenCode put a part of a user's message there, not the person."""
    return part["type"] == "subtask" or part.get("synthetic") is True or part.get("ignored") is True


def _summary_diffs(info: Json) -> list[Any] | None:
    diffs = mapping(info, "summary").get("diffs")
    return diffs if isinstance(diffs, list) and diffs else None


def _last_replies(messages: Iterable[MessageDocument]) -> dict[str, int]:
    """When the last reply to each prompt ended, by the prompt's id."""
    ends: dict[str, int] = {}
    for message in messages:
        prompt = text(message.info, "parentID")
        end = number(mapping(message.info, "time").get("completed")) or message.created_ms
        if prompt is not None and end is not None:
            ends[prompt] = max(end, ends.get(prompt, end))
    return ends


def _tokens(document: MessageDocument) -> dict[str, int]:
    """The tokens of a whole message: of all its steps, since the message keeps only the last one's."""
    total: dict[str, int] = {}
    for part in document.parts:
        if part.get("type") == "step-finish":
            for name, count in token_counts(part.get("tokens")).items():
                total[name] = total.get(name, 0) + count
    return total or token_counts(document.info.get("tokens"))


def _part_time(part: Json) -> int | None:
    time = mapping(part, "time")
    begun = mapping(mapping(part, "state"), "time").get("start")
    return number(time.get("created")) or number(time.get("start")) or number(begun)


def _json(value: object) -> str:
    """Raises FormatError for what could be read, but only just."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except RecursionError as error:
        raise FormatError("nested too deeply") from error
