"""The blocks of a Claude Code message: what is read of each (``formats.md`` 1.3, 1.4)."""

import json
from typing import Any

Block = dict[str, Any]


def result_text(block: Block, structured: object) -> str:
    """The output of a tool call as text: the result block's, else the structured result's streams."""
    text = content_text(block.get("content"))
    if not text and isinstance(structured, dict):
        streams = (structured.get("stdout"), structured.get("stderr"))
        text = "\n".join(stream for stream in streams if isinstance(stream, str) and stream)
    return text


def content_text(content: object) -> str:
    """The text of a string or of a list of blocks; pictures and documents as one line each."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts: list[str] = []
    for block in content:
        if isinstance(block, str):
            texts.append(block)
        elif isinstance(block, dict):
            text = block.get("text")
            texts.append(text if isinstance(text, str) else file_line(block))
    return "\n".join(texts)


def file_line(block: Block) -> str:
    """One line that says what a picture, a document or an unknown block is; its data is not kept."""
    kind = str(block.get("type") or "block")
    source = block.get("source")
    words = [kind]
    if isinstance(source, dict):
        words = [str(source.get("media_type") or kind)]
        data = source.get("data")
        if source.get("type") == "base64" and isinstance(data, str):
            words.append(f"{len(data) * 3 // 4:,} bytes")
        elif isinstance(source.get("url"), str):
            words.append(source["url"])
    name = block.get("title") or block.get("tool_name") or block.get("name")
    if isinstance(name, str):
        words.insert(0, name)
    return ", ".join(words)


def questions_text(tool_input: object, structured: object) -> str | None:
    """The JSON array of ``{question, answer}`` of an ``AskUserQuestion`` call; None for another shape.

    An answer is null until it is given.
    """
    if not isinstance(tool_input, dict) or not isinstance(tool_input.get("questions"), list):
        return None
    answers = structured.get("answers") if isinstance(structured, dict) else None
    if not isinstance(answers, dict):
        answers = {}
    pairs = [
        {"question": entry["question"], "answer": answers.get(entry["question"])}
        for entry in tool_input["questions"]
        if isinstance(entry, dict) and isinstance(entry.get("question"), str)
    ]
    return json.dumps(pairs, ensure_ascii=False) if pairs else None


def usage_tokens(usage: object) -> dict[str, int]:
    """The token counts of one line's ``usage``: input, output, cache_read and cache_write."""
    if not isinstance(usage, dict):
        return {}
    names = {
        "input_tokens": "input",
        "output_tokens": "output",
        "cache_read_input_tokens": "cache_read",
        "cache_creation_input_tokens": "cache_write",
    }
    return {short: usage[name] for name, short in names.items() if isinstance(usage.get(name), int)}
