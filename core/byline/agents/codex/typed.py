"""Tell what a person typed to Codex from what Codex put into the same place (``formats.md`` 3.2)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from byline.agents.prompts import title_from, typed_text

_TAGGED = re.compile(r"\s*<([a-z][a-z0-9_ -]*)[^>]*>.*</\1>\s*\Z", re.DOTALL)
_FOLDER = re.compile(r"<cwd>\s*([^<\n]+?)\s*</cwd>|^Current working directory: (\S[^\n]*)", re.MULTILINE)
_INJECTED_WORDS = (
    "Warning: apply_patch was requested via",
    "Warning: The maximum number of unified exec",
    "Warning: Your account was flagged",
    "Another language model started to solve this problem",
    "You are performing a CONTEXT CHECKPOINT COMPACTION",
)
# What an editor or Codex's own app puts before it: context, files, findings of a review, each with a heading.
_REQUEST = re.compile(r"\s*# .*^## My request for Codex:\n", re.DOTALL | re.MULTILINE)


def folder_in(text: str) -> str | None:
    """The folder that an ``<environment_context>`` names: the oldest histories say it nowhere else."""
    if "<environment_context>" not in text:
        return None
    found = _FOLDER.search(text)
    return found[1] or found[2] if found else None


def is_injected(item: Mapping[str, Any], texts: Sequence[str]) -> bool:
    """Whether a message of the user's role is not a person's; newer histories say so themselves."""
    if item.get("role") != "user":
        return True
    notes = item.get("internal_chat_message_metadata_passthrough")
    kinds = notes.get("content_item_kinds") if isinstance(notes, Mapping) else None
    if isinstance(kinds, list) and kinds:
        return not any(str(kind).startswith("user.") for kind in kinds)
    return bool(texts) and not any(_is_typed(text) for text in texts)


def prompt_title(text: str) -> str | None:
    """A title from what a person typed, without the context that a program put before it."""
    text = _REQUEST.sub("", text, count=1)
    return title_from(text) if _is_typed(text) else None


def _is_typed(text: str) -> bool:
    return (
        bool(typed_text(text)) and not _TAGGED.match(text) and not text.lstrip().startswith(_INJECTED_WORDS)
    )
