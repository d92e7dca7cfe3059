"""A conversation as the blocks that a reader sees, from the rows of the store. Pure functions over values."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from byline.store.conversations import MessageRow, PartRow
from byline.store.edits import EditRow
from byline.store.sessions import SessionRow
from byline.wording import short_model

BlockKind = Literal[
    "heading",
    "prompt",
    "answer",
    "reasoning",
    "tool",
    "patch",
    "question",
    "file",
    "aside",
    "session",
    "rule",
]
FOLDED: frozenset[BlockKind] = frozenset({"reasoning", "tool", "aside"})
"""Kinds that begin as one line; they and patches fold and unfold."""

PIECE_LINES = 200
PIECE_CHARS = 16_000
"""Longer texts are several blocks, so that drawing one is always quick."""

_DELEGATING = frozenset({"task", "agent", "spawn_agent", "delegate", "subagent"})


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of the conversation. ``text`` is foreign and raw: it is made safe when drawn.

    ``lines`` and ``chars`` measure what it says, to guess its height before it is drawn.
    """

    kind: BlockKind
    text: str
    message_id: str | None = None
    time_ms: int = 0
    gap: bool = True
    label: str = ""
    part: PartRow | None = None
    edits: tuple[EditRow, ...] = ()
    session: SessionRow | None = None
    lines: int = 1
    chars: int = 0

    @property
    def folds(self) -> bool:
        """Whether it folds to one line."""
        return self.kind in FOLDED or self.kind == "patch"


@dataclass(frozen=True, slots=True)
class Thread:
    """A whole conversation. ``prompts`` are the indexes of the blocks that a person typed."""

    session: SessionRow
    blocks: tuple[Block, ...]
    prompts: tuple[int, ...]
    calls: int
    tokens_in: int
    tokens_out: int

    def block_of(self, message_id: str | None, tool_call_id: str | None) -> int | None:
        """The block of a tool call, else the first of a message."""
        if tool_call_id is not None:
            for index, block in enumerate(self.blocks):
                if block.part is not None and block.part.tool_call_id == tool_call_id:
                    return index
        if message_id is not None:
            for index, block in enumerate(self.blocks):
                if block.message_id == message_id:
                    return index
        return None


def build_thread(
    session: SessionRow,
    messages: Sequence[MessageRow],
    edits: Iterable[EditRow],
    children: Sequence[SessionRow] = (),
) -> Thread:
    """Lay a conversation out as blocks, with each tool call's edits and sub-agents beside it."""
    by_call: dict[str, list[EditRow]] = {}
    for edit in edits:
        if edit.tool_call_id:
            by_call.setdefault(edit.tool_call_id, []).append(edit)
    builder = _Builder({call: tuple(rows) for call, rows in by_call.items()}, list(children))
    for message in messages:
        builder.add(message)
    builder.finish()
    prompts = tuple(
        index for index, block in enumerate(builder.blocks) if block.kind == "prompt" and not block.label
    )
    return Thread(
        session,
        tuple(builder.blocks),
        prompts,
        sum(block.kind == "tool" for block in builder.blocks),
        builder.tokens_in,
        builder.tokens_out,
    )


