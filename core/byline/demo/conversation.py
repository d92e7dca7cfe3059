"""One session's conversation while it is played: steps become messages, parts and edits."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from byline.demo.files import Author, Tree
from byline.demo.steps import (
    Actor,
    AgentStep,
    Ask,
    Delegate,
    Edit,
    Look,
    Prompt,
    Run,
    Say,
    Switch,
    Think,
    Write,
)
from byline.patch import FilePatch, Patch, patch_to_json
from byline.record import Edit as EditRecord
from byline.record import Message, Part, PartType, Role, Session, prefixed

SECONDS: dict[type, int] = {
    Prompt: 4, Think: 14, Say: 8, Run: 11, Look: 2, Write: 19, Edit: 9, Ask: 45, Switch: 1, Delegate: 3,
}  # fmt: skip
"""How long a step takes."""

_STATUS = {False: "completed", True: "error"}


@dataclass(slots=True)
class Clock:
    """The story's time, in Unix ms."""

    now_ms: int

    def wait(self, seconds: int) -> int:
        """Let time pass; the new time."""
        self.now_ms += seconds * 1000
        return self.now_ms


@dataclass(slots=True)
class Records:
    """What is to be stored, in the order it happened."""

    sessions: list[Session] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    edits: list[EditRecord] = field(default_factory=list)


