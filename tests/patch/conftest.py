"""Real diffs for the patch tests: two states of a folder in, git's own diff out."""

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Tree = Mapping[str | bytes, bytes]
"""File name to content."""


def run_git(folder: Path, *words: str, stdin: bytes | None = None, check: bool = True) -> bytes:
    """Git's output; its exit status is looked at unless ``check`` is false."""
    command = ["git", "-c", "init.defaultBranch=main", "-c", "core.autocrlf=false", *words]
    return subprocess.run(command, cwd=folder, input=stdin, capture_output=True, check=check).stdout


def write_tree(folder: Path, tree: Tree) -> None:
    """Make a work tree hold exactly these files."""
    for name in run_git(folder, "ls-files", "-z").split(b"\0")[:-1]:
        (folder / name.decode("utf-8", "surrogateescape")).unlink(missing_ok=True)
    for name, content in tree.items():
        text = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
        path = folder / text
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    run_git(folder, "add", "-A")


class Change:
    """A repository whose commit holds the old tree and whose index holds the new one."""

    def __init__(self, folder: Path, old: Tree, new: Tree) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        run_git(folder, "init", "-q")
        write_tree(folder, old)
        run_git(folder, "commit", "-q", "--allow-empty", "-m", "old")
        write_tree(folder, new)

    def git(self, *words: str) -> str:
        """Git's output in this repository."""
        return run_git(self.folder, *words).decode("utf-8", "surrogateescape")

    def diff(self, *options: str) -> str:
        """The staged diff; bytes that are no UTF-8 become surrogate escapes."""
        return run_git(self.folder, "diff", "--cached", "-M", *options).decode("utf-8", "surrogateescape")

    def numstat(self) -> dict[str, tuple[int, int]]:
        """Path to git's own counts of added and removed lines; renames are not detected."""
        counts: dict[str, tuple[int, int]] = {}
        raw = run_git(self.folder, "diff", "--cached", "--no-renames", "--numstat", "-z")
        for entry in raw.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            added, removed, path = entry.split("\t", 2)
            counts[path] = (int(added), int(removed))
        return counts

    def applies(self, patch: str) -> bool:
        """Whether ``git apply`` takes the patch on the old tree and gets the new one."""
        tree = run_git(self.folder, "write-tree")
        run_git(self.folder, "read-tree", "HEAD")
        run_git(
            self.folder, "apply", "--cached", "--unidiff-zero", "--allow-empty", "-",
            stdin=patch.encode("utf-8", "surrogateescape"),
        )  # fmt: skip
        return run_git(self.folder, "write-tree") == tree


MakeChange = Callable[[Tree, Tree], Change]


@pytest.fixture
def change(tmp_path_factory: pytest.TempPathFactory) -> MakeChange:
    """Makes a :class:`Change` from an old and a new tree, each in a repository of its own."""

    def make(old: Tree, new: Tree) -> Change:
        return Change(tmp_path_factory.mktemp("change") / "repo", old, new)

    return make
