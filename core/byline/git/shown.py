"""Read a diff whole: what an attribute hides, and around what git cannot read."""

from collections.abc import Callable, Iterable, Sequence

from byline.errors import GitError
from byline.frozen import replace
from byline.git.diff import read_diff
from byline.git.model import NO_OID, FileChange

DIFF = (
    "-r",
    "-M",
    "-l0",
    "-U3",
    "-z",
    "--raw",
    "-p",
    "--no-ext-diff",
    "--no-textconv",
    "--full-index",
    "--no-abbrev",
)
"""What every diff is read with. Nobody's configuration changes these."""

SNIFFED = 8000
"""Git takes a file for binary that has a NUL among so many first bytes."""

_AT_ONCE = 500

Run = Callable[[Sequence[str]], bytes]
Text = Callable[[str], str | None]
"""The content of a blob, by its id; None where it cannot be read, or is too large to be."""


def read_whole(run: Run, text: Text, words: Sequence[str], paths: Sequence[str]) -> list[FileChange]:
    """The changes of these paths (pathspecs) that a diff command, with :data:`DIFF` in its words, tells.

    A file that git cannot read (a damaged object, or one that a partial clone lacks) is marked as
    unreadable, and the others are read all the same.

    Raises:
        GitError: git failed for another reason.
    """
    try:
        output = run([*words, "--", *paths])
    except GitError:
        return _around(run, words, paths)
    return with_hidden(run, text, words, output)


def with_hidden(run: Run, text: Text, words: Sequence[str], output: bytes) -> list[FileChange]:
    """The changes in a diff command's output; what an attribute (``-diff``, ``binary``) hides is read as
    the text it is.
    """
    changes = read_diff(output, is_worktree=_is_worktree(words))
    hidden = [change for change in changes if change.binary and _is_text(text, change)]
    if not hidden:
        return changes
    names = {name for change in hidden for name in (change.old_path, change.new_path) if name}
    shown = {
        (change.old_path, change.new_path): change
        for change in read_diff(
            run([*words, "--text", "--", *literal(sorted(names))]), is_worktree=_is_worktree(words)
        )
    }
    return [
        shown.get((change.old_path, change.new_path), change) if change.binary else change
        for change in changes
    ]


def _is_worktree(words: Sequence[str]) -> bool:
    return words[0] == "diff"


def literal(paths: Iterable[str]) -> list[str]:
    """Pathspecs that mean just these paths, whatever characters they have; ``.`` is everything."""
    return [f":(top,literal){'' if path == '.' else path}" for path in dict.fromkeys(paths) if path]


def _is_text(text: Text, change: FileChange) -> bool:
    contents = [text(oid) for oid in (change.old_oid, change.new_oid) if oid != NO_OID]
    return all(content is not None and "\0" not in content[:SNIFFED] for content in contents)


def _around(run: Run, words: Sequence[str], paths: Sequence[str]) -> list[FileChange]:
    """The changes of a diff that fails as a whole: the files are read apart.

    Only renames without a change are followed there: to find others git reads every content.
    """
    bare = [word for word in words if word not in {"-p", "-U3", "-M"}]
    entries = read_diff(run([*bare, "-M100%", "--", *paths]))
    found: list[FileChange] = []
    for start in range(0, len(entries), _AT_ONCE):
        found += _apart(run, words, entries[start : start + _AT_ONCE])
    return found


def _apart(run: Run, words: Sequence[str], entries: Sequence[FileChange]) -> list[FileChange]:
    """The changes of some files, halved until those that cannot be read are alone."""
    names = [name for entry in entries for name in (entry.old_path, entry.new_path) if name]
    exact = ["-M100%" if word == "-M" else word for word in words]
    try:
        output = run([*exact, "--", *literal(names)])
        return read_diff(output, is_worktree=_is_worktree(words))
    except GitError:
        if len(entries) == 1:
            return [replace(entries[0], unreadable=True)]
    middle = len(entries) // 2
    return [*_apart(run, words, entries[:middle]), *_apart(run, words, entries[middle:])]
