"""Cut an Aider chat history into passages: what the person typed, the model said, Aider reported."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

Voice = Literal["user", "assistant", "tool"]

HEADING = re.compile(r"# aider chat started at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*\Z")
_REPORT = re.compile(
    r"> (?:Applied edit to |Commit [0-9a-f]{7,} |Tokens: |Did not apply edit to |Skipping edits to |"
    r"Creating empty file |Aider v\d|(?:Main |Editor |Weak )?[Mm]odel: |Git repo: |Repo-map: )"
)
_FENCE = re.compile(r"(`{3,}|~{3,})")


@dataclass(slots=True)
class Passage:
    """Lines of one voice, without their marks; ``line`` is the number of the first (1-based)."""

    voice: Voice
    line: int
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The lines as a text without empty ones around it."""
        return "\n".join(self.lines).strip("\n")


@dataclass(slots=True)
class Chat:
    """One chat: the time in its heading as it is written, that heading's line, and the passages."""

    started: str
    line: int
    passages: list[Passage] = field(default_factory=list)


def read_chats(lines: Sequence[str]) -> Iterator[Chat]:
    """The chats of a history's lines, in order. Lines before the first heading are left out."""
    chat: Chat | None = None
    open_fence = ""
    for number, line in enumerate(lines, 1):
        heading = HEADING.match(line)
        if heading is not None:
            if chat is not None:
                yield chat
            chat, open_fence = Chat(heading[1], number), ""
            continue
        if chat is None:
            continue
        last = chat.passages[-1] if chat.passages else None
        voice = _voice(line, last, is_fenced=bool(open_fence))
        if voice != "assistant":
            open_fence = ""
        elif (fence := _FENCE.match(line)) is not None:
            open_fence = "" if open_fence and line.startswith(open_fence) else open_fence or fence[1]
        if last is None or last.voice != voice:
            if not line.strip():
                continue
            last = Passage(voice, number)
            chat.passages.append(last)
        last.lines.append(_content(line, voice))
    if chat is not None:
        yield chat


def _voice(line: str, last: Passage | None, *, is_fenced: bool) -> Voice:
    """Whose line it is. Aider ends the lines it marks with two spaces, which a model's Markdown lacks."""
    is_marked = line.endswith("  ")
    if _REPORT.match(line):
        return "tool"
    if line.startswith((">", "####")) and not is_fenced:
        voice: Voice = "tool" if line.startswith(">") else "user"
        is_said_by_model = last is not None and last.voice == "assistant"
        if is_marked or not is_said_by_model:
            return voice
    if not line.strip() and last is not None and last.voice == "tool":
        return "tool"
    return "assistant"


def _content(line: str, voice: Voice) -> str:
    if voice == "assistant":
        return line
    return line.removeprefix("####" if voice == "user" else ">").removeprefix(" ").rstrip()
