"""Tool calls of a Codex thread: what came of them, and which edits they made (``formats.md`` 3.2, 3.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from byline.agents.codex import items
from byline.agents.codex.apply_patch import Section, parse_apply_patch, summary_line, summary_text
from byline.agents.codex.changes import FileChange, covers, recorded_changes, text_changes
from byline.agents.codex.conversation import AGENT, Conversation
from byline.agents.codex.shell_patch import Invocation, invocations
from byline.agents.json_records import compact_json, text_of
from byline.agents.session_draft import DraftMessage, DraftPart
from byline.errors import FormatError, PatchError
from byline.record import Edit

Record = dict[str, Any]


@dataclass(slots=True)
class Standing:
    """Where the thread stands at a record: its time, and the turn's id, model and folder."""

    time_ms: int = 0
    turn: str | None = None
    model: str | None = None
    cwd: str | None = None


@dataclass(frozen=True, slots=True)
class _Call:
    """A tool call, and the patches in it; ``direct`` when it is the tool ``apply_patch`` itself."""

    part: DraftPart
    message: DraftMessage
    input: object
    patches: tuple[Invocation, ...]
    direct: bool
    cwd: str | None


class Calls:
    """The calls of one thread, as far as it was read; puts their edits into the conversation."""

    def __init__(self, conversation: Conversation, standing: Standing) -> None:
        self._conversation = conversation
        self._standing = standing
        self._calls: dict[str, _Call] = {}
        self._latest: _Call | None = None
        self._existing: set[str] = set()
        """Files that are there, because an edit left them."""
        self._made = 0
        """How many edits were made so far."""

    def begin(self, item: Record, message: DraftMessage) -> None:
        """Take in a call; one that is known already (a record repeated) stays as it is."""
        name, value = items.call_name(item), items.call_input(item)
        names = ("call_id", "id") if item.get("type") == "local_shell_call" else ("call_id",)
        call_id = text_of(item, *names)
        part_id = call_id or f"{message.id}:{len(message.parts)}"
        if part_id in self._calls:
            return
        questions = items.questions_text(value, None) if name == "request_user_input" else None
        part = DraftPart(
            part_id,
            "question" if questions else "tool",
            questions or "",
            self._standing.time_ms,
            name,
            call_id,
            compact_json({"input": value} if isinstance(value, str) else value),
            items.call_status(item),
        )
        message.parts[part_id] = part
        direct = items.patch_text(name, value)
        folder = self._folder(value)
        patches = (Invocation(direct, folder),) if direct else _shell_patches(value, folder)
        call = _Call(part, message, value, patches, direct is not None, self._standing.cwd)
        self._calls[part_id] = self._latest = call

    def end(self, item: Record) -> None:
        """Take in a call's output. An output without an id belongs to the latest call.

        Raises:
            FormatError: it says that a patch was applied which cannot be read.
        """
        output = items.read_output(item.get("output", item.get("result", item.get("tools"))))
        call_id = text_of(item, "call_id")
        call = self._calls.get(call_id) if call_id else self._latest
        if call is None:
            self._stray(item, call_id, output)
            return
        call.part.text = output.text
        if call.part.type == "question":
            call.part.text = items.questions_text(call.input, output.text) or output.text
        if call.part.status != "error":
            call.part.status = output.status
        self._patched_by_text(call, output)

    def command_ended(self, event: Record, call_id: str | None) -> None:
        """Take in how a shell command ended; its output as the model saw it is told beside it."""
        call = self._calls.get(call_id or "")
        if call is None:
            return
        code = event.get("exit_code")
        failed = event.get("status") in ("failed", "declined") or (isinstance(code, int) and code != 0)
        call.part.status = "error" if failed else "completed"
        if not call.part.text:
            call.part.text = text_of(event, "aggregated_output") or ""

    def changed(self, record: Record, call_id: str | None, time_ms: int) -> None:
        """Take in the changes to files that Codex recorded with their diffs, completed at ``time_ms``.

        Raises:
            FormatError: the record has not its shape.
        """
        if call_id is None:
            raise FormatError("changes: no call id")
        call = self._calls.get(call_id)
        if record.get("success") is False or record.get("status") not in (None, "completed"):
            if call is not None:
                call.part.status = "error"
            return
        made = recorded_changes(record.get("changes"), self._standing.cwd, self._existing)
        if call is not None:
            made = self._completed_by_text(call, made)
            call.part.status = "completed"
        self._keep(call_id, call, made, time_ms)

    def _folder(self, value: object) -> str | None:
        cwd = self._standing.cwd
        folder = text_of(value, "workdir", "working_directory", "cwd") if isinstance(value, dict) else None
        if folder and cwd and not folder.startswith("/") and folder[1:2] != ":":
            return f"{cwd}/{folder}"
        return folder or cwd

    def _stray(self, item: Record, call_id: str | None, output: items.Output) -> None:
        """An output whose call is not in the file."""
        standing = self._standing
        message = self._conversation.begin(
            "user", standing.time_ms, text_of(item, "id"), standing.turn, output.text
        )
        message.kind = "injected"
        part_id = call_id or f"{message.id}:0"
        message.parts[part_id] = DraftPart(
            part_id, "tool", output.text, standing.time_ms, text_of(item, "name") or "tool", call_id,
            status=output.status,
        )  # fmt: skip

    def _completed_by_text(self, call: _Call, made: tuple[FileChange, ...]) -> tuple[FileChange, ...]:
        """The recorded changes, with the text's instead where the record has only part of them.

        That is so where a text changes a file twice: it has more sections than there are changes.
        """
        if sum(patch.text.count(" File: ") for patch in call.patches) <= len(made):
            return made
        try:
            stated = {change.path: change for change in self._stated(call)}
        except (PatchError, FormatError):
            return made  # the record knows better than a text that cannot be read
        chosen = []
        for change in made:
            by_text = stated.get(change.path)
            chosen.append(change if by_text is None or covers(change, by_text) else by_text)
        return tuple(chosen)

    def _patched_by_text(self, call: _Call, output: items.Output) -> None:
        """A patch of which only the text is recorded, once its output says that it was applied."""
        if not call.patches or call.part.id in self._conversation.edits:
            return
        if call.direct and (output.status == "error" or not _is_success(output)):
            return
        try:
            made = self._stated(call, None if call.direct else output.text)
        except PatchError as error:
            raise FormatError(f"apply_patch: {error}".partition("\n")[0]) from error
        if made:
            self._keep(call.part.id, call, made, self._standing.time_ms)

    def _stated(self, call: _Call, output: str | None = None) -> tuple[FileChange, ...]:
        """What the patches of a call say; with a shell's ``output`` only those that it says were applied."""
        applied: list[tuple[Section, str | None]] = []
        for patch in call.patches:
            if output is not None and not (patch.certain and "Success. Updated" in output):
                continue
            sections = parse_apply_patch(patch.text)
            if output is None or summary_text([summary_line(each) for each in sections]) in output:
                applied += [(section, patch.folder) for section in sections]
        return text_changes(applied, call.cwd, self._existing)

    def _keep(self, call_id: str, call: _Call | None, made: tuple[FileChange, ...], time_ms: int) -> None:
        thread, standing = self._conversation, self._standing
        thread.edits[call_id] = [
            Edit(
                session_id=thread.id,
                path=change.path,
                patch=change.patch,
                time_ms=time_ms,
                tool_name=AGENT,
                precision=change.precision,
                message_id=call.message.id if call else None,
                tool_call_id=call_id,
                model_id=call.message.model if call else standing.model,
                tool=call.part.tool if call else "apply_patch",
                tool_version=thread.version,
                seq=self._made + place,
                cwd=standing.cwd,
                repository_url=thread.repository_url,
                before=change.before,
                after=change.after,
                payload=change.payload or _payload(call, change),
            )
            for place, change in enumerate(made, 1)
        ]
        self._made += len(made)
        for change in made:
            self._existing.discard(change.old_path)
            if change.patch.kind != "deleted":
                self._existing.add(change.path)


def _shell_patches(value: object, folder: str | None) -> tuple[Invocation, ...]:
    if not isinstance(value, Mapping):
        return ()
    command = next((value[key] for key in ("cmd", "command") if key in value), None)
    return invocations(command, folder)


def _is_success(output: items.Output) -> bool:
    return output.exit_code == 0 or output.text.lstrip().startswith(("Success. Updated", "Done!"))


def _payload(call: _Call | None, change: FileChange) -> str | None:
    """The patch text, where it says more than the edit: which lines its places were to be sought after."""
    if call is None or change.precision != "patch_text":
        return None
    return compact_json({"input": "\n".join(patch.text for patch in call.patches)})