class Conversation:
    """A session that is being played. Ids follow from the session and the position alone."""

    def __init__(self, actor: Actor, session: Session, tree: Tree, clock: Clock, records: Records) -> None:
        self.session = session
        self._codex = actor.agent == "codex"
        self._version = actor.version
        self._model = actor.model
        self._tree = tree
        self._clock = clock
        self._records = records
        self._count = 0
        self._message: Message | None = None

    def play(self, step: AgentStep) -> None:
        """Play one step that needs no other session."""
        end = self._clock.wait(SECONDS[type(step)])
        match step:
            case Prompt(text):
                self._begin("user")
                self._part("text", text)
                self._message = None
            case Think(text):
                self._part("reasoning", text)
            case Say(text):
                self._part("text", text)
            case Switch(model):
                self._model = model
            case Run(command, output, failed):
                self._call(*self._shell(command), output, failed=failed)
            case Look(path):
                self._look(path)
            case Ask():
                self._ask(step)
            case Write(path, text):
                self._change(path, "", text, end)
            case Edit(path, old, new, None):
                self._change(path, old, new, end)
            case Edit(path, old, new, str(refused)):
                tool, words = self._edit_call(path, old, new)
                self._call(tool, words, refused, failed=True)
            case Delegate(_, description, prompt, _, answer):
                words = {"description": description, "prompt": prompt, "subagent_type": "general-purpose"}
                self._call("Task", words, answer)

    def _change(self, path: str, old: str, new: str, end_ms: int) -> None:
        """An edit that succeeds: the file changes, and the record has the diff that the tool reports."""
        call_id = self._id("call_" if self._codex else "toolu_01")
        author = Author(self.session.id, self._model, call_id)
        before = self._tree.files[path].content().decode() if path in self._tree.files else ""
        patch = self._tree.replace(path, old, new, author)
        if patch.kind == "added":
            tool, words = self._write_call(path, new)
            output = f"File created successfully at: {path}"
        else:
            tool, words = self._edit_call(path, old, new)
            output = f"The file {path} has been updated."
        if self._codex:
            output = f"Success. Updated the following files:\n{patch.kind[0].upper()} {path}\n"
        self._call(tool, words, output, call_id=call_id, patch=patch)
        message = self._records.parts[-1]
        self._records.edits.append(
            EditRecord(
                session_id=self.session.id,
                path=path,
                patch=patch,
                time_ms=end_ms,
                tool_name=self.session.agent,
                precision="vendor_diff",
                message_id=message.message_id,
                tool_call_id=call_id,
                model_id=self._model,
                tool=tool,
                tool_version=self._version,
                seq=self._count,
                cwd=self.session.cwd,
                before=None if self._codex else before,
            )
        )

    def _call(
        self,
        tool: str,
        words: dict[str, Any],
        output: str,
        *,
        failed: bool = False,
        call_id: str | None = None,
        patch: FilePatch | None = None,
    ) -> None:
        self._part(
            "tool",
            output,
            tool=tool,
            tool_call_id=call_id or self._id("call_" if self._codex else "toolu_01"),
            input=json.dumps(words, ensure_ascii=False),
            status=_STATUS[failed],
            patch=json.dumps(patch_to_json(Patch((patch,))), ensure_ascii=False) if patch else None,
        )
        # The answer to a tool's result is the model's next message.
        self._message = None

    def _ask(self, step: Ask) -> None:
        options = [{"label": option} for option in step.options]
        self._part(
            "question",
            json.dumps([{"question": step.question, "answer": step.answer}], ensure_ascii=False),
            tool="AskUserQuestion",
            tool_call_id=self._id("toolu_01"),
            input=json.dumps({"questions": [{"question": step.question, "options": options}]}),
            status="completed",
        )
        self._message = None

    def _look(self, path: str) -> None:
        texts = [line.text for line in self._tree.files[path].lines]
        if self._codex:
            self._call(*self._shell(f"sed -n '1,200p' {path}"), "\n".join(texts))
        else:
            numbered = "\n".join(f"{number:>6}→{text}" for number, text in enumerate(texts, 1))
            self._call("Read", {"file_path": path}, numbered)

    def _shell(self, command: str) -> tuple[str, dict[str, Any]]:
        if self._codex:
            return "shell", {"command": ["bash", "-lc", command]}
        return "Bash", {"command": command}

    def _write_call(self, path: str, text: str) -> tuple[str, dict[str, Any]]:
        if self._codex:
            return "apply_patch", {"input": _apply_patch(f"*** Add File: {path}", _marked("+", text))}
        return "Write", {"file_path": path, "content": text}

    def _edit_call(self, path: str, old: str, new: str) -> tuple[str, dict[str, Any]]:
        if self._codex:
            body = ["@@", *_marked("-", old), *_marked("+", new)]
            return "apply_patch", {"input": _apply_patch(f"*** Update File: {path}", body)}
        return "Edit", {"file_path": path, "old_string": old, "new_string": new}

    def _begin(self, role: Role) -> Message:
        message = Message(
            self.session.id,
            self._id("msg_"),
            role,
            self._clock.now_ms,
            model_id=self._model if role == "assistant" else None,
            agent=self.session.agent,
        )
        self._records.messages.append(message)
        self._message = message
        return message

    def _part(self, kind: PartType, text: str, **facts: str | None) -> None:
        message = self._message or self._begin("assistant")
        self._records.parts.append(
            Part(
                self.session.id,
                message.message_id,
                self._id("part_"),
                kind,
                text,
                self._clock.now_ms,
                **facts,
            )
        )

    def _id(self, prefix: str) -> str:
        self._count += 1
        digest = hashlib.sha256(f"{self.session.id} {self._count}".encode()).hexdigest()
        return prefix + digest[:20]


def session_of(actor: Actor, cwd: str, parent_id: str | None) -> Session:
    """The stored session of an actor."""
    return Session(
        id=prefixed(actor.agent, actor.native_id),
        agent=actor.agent,
        native_id=actor.native_id,
        title=actor.title,
        title_source="agent",
        cwd=cwd,
        branch="main",
        parent_id=parent_id,
        agent_version=actor.version,
    )


def _marked(mark: str, text: str) -> Iterator[str]:
    return (mark + line for line in text.removesuffix("\n").split("\n"))


def _apply_patch(header: str, body: "Iterator[str] | list[str]") -> str:
    return "\n".join(["*** Begin Patch", header, *body, "*** End Patch"]) + "\n"