class _Builder:
    """Collects blocks while going through the messages, remembering who spoke last and with which model."""

    def __init__(self, edits: dict[str, tuple[EditRow, ...]], children: list[SessionRow]) -> None:
        self.blocks: list[Block] = []
        self.tokens_in = 0
        self.tokens_out = 0
        self._edits = edits
        self._children = children
        self._speaker = ""
        self._model: str | None = None

    def add(self, message: MessageRow) -> None:
        """Add a message's blocks."""
        tokens = message.tokens or {}
        self.tokens_out += tokens.get("output", 0)
        self.tokens_in += sum(tokens.get(key, 0) for key in ("input", "cache_read", "cache_write"))
        parts = [
            part for part in message.parts if part.type not in {"text", "reasoning"} or part.text.strip()
        ]
        if not parts:
            return
        if message.role == "user" and message.kind is None:
            self._head("You", message)
        elif message.role != "user":
            self._note_model(message)
        for part in parts:
            self._add_part(message, part)

    def finish(self) -> None:
        """List the sub-agents that no tool call could be found for."""
        if self._children:
            self.blocks.append(Block("rule", "Sub-agents and forks of this session"))
            for child in self._children:
                self.blocks.append(_link(child))
            self._children = []

    def _head(self, speaker: str, message: MessageRow) -> None:
        time_ms, gap = message.generated_at_unix_ms, bool(self.blocks)
        self.blocks.append(
            Block("heading", speaker, message.message_id, time_ms, gap=gap, label=message.role)
        )
        self._speaker = speaker

    def _note_model(self, message: MessageRow) -> None:
        model = message.model_id
        if model is not None and self._model is not None and model != self._model:
            words = f"model: {short_model(self._model)} → {short_model(model)}"
            self.blocks.append(Block("rule", words, message.message_id, message.generated_at_unix_ms))
            self._speaker = ""
        self._model = model or self._model
        speaker = short_model(self._model) if self._model else "assistant"
        if self._speaker != speaker:
            self._head(speaker, message)

    def _add_part(self, message: MessageRow, part: PartRow) -> None:
        kind = _kind(message, part)
        if kind in {"prompt", "answer"}:
            self._add_text(kind, message, part)
            return
        if kind == "tool":
            self._add_tool(message, part)
            return
        label = "" if kind != "aside" else _aside_label(message)
        self._append(
            Block(kind, part.text, message.message_id, part.generated_at_unix_ms, label=label, part=part)
        )

    def _add_text(self, kind: BlockKind, message: MessageRow, part: PartRow) -> None:
        for number, piece in enumerate(split_pieces(part.text.strip("\n"))):
            label = "" if number == 0 else "continued"
            gap = number == 0 and kind == "answer"
            self._append(
                Block(
                    kind,
                    piece,
                    message.message_id,
                    part.generated_at_unix_ms,
                    gap=gap,
                    label=label,
                    part=part,
                )
            )

    def _add_tool(self, message: MessageRow, part: PartRow) -> None:
        edits = self._edits.get(part.tool_call_id or "", ())
        self._append(
            Block("tool", part.text, message.message_id, part.generated_at_unix_ms, part=part, edits=edits)
        )
        if (part.tool or "").lower() in _DELEGATING:
            for child in [child for child in self._children if _delegated(part, child)]:
                self._children.remove(child)
                self.blocks.append(_link(child))

    def _append(self, block: Block) -> None:
        before = self.blocks[-1] if self.blocks else None
        follows = before is not None and (before.kind in FOLDED and block.kind in FOLDED)
        gap = block.gap and before is not None and before.kind != "heading" and not follows
        said = block.text
        if block.part is not None and block.part.input:
            said += block.part.input
        self.blocks.append(
            Block(
                block.kind, block.text, block.message_id, block.time_ms, gap, block.label, block.part,
                block.edits, block.session, said.count("\n") + 1, len(said),
            )
        )  # fmt: skip


def split_pieces(text: str) -> Iterator[str]:
    """Split a long Markdown text where a paragraph ends; a code block is closed and opened again."""
    if len(text) <= PIECE_CHARS and text.count("\n") < PIECE_LINES:
        yield text
        return
    piece: list[str] = []
    size = 0
    fence = ""
    for line in text.split("\n"):
        full = len(piece) >= PIECE_LINES or size + len(line) > PIECE_CHARS
        ends_here = not fence and not line.strip() and len(piece) > PIECE_LINES // 2
        if piece and (full or ends_here):
            yield "\n".join([*piece, fence[:3]] if fence else piece)
            piece, size = [fence] if fence else [], 0
        stripped = line.lstrip()
        if stripped.startswith(("```", "~~~")):
            fence = "" if fence and stripped[:3] == fence[:3] else fence or stripped
        for start in range(0, max(len(line), 1), PIECE_CHARS):
            piece.append(line[start : start + PIECE_CHARS])
        size += len(line) + 1
    if piece:
        yield "\n".join(piece)


def _kind(message: MessageRow, part: PartRow) -> BlockKind:
    if part.type == "tool":
        return "tool"
    if part.type == "text":
        if message.kind is not None:
            return "aside"
        return "prompt" if message.role == "user" else "answer"
    kinds: dict[str, BlockKind] = {
        "reasoning": "reasoning", "patch": "patch", "question": "question", "file": "file",
    }  # fmt: skip
    return kinds.get(part.type, "aside")


def _aside_label(message: MessageRow) -> str:
    words = {
        "injected": "context given by the agent's program",
        "compaction": "the conversation so far, summarised",
        "rewound": "taken back",
    }
    return words.get(message.kind or "", message.kind or "recorded")


def _link(child: SessionRow) -> Block:
    return Block("session", child.title or child.id, None, child.started_ms or 0, gap=False, session=child)


def _delegated(part: PartRow, child: SessionRow) -> bool:
    """Whether a call started this sub-agent: its id is in the call's record, or its title in the input."""
    native = child.native_id.removeprefix("agent-")
    if native and (native in part.text or native in (part.input or "")):
        return True
    try:
        given = json.loads(part.input or "{}")
    except ValueError:
        return False
    if not isinstance(given, dict) or not child.title:
        return False
    return any(
        isinstance(value, str) and value.strip().startswith(child.title.rstrip("…"))
        for value in (given.get("description"), given.get("prompt"))
    )
