"""The items of a Codex history: what is read of each (``formats.md`` 3.2)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from byline.agents.json_records import compact_json

Item = dict[str, Any]

_EXIT = re.compile(r"^(?:Exit code:|Process exited with code) (-?\d+)$", re.MULTILINE)
_FAILED = re.compile(
    r"apply_patch verification failed|patch rejected|exec_command failed|write_stdin failed|"
    r"failed to parse function arguments|unsupported call|aborted by user|execution error|"
    r"failed in sandbox|command timed out|rejected by user|tool call error"
)
_PICTURE_FRAME = re.compile(r"\s*(?:<image(?: [^>\n]*)?>|</image>)\s*")
"""What Codex puts around a picture."""
_HEAD = 400
"""How far into an output its own account of failure stands; further on it is the program's words."""


@dataclass(frozen=True, slots=True)
class Output:
    """A call's output as text; ``exit_code`` and ``failed`` as far as it says."""

    text: str
    exit_code: int | None = None
    failed: bool = False

    @property
    def status(self) -> str:
        """``completed``, or ``error`` when the call failed or its program did."""
        return "error" if self.failed or self.exit_code not in {None, 0} else "completed"


def read_output(value: object) -> Output:
    """The output of a call: text, JSON text with ``output`` and ``metadata``, blocks, or an object."""
    if isinstance(value, str):
        if value.startswith('{"') and '"metadata"' in value:
            try:
                decoded = json.loads(value)
            except (ValueError, RecursionError):
                decoded = None  # text that only looks like it
            if isinstance(decoded, Mapping) and isinstance(decoded.get("output"), str):
                return _object_output(decoded)
        code = _EXIT.search(value[:_HEAD])
        failed = code is None and _FAILED.search(value[:_HEAD]) is not None
        return Output(value, int(code[1]) if code else None, failed)
    if isinstance(value, Mapping):
        return _object_output(value)
    return Output(content_text(value))


def _object_output(value: Mapping[str, Any]) -> Output:
    metadata = value.get("metadata")
    source = metadata if isinstance(metadata, Mapping) else value
    code = next((source[key] for key in ("exit_code", "exitCode") if isinstance(source.get(key), int)), None)
    content = value.get("output", value.get("content", value.get("content_items")))
    text = content_text(content)
    if not text:
        streams = (value.get("stdout"), value.get("stderr"))
        text = "\n".join(stream for stream in streams if isinstance(stream, str) and stream)
    if not text and content is None:
        text = compact_json(dict(value))
    failed = value.get("success") is False or (code is None and _FAILED.search(text[:_HEAD]) is not None)
    return Output(text, code, failed)


def content_blocks(content: object) -> list[tuple[str, str]]:
    """The blocks of a message as ``("text" or "file", text)``; of pictures only what they are."""
    if isinstance(content, str):
        return [("text", content)] if content else []
    blocks: list[tuple[str, str]] = []
    for block in content if isinstance(content, list) else ():
        if isinstance(block, str):
            blocks.append(("text", block))
        elif isinstance(block, Mapping):
            text = block.get("text")
            if not isinstance(text, str):
                blocks.append(("file", file_line(block)))
            elif not _PICTURE_FRAME.fullmatch(text):
                blocks.append(("text", text))
    return blocks


def content_text(content: object) -> str:
    """The text of a message's content or of an output's blocks."""
    return "\n".join(text for _, text in content_blocks(content))


def file_line(block: Mapping[str, Any]) -> str:
    """One line that says what a picture or an unknown block is; its data is not kept."""
    url = block.get("image_url") or block.get("audio_url") or block.get("url") or block.get("path")
    if isinstance(url, Mapping):
        url = url.get("url")
    if not isinstance(url, str):
        return str(block.get("type") or "block")
    if not url.startswith("data:"):
        return url
    kind, _, data = url.removeprefix("data:").partition(",")
    return f"{kind.partition(';')[0]}, {len(data) * 3 // 4:,} bytes"


def reasoning_text(item: Item) -> str:
    """What is readable of a reasoning item: its summary, else its content; the rest is encrypted."""
    return content_text(item.get("summary")) or content_text(item.get("content"))


def call_input(item: Item) -> object:
    """The input of a call: its arguments decoded where they are JSON, its action or its text."""
    value = item.get("arguments", item.get("input", item.get("action")))
    if item.get("type") == "function_call" and isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value  # a model may write arguments that are not JSON: they are kept as it wrote them
    return value


def call_name(item: Item) -> str:
    """The tool's name: the item's, or what kind of call it is (``web_search`` …)."""
    function = item.get("function")
    name = item.get("name") or (function.get("name") if isinstance(function, Mapping) else None)
    return name if isinstance(name, str) and name else str(item.get("type")).removesuffix("_call")


def call_status(item: Item) -> str | None:
    """The status of a call that has no output of its own (``web_search_call`` …); None while others wait."""
    if str(item.get("type")) in {"function_call", "custom_tool_call", "local_shell_call", "tool_call"}:
        return None
    return {"completed": "completed", "failed": "error", "incomplete": "error"}.get(str(item.get("status")))


def patch_text(name: str, value: object) -> str | None:
    """The patch text of a call to the ``apply_patch`` tool itself; None for other calls."""
    if name not in {"apply_patch", "applypatch"}:
        return None
    if isinstance(value, Mapping):
        value = next((value[key] for key in ("input", "patch", "command") if key in value), None)
    return value if isinstance(value, str) else None


def usage_tokens(usage: object) -> dict[str, int]:
    """The tokens of one response: input (without what was cached), output, cache_read, cache_write."""
    if not isinstance(usage, Mapping):
        return {}
    number = {name: value for name, value in usage.items() if isinstance(value, int)}
    cached = number.get("cached_input_tokens", 0)
    written = number.get("cache_write_input_tokens", 0)
    tokens = {
        "input": max(number.get("input_tokens", 0) - cached - written, 0),
        "output": number.get("output_tokens", 0),
        "cache_read": cached,
        "cache_write": written,
    }
    return {name: count for name, count in tokens.items() if count}


def questions_text(tool_input: object, output: str | None) -> str | None:
    """The JSON array of ``{question, answer}`` of a ``request_user_input`` call; None for another shape."""
    asked = tool_input.get("questions") if isinstance(tool_input, Mapping) else None
    if not isinstance(asked, list):
        return None
    try:
        given = json.loads(output or "{}").get("answers")
    except (ValueError, AttributeError, RecursionError):
        given = None  # it was not answered: the output is a word on why
    answers = given if isinstance(given, Mapping) else {}
    pairs = [
        {"question": question["question"], "answer": _answer(answers.get(str(question.get("id"))))}
        for question in asked
        if isinstance(question, Mapping) and isinstance(question.get("question"), str)
    ]
    return json.dumps(pairs, ensure_ascii=False) if pairs else None


def _answer(value: object) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("answers")
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or None
    return value if isinstance(value, str) else None
