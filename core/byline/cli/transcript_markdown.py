"""A conversation as Markdown that reads well as it is."""

import argparse
import json
import re
from collections.abc import Iterator, Sequence

from rich.text import Text

from byline.cli.conversation import RecordedConversation, diff_of, input_of
from byline.cli.output import open_console, safe_document, write_text
from byline.cli.times import show_time
from byline.store.conversations import MessageRow, PartRow
from byline.store.edits import EditRow
from byline.text import safe_line, safe_text

_FENCE = re.compile(r"^\s*(`{3,})", re.MULTILINE)
_SPEAKERS = {"user": "Prompt", "assistant": "Assistant"}
_KINDS = {"injected": "Injected", "compaction": "Summary after compaction", "rewound": "Rewound"}
_EDIT_INPUTS = frozenset(
    {"Edit", "MultiEdit", "Write", "NotebookEdit", "apply_patch", "edit", "write", "patch"}
)
_STYLES = {"#": "bold", ">": "dim italic"}
_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def print_markdown(args: argparse.Namespace, conversation: RecordedConversation) -> None:
    """Print the Markdown, through the pager and lightly coloured on a terminal, else exactly as it is."""
    with open_console(args) as console:
        if not console.is_terminal:
            # Rich would expand the tabs of somebody's code.
            write_text("\n".join(conversation_markdown(conversation)) + "\n")
            return
        fence = info = ""
        for line in conversation_markdown(conversation):
            style = (
                _DIFF_STYLES.get(line[:1], "")
                if info == "diff"
                else ""
                if fence
                else _STYLES.get(line[:1], "")
            )
            ticks = _FENCE.match(line)
            if ticks and not fence:
                fence, info, style = ticks[1], line.strip("`"), "dim"
            elif ticks and line == fence:
                fence, info, style = "", "", "dim"
            console.print(Text(safe_line(line), style), soft_wrap=True)


def conversation_markdown(conversation: RecordedConversation) -> Iterator[str]:
    """The lines of the document. Controls in what was said are made visible; tabs stay."""
    session = conversation.session
    yield f"# {safe_line(session.title or session.id)}"
    yield ""
    facts = {
        "Session": f"`{safe_line(session.id)}`",
        "Part of": f"`{safe_line(session.parent)}`" if session.parent else "",
        "Agent": safe_line(" ".join(filter(None, (session.agent, session.agent_version)))),
        "Models": safe_line(", ".join(session.models)),
        "Repository": safe_line(session.repository or ""),
        "Folder": safe_line(session.cwd or ""),
        "Branch": safe_line(session.branch or ""),
        "Time": f"{show_time(session.started_ms)} to {show_time(session.updated_ms)}",
        "Edits": f"{session.edits}, +{session.added} −{session.removed} lines" if session.edits else "",
        "Source": safe_line(session.source or ""),
    }
    yield from (f"- {name}: {fact}" for name, fact in facts.items() if fact)
    for child in conversation.children:
        yield f"- Started: `{safe_line(child.id)}` {safe_line(child.title or '')}".rstrip()
    for message in conversation.messages:
        yield from _message(conversation, message)
    loose = conversation.loose_edits()
    if loose:
        yield from ("", "## Edits without a recorded message")
        for edit in loose:
            yield from ("", f"{show_time(edit.time_ms)} {safe_line(edit.model_id or '')}".rstrip())
            yield from _fenced("diff", diff_of(edit))


def _message(conversation: RecordedConversation, message: MessageRow) -> Iterator[str]:
    speaker = _KINDS.get(message.kind or "") or _SPEAKERS.get(message.role, message.role)
    facts = [speaker, show_time(message.generated_at_unix_ms), safe_line(message.model_id or "")]
    yield from ("", f"## {' · '.join(fact for fact in facts if fact)}")
    for part in message.parts:
        yield ""
        yield from part_markdown(part, conversation.edits_of(part))


def part_markdown(part: PartRow, edits: Sequence[EditRow]) -> Iterator[str]:
    """The lines of one part, with what its call changed."""
    if part.type in {"tool", "question"} and part.tool:
        yield from _tool(part, edits)
    elif part.type == "reasoning":
        yield from (f"> {line}".rstrip() for line in _safe_lines(part.text))
    elif part.type == "patch":
        yield from _fenced("diff", part.text)
    elif part.type == "file":
        yield f"[{safe_line(part.text)}]"
    else:
        yield from _safe_lines(part.text.strip("\n"))


def _tool(part: PartRow, edits: Sequence[EditRow]) -> Iterator[str]:
    status = f" · {safe_line(part.status)}" if part.status and part.status != "completed" else ""
    yield f"### {safe_line(part.tool or 'tool')}{status}"
    if not edits or part.tool not in _EDIT_INPUTS:
        yield from _input(part)
    for edit in edits:
        yield from ("", *_fenced("diff", diff_of(edit)))
    if part.type == "question":
        yield from _answers(part)
    elif part.text.strip():
        yield from ("", "Output:", "", *_fenced("", part.text.strip("\n")))


def _input(part: PartRow) -> Iterator[str]:
    """A command as it was typed, anything else as JSON."""
    value = input_of(part)
    if part.type == "question" or not part.input or value == {}:
        return
    if value is not None and isinstance(value.get("command"), str):
        yield from ("", *_fenced("sh", value["command"]))
    else:
        shown = json.dumps(value, ensure_ascii=False, indent=2) if value is not None else part.input
        yield from ("", *_fenced("json", shown))


def _answers(part: PartRow) -> Iterator[str]:
    try:
        pairs = json.loads(part.text)
    except ValueError:
        pairs = None
    if not isinstance(pairs, list) or not all(isinstance(pair, dict) for pair in pairs):
        yield from ("", *_safe_lines(part.text))
        return
    for pair in pairs:
        yield from ("", f"**{safe_text(str(pair.get('question')))}**", "")
        answer = pair.get("answer")
        yield safe_text("(not answered)" if answer is None else str(answer))


def _fenced(info: str, text: str) -> list[str]:
    """A code block whose fence is longer than any in the text."""
    longest = max((len(found[1]) for found in _FENCE.finditer(text)), default=2)
    fence = "`" * max(longest + 1, 3)
    return [f"{fence}{info}", *_safe_lines(text), fence]


def _safe_lines(text: str) -> list[str]:
    return safe_document(text).split("\n")
