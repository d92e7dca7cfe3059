"""What Claude Code keeps beside a transcript: outputs that were too long for it, and sub-agents.

``<session>/tool-results/<id>.txt`` and ``<session>/subagents/**/agent-<id>.meta.json`` (``formats.md`` 1.1).
"""

import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

_SPILLED = "<persisted-output>"
_SAVED = re.compile(r"saved to: ([^\n]+)")
_LARGEST = 16_000_000
"""Bytes of the largest output that is taken in whole: of a larger one the transcript's preview is kept."""
AGENT_FILE = "agent-"


class Beside:
    """The files beside one transcript, a session's or a sub-agent's."""

    def __init__(self, transcript: Path) -> None:
        above = (folder.parent for folder in transcript.parents if folder.name == "subagents")
        self._folder = next(above, transcript.with_suffix(""))

    def whole_output(self, text: str, structured: object) -> str:
        """A call's output as it was before its transcript got a preview only; ``text`` when that is gone.

        The file is sought beside the transcript alone, whatever path the record names.
        """
        named = structured.get("persistedOutputPath") if isinstance(structured, Mapping) else None
        if not isinstance(named, str):
            found = _SAVED.search(text) if text.startswith(_SPILLED) else None
            named = found[1] if found else None
        if named is None:
            return text
        name = re.split(r"[/\\]", named.strip())[-1]
        path = self._folder / "tool-results" / name
        try:
            if not name or path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
                return text
            return path.read_bytes().decode("utf-8", "replace")
        except (OSError, ValueError):
            # Cleaned away, or a name that is none: the preview is what there is.
            return text

    def subagent_of(self, call: str) -> str | None:
        """The sub-agent that a call started, by its id, as far as the sub-agents' descriptions say."""
        return self._subagents.get(call)

    @cached_property
    def _subagents(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for path in sorted((self._folder / "subagents").rglob(f"{AGENT_FILE}*.meta.json")):
            call = description_of(path).get("toolUseId")
            if isinstance(call, str):
                found[call] = path.name.removeprefix(AGENT_FILE).removesuffix(".meta.json")
        return found


def description_of(path: Path) -> dict[str, object]:
    """What a sub-agent's ``.meta.json`` says; nothing when it is missing or cannot be read."""
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
