"""The order of a conversation's blocks in arrays: enough to lay out the longest one without having read it.

What a block says is read when it is shown; see :mod:`byline.reading.pages`.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from byline.reading.pieces import LONG_TEXT, count_pieces
from byline.reading.tool_words import delegated
from byline.store.conversation_facts import PartFacts, Totals, Touched
from byline.store.conversations import PartRow
from byline.store.sessions import SessionRow
from byline.store.skeletons import Skeleton
from byline.wording import short_model

Kind = Literal[
    "heading", "prompt", "answer", "reasoning", "tool", "patch", "question", "file", "aside", "session",
    "rule", "calls",
]  # fmt: skip
KINDS: tuple[Kind, ...] = (
    "heading", "prompt", "answer", "reasoning", "tool", "patch", "question", "file", "aside", "session",
    "rule", "calls",
)  # fmt: skip
"""``aside`` is what an agent's program put in; ``session`` a link; ``calls`` the count over a run."""

GROUP_FROM = 3
"""So many tool calls in a row are grouped under their count."""

DELEGATING = frozenset({"task", "agent", "spawn_agent", "delegate", "subagent"})
"""Tools that start sub-agents."""

EDITS, FAILED, ASIDE, LAST = 1, 2, 4, 8
"""Flags of a block: its call edited; its call failed; it was taken back or put in; its message ends here."""

_HEADING, _PROMPT, _ANSWER, _REASONING, _TOOL, _PATCH = range(6)
_ASIDE, _SESSION, _RULE, _CALLS = 8, 9, 10, 11
_CODES = {name: code for code, name in enumerate(KINDS)}


@dataclass(frozen=True, slots=True)
class Run:
    """Tool calls in a row, from block ``start`` up to ``stop`` (exclusive), with what they amount to.

    ``tools`` are their names with how often each was called, most often first.
    """

    start: int
    stop: int
    calls: int
    edits: int
    failed: int
    thoughts: int
    tools: tuple[tuple[str, int], ...]


@dataclass(slots=True)
class Thread:
    """A conversation's blocks as columns of equal length.

    ``kinds`` are places in :data:`KINDS`; ``messages`` and ``parts`` places in the skeleton, −1 where a block
    belongs to none; ``pieces`` which piece of a long text it is; ``sizes`` its characters; ``runs`` the block
    with the count over it, −1 where there is none. ``words`` are headings and rules, safe or not.
    """

    session: SessionRow
    skeleton: Skeleton
    facts: PartFacts
    touched: Mapping[str, tuple[Touched, ...]]
    totals: Totals
    kinds: bytearray = field(default_factory=bytearray)
    flags: bytearray = field(default_factory=bytearray)
    messages: "array[int]" = field(default_factory=lambda: array("i"))
    parts: "array[int]" = field(default_factory=lambda: array("i"))
    pieces: "array[int]" = field(default_factory=lambda: array("i"))
    sizes: "array[int]" = field(default_factory=lambda: array("q"))
    runs: "array[int]" = field(default_factory=lambda: array("i"))
    first_blocks: "array[int]" = field(default_factory=lambda: array("i"))
    """Part to the first of its blocks."""
    words: dict[int, str] = field(default_factory=dict)
    links: dict[int, SessionRow] = field(default_factory=dict)
    groups: dict[int, Run] = field(default_factory=dict)
    loose: dict[int, tuple[Touched, ...]] = field(default_factory=dict)
    """Edits whose call is in no message: known from a hook alone."""
    loose_calls: dict[str, int] = field(default_factory=dict)
    """Their calls, as far as these are known, to their blocks."""
    prompts: "array[int]" = field(default_factory=lambda: array("i"))
    edits: "array[int]" = field(default_factory=lambda: array("i"))
    errors: "array[int]" = field(default_factory=lambda: array("i"))
    calls: int = 0

    def __len__(self) -> int:
        return len(self.kinds)

    def kind(self, index: int) -> Kind:
        """What a block is."""
        return KINDS[self.kinds[index]]

    def block_of(self, message_id: str | None, tool_call_id: str | None) -> int | None:
        """The block of a tool call, else the first one of a message."""
        if tool_call_id is not None and tool_call_id in self.facts.calls:
            return self.first_blocks[self.facts.calls.index(tool_call_id)]
        if tool_call_id in self.loose_calls:
            return self.loose_calls[tool_call_id]
        if message_id is not None and message_id in self.skeleton.message_ids:
            place = self.skeleton.message_ids.index(message_id)
            return next((at for at, message in enumerate(self.messages) if message == place), None)
        return None

    def common_start(self, other: "Thread") -> int:
        """How many blocks from the top both have alike."""
        count = min(len(self), len(other))
        mine = zip(self.kinds, self.messages, self.parts, self.pieces, strict=True)
        others = zip(other.kinds, other.messages, other.parts, other.pieces, strict=True)
        same = (at for at, (own, its) in enumerate(zip(mine, others, strict=False)) if own != its)
        alike = next(same, count)
        own, its = self.skeleton.message_ids, other.skeleton.message_ids
        if own == its[: len(own)]:
            return alike
        message = next((at for at, (one, two) in enumerate(zip(own, its, strict=False)) if one != two), 0)
        return next((at for at in range(alike) if self.messages[at] >= message), alike)


