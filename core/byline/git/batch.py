"""Read many objects and many commits' diffs with two git processes that stay."""

import os
from collections.abc import Iterable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from byline.errors import GitError
from byline.git.dialogue import Dialogue
from byline.git.model import Commit, FileChange
from byline.git.repository import Repository
from byline.git.shown import DIFF


class Batch:
    """A repository's objects and diffs, as :class:`Repository` gives them, for whoever asks for many.

    Not for several threads at once. Close it, or use it as a context.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        root, is_here = repository.root, repository.is_here
        self._objects = Dialogue(root, ["cat-file", "--batch"], is_here=is_here)
        self._sizes = Dialogue(root, ["cat-file", "--batch-check"], is_here=is_here)
        words = ["diff-tree", "--stdin", "--root", "--no-commit-id", *DIFF, "--"]
        self._diffs = Dialogue(root, words, is_here=is_here)
        # What is no object's name is sent back as it is: so the end of an answer shows. Nobody can
        # know it beforehand, and so nobody can write it into a file.
        self._mark = f"byline {os.urandom(16).hex()}".encode()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the processes."""
        with ExitStack() as stack:
            for dialogue in (self._objects, self._sizes, self._diffs):
                stack.callback(dialogue.close)

    def blobs(self, names: Iterable[str]) -> dict[str, str | None]:
        """Contents by object name (an oid, or ``rev:path``), as text; None where there is no such blob,
        or git cannot read it.
        """
        return {name: self._blob(name) for name in dict.fromkeys(names)}

    def sizes(self, names: Iterable[str]) -> dict[str, int | None]:
        """Sizes in bytes by object name; None where there is no such object."""
        return {name: self._size(name) for name in dict.fromkeys(names)}

    def commit_time(self, oid: str) -> int | None:
        """When a commit was made (seconds), by its full id; None where there is no such commit."""
        found = self._object(oid)
        if found is None or found[0] != b"commit":
            return None
        for line in found[1].split(b"\n"):
            if line.startswith(b"committer "):
                stamp = line.rpartition(b"> ")[2].split(b" ")[0]
                return int(stamp) if stamp.isdigit() else None
        return None

    def changes(self, commit: Commit) -> list[FileChange]:
        """What a commit changes against its first parent; as :meth:`Repository.changes`."""
        try:
            self._diffs.ask(" ".join((commit.oid, *commit.parents[:1])).encode("ascii"))
            self._diffs.ask(self._mark)
            output = self._diffs.until(self._mark)
        except GitError:
            # One blob that cannot be read ends the process: the repository reads around it.
            return self._repository.changes(commit)
        return self._repository.with_hidden(commit, output)

    def _blob(self, name: str) -> str | None:
        found = self._object(name)
        return found[1].decode("utf-8", "replace") if found and found[0] == b"blob" else None

    def _object(self, name: str) -> tuple[bytes, bytes] | None:
        """Type and content of an object."""
        header = self._answer(self._objects, name)
        if header is None:
            return None
        try:
            return header[0], self._objects.take(header[1] + 1)[:-1]
        except GitError:
            return None

    def _size(self, name: str) -> int | None:
        header = self._answer(self._sizes, name)
        return header[1] if header else None

    def _answer(self, dialogue: Dialogue, name: str) -> tuple[bytes, int] | None:
        """Type and size of an object."""
        if "\n" in name:
            # git reads names line by line: the few files of such a name are asked for by their blob.
            return None
        try:
            dialogue.ask(name.encode("utf-8", "surrogateescape"))
            fields = dialogue.line().split(b" ")
        except GitError:
            # A damaged object ends the process: it costs what was asked for, and no more.
            return None
        if len(fields) != 3 or not fields[2].isdigit():
            return None
        return fields[1], int(fields[2])
