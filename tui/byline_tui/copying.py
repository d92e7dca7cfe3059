"""A block of a conversation as text to be taken along. Controls in it are made visible: it may be pasted."""

from byline.cli.conversation import diff_of
from byline.cli.output import safe_document
from byline.cli.transcript_markdown import part_markdown
from byline.reading.pages import Block, Pages
from byline.reading.tool_words import one_line, questions


def block_text(block: Block, pages: Pages) -> str:
    """What the block says, without marks: of a call what was asked, what it changed and what it answered."""
    part = block.part
    if part is None or block.kind in {"prompt", "answer", "reasoning", "aside", "file"}:
        return safe_document(block.text.strip("\n") or _counted(block))
    pairs = questions(block.text) if block.kind == "question" else None
    if pairs is not None:
        return safe_document("\n".join(f"{question}\n→ {answer}" for question, answer in pairs))
    lines = [f"{part.tool or block.kind} {one_line(part, pages.thread.session.cwd)}".strip()]
    lines += [diff_of(edit) for edit in pages.edits(block)]
    lines += [block.text.strip("\n")] if block.text.strip() else []
    return safe_document("\n\n".join(lines))


def block_markdown(block: Block, pages: Pages) -> str:
    """The block as Markdown, as an export writes it."""
    if block.part is None or block.kind in {"prompt", "answer"}:
        return block_text(block, pages)
    return "\n".join(part_markdown(block.part, pages.edits(block)))


def _counted(block: Block) -> str:
    if block.run is None:
        return ""
    return ", ".join(f"{name} ×{count}" for name, count in block.run.tools)