def build_thread(
    session: SessionRow,
    skeleton: Skeleton,
    facts: PartFacts,
    touched: Mapping[str, tuple[Touched, ...]],
    totals: Totals,
    children: Sequence[SessionRow],
    part_of: Callable[[int], PartRow],
) -> Thread:
    """Put a conversation's blocks in order. ``part_of`` reads a part, by its place: of few it is asked."""
    thread = Thread(session, skeleton, facts, touched, totals)
    thread.first_blocks = array("i", [-1]) * len(skeleton.part_keys)
    builder = _Builder(thread, list(children), part_of)
    for message in range(len(skeleton)):
        builder.add(message)
    builder.finish()
    return thread


class _Builder:
    """Adds blocks message by message, remembering who spoke last and with which model."""

    def __init__(self, thread: Thread, children: list[SessionRow], part_of: Callable[[int], PartRow]) -> None:
        self._thread = thread
        self._children = children
        self._part_of = part_of
        self._speaker = ""
        self._model: str | None = None
        self._run: list[tuple[int, int, int, int]] = []
        """Kind, message, part and flags of what may be a run of calls; it begins with a call."""

    def add(self, message: int) -> None:
        """Add a message's blocks."""
        skeleton, facts = self._thread.skeleton, self._thread.facts
        types = skeleton.part_types
        parts = [
            part
            for part in skeleton.parts_of(message)
            if facts.sizes[part] or types[part] not in {"text", "reasoning"}
        ]
        if not parts:
            return
        kind, is_person = skeleton.kinds[message], skeleton.roles[message] == "user"
        if kind == "compaction":
            self._rule("the conversation was compacted here", message)
        elif kind is None and is_person:
            self._head("You", message)
        elif not is_person:
            self._note_model(message)
        texts = [part for part in parts if types[part] == "text"]
        for part in parts:
            if types[part] != "text":
                self._add_part(message, part, ASIDE if kind is not None else 0)
            elif kind is not None:
                self._add(_ASIDE, message, part, ASIDE)
            else:
                is_last = part == texts[-1]
                self._add_text(message, part, LAST if is_last else 0, is_person=is_person)

    def finish(self) -> None:
        """Close the last run; list the edits and the sub-agents that no call could be found for."""
        self._end_run()
        self._add_loose()
        if self._children:
            self._rule("sub-agents and forks of this session", -1)
            for child in self._children:
                self._link(child)

    def _add_loose(self) -> None:
        thread = self._thread
        said = set(thread.facts.calls)
        loose = {call: edits for call, edits in thread.touched.items() if call not in said}
        if loose:
            self._rule("edits without a recorded call", -1)
        for call, edits in loose.items():
            if call:
                thread.loose_calls[call] = len(thread)
            thread.loose[len(thread)] = edits
            self._append(_PATCH, -1)

    # Kinds of blocks -------------------------------------------------------------------------------

    def _head(self, speaker: str, message: int) -> None:
        self._end_run()
        self._thread.words[len(self._thread)] = speaker
        self._append(_HEADING, message)
        self._speaker = speaker

    def _rule(self, words: str, message: int) -> None:
        self._end_run()
        self._thread.words[len(self._thread)] = words
        self._append(_RULE, message)

    def _link(self, child: SessionRow) -> None:
        self._thread.links[len(self._thread)] = child
        self._append(_SESSION, -1)

    def _note_model(self, message: int) -> None:
        model = self._thread.skeleton.models[message]
        if model is not None and self._model is not None and model != self._model:
            self._rule(f"model: {short_model(self._model)} → {short_model(model)}", message)
            self._speaker = ""
        self._model = model or self._model
        speaker = short_model(self._model) if self._model else "assistant"
        if self._speaker != speaker:
            self._head(speaker, message)

    def _add_text(self, message: int, part: int, flags: int, *, is_person: bool) -> None:
        self._end_run()
        prompts, size = self._thread.prompts, self._thread.facts.sizes[part]
        if is_person and not (prompts and self._thread.messages[prompts[-1]] == message):
            prompts.append(len(self._thread))
        pieces = count_pieces(self._part_of(part).text) if size > LONG_TEXT else 1
        code = _PROMPT if is_person else _ANSWER
        for piece in range(pieces):
            own = flags if piece == pieces - 1 else 0
            self._append(code, message, part, own, piece=piece, size=size // pieces)

    def _add_part(self, message: int, part: int, flags: int) -> None:
        part_type = self._thread.skeleton.part_types[part]
        code = _CODES.get(part_type, _ASIDE)  # type: ignore[call-overload] # an unknown word is an aside
        if code == _TOOL:
            self._add_call(message, part, flags)
        elif self._run and code in {_REASONING, _PATCH}:
            self._run.append((code, message, part, flags))
        else:
            self._add(code, message, part, flags)

    def _add_call(self, message: int, part: int, flags: int) -> None:
        facts = self._thread.facts
        flags |= EDITS if facts.calls[part] and facts.calls[part] in self._thread.touched else 0
        flags |= FAILED if facts.failed[part] else 0
        children = self._started_by(part)
        if not children:
            self._run.append((_TOOL, message, part, flags))
            return
        self._add(_TOOL, message, part, flags)
        for child in children:
            self._children.remove(child)
            self._link(child)

    def _started_by(self, part: int) -> list[SessionRow]:
        if not self._children or (self._thread.facts.tools[part] or "").lower() not in DELEGATING:
            return []
        row = self._part_of(part)
        return [child for child in self._children if delegated(row, child.native_id, child.title)]

    # Runs of calls ---------------------------------------------------------------------------------

    def _end_run(self) -> None:
        """Add what was waiting: under its count if it is many calls, which end with the last of them."""
        waiting, self._run = self._run, []
        calls = [at for at, (code, *_) in enumerate(waiting) if code == _TOOL]
        head = -1
        if len(calls) >= GROUP_FROM:
            head = len(self._thread)
            end = calls[-1] + 1
            self._thread.groups[head] = _run(self._thread.facts, head + 1, waiting[:end])
            self._append(_CALLS, waiting[0][1])
        for at, (code, message, part, flags) in enumerate(waiting):
            within = head if head >= 0 and at <= calls[-1] else -1
            self._append(code, message, part, flags, run=within)

    def _add(self, code: int, message: int, part: int, flags: int) -> None:
        self._end_run()
        self._append(code, message, part, flags)

    def _append(
        self, code: int, message: int, part: int = -1, flags: int = 0,
        *, piece: int = 0, size: int = -1, run: int = -1,
    ) -> None:  # fmt: skip
        thread = self._thread
        at = len(thread.kinds)
        if part >= 0:
            if thread.first_blocks[part] < 0:
                thread.first_blocks[part] = at
            if size < 0:
                size = thread.facts.sizes[part]
        if code == _TOOL:
            thread.calls += 1
        if flags & EDITS or code == _PATCH:
            thread.edits.append(at)
        if flags & FAILED:
            thread.errors.append(at)
        thread.kinds.append(code)
        thread.flags.append(flags)
        thread.messages.append(message)
        thread.parts.append(part)
        thread.pieces.append(piece)
        thread.sizes.append(max(size, 0))
        thread.runs.append(run)


def _run(facts: PartFacts, start: int, items: Sequence[tuple[int, int, int, int]]) -> Run:
    tools = Counter(facts.tools[part] or "tool" for code, _, part, _ in items if code == _TOOL)
    return Run(
        start,
        start + len(items),
        sum(tools.values()),
        sum(bool(flags & EDITS) or code == _PATCH for code, _, _, flags in items),
        sum(bool(flags & FAILED) for *_, flags in items),
        sum(code == _REASONING for code, *_ in items),
        tuple(tools.most_common()),
    )
