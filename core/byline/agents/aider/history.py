"""Aider's histories: which files they are, and what reads them (``formats.md`` 8)."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from byline.agents.aider.chat_file import AGENT, read_chat_file
from byline.agents.reader import Reading

_NAME = ".aider.chat.history.md"
_HEADER = re.compile(rb"\s*# aider chat started at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


class AiderHistory:
    """Reads ``.aider.chat.history.md``: all chats that were held in one folder."""

    @property
    def name(self) -> str:
        """``aider``."""
        return AGENT

    def discover(self) -> Iterator[Path]:
        """The file that ``AIDER_CHAT_HISTORY_FILE`` names, and those of the home and the current folder.

        Aider keeps its history in the root of each repository and nowhere lists them: other
        repositories' histories have to be named.
        """
        configured = os.environ.get("AIDER_CHAT_HISTORY_FILE")
        here = Path.cwd()
        folders = dict.fromkeys([here, *here.parents, Path.home()])
        paths = [Path(configured).expanduser()] if configured else []
        paths += [folder / _NAME for folder in folders]
        yield from (path for path in paths if path.is_file())

    def sniff(self, head: bytes, path: Path) -> bool:  # noqa: ARG002 - by content alone: names vary
        """Whether a file begins with the heading of a chat."""
        return _HEADER.match(head.removeprefix(b"\xef\xbb\xbf")) is not None

    def accompanies(self, path: Path) -> bool:
        """Whether a file is another of those that Aider keeps in a repository."""
        return path.name.startswith(".aider.")

    def root(self, head: bytes) -> str | None:  # noqa: ARG002 - a chat is in one file
        """None: a chat has no copies."""
        return None

    def read(self, path: Path) -> Reading:
        """Read all chats of a file."""
        return read_chat_file(path)
