"""A conversation as one HTML file that needs nothing else: no script, no font, no request."""

import json
from collections.abc import Iterator
from html import escape

from markdown_it import MarkdownIt

from byline.cli.conversation import RecordedConversation, diff_of, input_of
from byline.cli.output import safe_document
from byline.cli.times import show_time
from byline.store.conversations import MessageRow, PartRow
from byline.store.edits import EditRow

_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; }
dd { margin: 0; }
article { border-left: 4px solid #8888; padding-left: 1rem; margin: 1.5rem 0; }
article.user { border-color: #2f7fd0; }
article.assistant { border-color: #b06a2c; }
article.injected, article.compaction, article.rewound { opacity: .7; }
h2 { font-size: 1rem; margin: 0; }
h2 small { font-weight: normal; opacity: .8; }
pre, .text { white-space: pre-wrap; overflow-wrap: anywhere; }
pre { background: #8881; padding: .5rem; font-size: .85rem; tab-size: 4; }
.prose > :first-child { margin-top: .3rem; }
.prose code { background: #8882; padding: 0 .2em; border-radius: 3px; font-size: .9em; }
.prose pre code { background: none; padding: 0; font-size: 1em; }
.prose h1, .prose h2, .prose h3, .prose h4 { font-size: 1.05rem; margin: 1rem 0 .3rem; }
.prose table { border-collapse: collapse; }
.prose td, .prose th { border: 1px solid #8886; padding: .1rem .5rem; text-align: left; }
.prose blockquote { border-left: 3px solid #8886; margin-left: 0; padding-left: 1rem; opacity: .85; }
details { margin: .5rem 0; }
summary { cursor: pointer; }
ins, del { text-decoration: none; display: block; }
ins { background: #2a84; }
del { background: #c334; }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_SPEAKERS = {"user": "Prompt", "assistant": "Assistant"}


def conversation_html(conversation: RecordedConversation) -> str:
    """The document. Everything recorded is escaped; a policy forbids scripts and requests besides."""
    session = conversation.session
    title = _text(session.title or session.id)
    facts = {
        "Session": session.id,
        "Part of": session.parent,
        "Agent": " ".join(filter(None, (session.agent, session.agent_version))),
        "Models": ", ".join(session.models),
        "Repository": session.repository,
        "Folder": session.cwd,
        "Branch": session.branch,
        "Time": f"{show_time(session.started_ms)} to {show_time(session.updated_ms)}",
    }
    body = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{title}</h1><dl>",
        *(f"<dt>{name}</dt><dd>{_text(fact)}</dd>" for name, fact in facts.items() if fact),
        "</dl>",
    ]
    for message in conversation.messages:
        body += _message(conversation, message)
    loose = conversation.loose_edits()
    if loose:
        body += ["<article><h2>Edits without a recorded message</h2>", *map(_diff, loose), "</article>"]
    return "\n".join([*body, "</body></html>", ""])


def _message(conversation: RecordedConversation, message: MessageRow) -> Iterator[str]:
    speaker = _text(message.kind or _SPEAKERS.get(message.role, message.role))
    facts = " · ".join(filter(None, (show_time(message.generated_at_unix_ms), message.model_id)))
    classes = _text(f"{message.role} {message.kind or ''}".strip())
    yield f'<article class="{classes}" id="{_text(message.message_id)}">'
    yield f"<h2>{speaker} <small>{_text(facts)}</small></h2>"
    for part in message.parts:
        if part.type in {"tool", "question"}:
            yield from _tool(conversation, part)
        elif part.type == "reasoning":
            yield f'<details><summary>Reasoning</summary><div class="text">{_text(part.text)}</div></details>'
        elif part.type == "patch":
            yield f"<pre>{_text(part.text)}</pre>"
        else:
            yield _said(part.text, is_prompt=message.role == "user")
    yield "</article>"


def _said(text: str, *, is_prompt: bool) -> str:
    """An answer's Markdown as HTML, without any of its own and without links that run; a prompt as typed."""
    if is_prompt:
        return f'<div class="text">{_text(text)}</div>'
    # Pictures would be fetched, and a tag in an answer is what it talks about.
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    return f'<div class="prose">{safe_document(markdown.render(safe_document(text)))}</div>'


def _tool(conversation: RecordedConversation, part: PartRow) -> Iterator[str]:
    status = f" · {part.status}" if part.status else ""
    yield f"<details><summary><b>{_text(part.tool or 'tool')}</b>{_text(status)}{_about(part)}</summary>"
    if part.input:
        value = input_of(part)
        shown = part.input if value is None else json.dumps(value, ensure_ascii=False, indent=2)
        yield f"<pre>{_text(shown)}</pre>"
    if part.text:
        yield f"<pre>{_text(part.text)}</pre>"
    yield "</details>"
    yield from map(_diff, conversation.edits_of(part))


def _about(part: PartRow) -> str:
    """What the call is about, in a few words: its command, file or description."""
    value = input_of(part) or {}
    for name in ("command", "file_path", "notebook_path", "path", "pattern", "description", "query", "url"):
        if isinstance(value.get(name), str):
            return f" <code>{_text(value[name].partition(chr(10))[0][:120])}</code>"
    return ""


def _diff(edit: EditRow) -> str:
    lines: list[str] = []
    for line in diff_of(edit).split("\n"):
        tag = {"+": "ins", "-": "del"}.get(line[:1])
        header = line.startswith(("+++ ", "--- ")) and not any("@@" in before for before in lines)
        shown = _text(line)
        lines.append(f"<{tag}>{shown}</{tag}>" if tag and not header else shown + "\n")
    return f"<pre>{''.join(lines)}</pre>"


def _text(text: str) -> str:
    return escape(safe_document(text))
