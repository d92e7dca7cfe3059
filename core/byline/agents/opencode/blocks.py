"""The parts of an OpenCode message as texts: tool calls, questions, files (``formats.md`` 2.2)."""

import json

from byline.agents.opencode.documents import Json, mapping, number, text
from byline.agents.started_session import naming_session


def tool_output(state: Json) -> str:
    """What a call said: its output, its error, or what a call still running has said so far."""
    names = ("error", "output") if state.get("status") == "error" else ("output", "error")
    metadata = mapping(state, "metadata")
    output = text(state, *names) or text(metadata, "output") or ""
    # The tool ``task`` starts a session of its own.
    return naming_session(output, "task_id", text(metadata, "sessionId", "sessionID"))


def questions_text(state: Json) -> str | None:
    """The JSON array of ``{question, answer}`` of the ``question`` tool; None for another shape.

    An answer is null until it is given; several chosen labels are joined by commas.
    """
    questions = mapping(state, "input").get("questions")
    answers = mapping(state, "metadata").get("answers")
    if not isinstance(questions, list):
        return None
    given = answers if isinstance(answers, list) else []
    pairs = [
        {"question": entry["question"], "answer": _answer(given[index]) if index < len(given) else None}
        for index, entry in enumerate(questions)
        if isinstance(entry, dict) and isinstance(entry.get("question"), str)
    ]
    return json.dumps(pairs, ensure_ascii=False) if pairs else None


def _answer(value: object) -> str | None:
    if isinstance(value, list):
        return ", ".join(str(label) for label in value) or None
    return str(value) if value is not None else None


def file_line(part: Json) -> str:
    """One line that says what an attached file is; the data of a ``data:`` URL is not kept."""
    words = [word for word in (text(part, "filename"), text(part, "mime")) if word]
    url = text(part, "url")
    if url is not None and url.startswith("data:"):
        words.append(f"{len(url.partition(',')[2]) * 3 // 4:,} bytes")
    elif url is not None:
        words.append(url)
    return ", ".join(words) or "file"


def token_counts(tokens: object) -> dict[str, int]:
    """The counts of a ``tokens`` object: input, output, reasoning, cache_read and cache_write."""
    cache = mapping(tokens, "cache")
    found = {
        "input": number(tokens.get("input")) if isinstance(tokens, dict) else None,
        "output": number(tokens.get("output")) if isinstance(tokens, dict) else None,
        "reasoning": number(tokens.get("reasoning")) if isinstance(tokens, dict) else None,
        "cache_read": number(cache.get("read")),
        "cache_write": number(cache.get("write")),
    }
    return {name: count for name, count in found.items() if count is not None and count >= 0}


def model_name(value: object) -> str | None:
    """``provider/model`` as OpenCode writes the two."""
    provider, model = text(value, "providerID"), text(value, "modelID")
    return f"{provider}/{model}" if provider and model else model
