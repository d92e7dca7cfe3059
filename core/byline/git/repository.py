"""One git repository: its commits, diffs and blobs."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from byline.errors import GitError
from byline.git.blame import BlameLine, read_blame
from byline.git.diff import read_diff
from byline.git.model import Commit, DiffHunk, FileChange
from byline.git.process import run, stream

NO_OID = "0" * 40
_FULL_OID = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")
_DIFF = (
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
    "--abbrev=40",
)
_FIELDS = "%H%x00%P%x00%an%x00%ae%x00%at%x00%ct%x00%s%x00%b%x00"
_FIELD_COUNT = 8


@dataclass(frozen=True, slots=True)
class PathVersion:
    """A path's content at a commit: ``oid`` is the blob's. ``commit_time`` is in seconds."""

    commit_time: int
    path: str
    oid: str


@dataclass(frozen=True, slots=True)
class ChangedPath:
    """A path that a commit changes, renames not followed. ``old_oid`` and ``new_oid`` are the blobs';
    all zeros where the side has no such file.
    """

    path: str
    old_oid: str
    new_oid: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with or without a work tree. ``root`` is the top of the work tree, else the git folder."""

    root: Path
    git_dir: Path
    bare: bool

    @classmethod
    def open(cls, path: Path) -> Self:
        """The repository that ``path`` (a folder) is in.

        Raises:
            GitError: there is none, or git refuses it.
        """
        words = ["rev-parse", "--is-bare-repository", "--absolute-git-dir", "--is-inside-work-tree"]
        output = run(path, words).decode("utf-8", "surrogateescape").split("\n")
        bare, git_dir, inside = output[0] == "true", Path(output[1]), output[2] == "true"
        if bare or not inside:
            return cls(git_dir, git_dir, bare=True)
        root = run(path, ["rev-parse", "--show-toplevel"]).decode("utf-8", "surrogateescape")
        return cls(Path(root.removesuffix("\n")), git_dir, bare=False)

    def head_branch(self) -> str | None:
        """The name of the branch that is checked out; None when HEAD is detached."""
        output = run(self.root, ["symbolic-ref", "--quiet", "--short", "HEAD"], ok=(0, 1))
        return output.decode("utf-8", "replace").strip() or None

    def resolve(self, rev: str) -> str:
        """The full id of the commit that ``rev`` names.

        Raises:
            GitError: it names no commit.
        """
        words = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}"]
        output = run(self.root, words, ok=(0, 1, 128)).decode("ascii", "replace").strip()
        if not output:
            if rev == "HEAD":
                raise GitError(f"the repository {self.root} has no commits yet")
            raise GitError(f"there is no revision {rev!r} in {self.root}")
        return output

    def commit(self, rev: str) -> Commit:
        """The facts of one commit.

        Raises:
            GitError: there is no such commit.
        """
        oid = rev if _FULL_OID.fullmatch(rev) else self.resolve(rev)
        return next(self.log(oid, limit=1))

    def log(
        self, rev: str = "HEAD", *, limit: int | None = None, skip: int = 0, paths: Sequence[str] = ()
    ) -> Iterator[Commit]:
        """Commits reachable from ``rev`` (or in a range ``A..B``), newest first, as git lists them.

        Raises:
            GitError: there is no such revision.
        """
        words = ["rev-list", f"--format={_FIELDS}", f"--skip={skip}"]
        if limit is not None:
            words.append(f"--max-count={limit}")
        pending: list[bytes] = [b""]
        for chunk in stream(self.root, [*words, "--end-of-options", rev, "--", *paths]):
            pieces = (pending.pop() + chunk).split(b"\0")
            pending += pieces
            whole = (len(pending) - 1) // _FIELD_COUNT * _FIELD_COUNT
            for start in range(0, whole, _FIELD_COUNT):
                yield _commit([field.decode("utf-8", "replace") for field in pending[start:][:_FIELD_COUNT]])
            del pending[:whole]

    def range(self, rev_range: str) -> list[str]:
        """The ids of the commits in ``A..B``, oldest first.

        Raises:
            GitError: one of the revisions does not exist.
        """
        output = run(self.root, ["rev-list", "--reverse", "--end-of-options", rev_range, "--"])
        return output.decode("ascii").split()

    def changes(self, commit: Commit, paths: Sequence[str] = ()) -> list[FileChange]:
        """What a commit changes against its first parent (a root commit: against nothing)."""
        sides = (
            [commit.parents[0], commit.oid] if commit.parents else ["--root", "--no-commit-id", commit.oid]
        )
        return self._diff(["diff-tree", *_DIFF, *sides], paths)

    def staged_changes(self, paths: Sequence[str] = ()) -> list[FileChange]:
        """What the index changes against HEAD (against nothing in a repository without commits)."""
        return self._diff(["diff-index", "--cached", *_DIFF, self._head_tree()], paths)

    def worktree_changes(self, paths: Sequence[str] = ()) -> list[FileChange]:
        """What the work tree changes against the index; untracked files that are not ignored are added."""
        # git diff, not diff-files: it looks again at files whose time alone has changed.
        look = (
            "--no-color", "--src-prefix=a/", "--dst-prefix=b/", "--no-relative", "--submodule=short",
            "--inter-hunk-context=0", "-O/dev/null",
        )  # fmt: skip
        changes = read_diff(run(self.root, ["diff", *_DIFF, *look, "--", *paths]))
        listed = run(self.root, ["ls-files", "-z", "--others", "--exclude-standard", "--", *paths])
        for name in listed.split(b"\0"):
            if name:
                changes.append(self._untracked(name.decode("utf-8", "surrogateescape")))
        return changes

    def uncommitted(self, paths: Sequence[str] = ()) -> tuple[int, int]:
        """How many files the work tree changes against the index (untracked ones too), and the index
        against HEAD. Reads no content.
        """
        words = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", *paths]
        entries = [entry for entry in run(self.root, words).split(b"\0") if entry]
        return sum(entry[1:2] != b" " for entry in entries), sum(
            entry[:1] not in {b" ", b"?"} for entry in entries
        )

    def blobs(self, names: Iterable[str]) -> dict[str, str | None]:
        """Contents by object name (an oid, or ``rev:path``), as text; None where there is no such blob."""
        wanted = list(dict.fromkeys(names))
        if not wanted:
            return {}
        stdin = "".join(f"{name}\n" for name in wanted if "\n" not in name)
        output = run(self.root, ["cat-file", "--batch"], stdin.encode("utf-8", "surrogateescape"))
        found: dict[str, str | None] = dict.fromkeys(wanted)
        at = 0
        for name in wanted:
            if "\n" in name:
                continue
            end = output.index(b"\n", at)
            header = output[at:end].split(b" ")
            at = end + 1
            if len(header) == 3 and header[2].isdigit():
                size = int(header[2])
                if header[1] == b"blob":
                    found[name] = output[at : at + size].decode("utf-8", "replace")
                at += size + 1
        return found

    def worktree_text(self, path: str) -> str | None:
        """The content of a file of the work tree; None if it is not there or no regular file."""
        place = self.root / path
        if not place.is_file() or place.is_symlink():
            return None
        return place.read_bytes().decode("utf-8", "replace")

    def files(self, rev: str) -> list[str]:
        """The paths of every file at a revision."""
        output = run(self.root, ["ls-tree", "-r", "-z", "--name-only", "--full-tree", rev])
        return [name.decode("utf-8", "surrogateescape") for name in output.split(b"\0") if name]

    def path_versions(self, rev: str, paths: Sequence[str], since: int) -> list[PathVersion]:
        """The contents these paths had in the history of ``rev`` since a time (seconds), newest first."""
        listed = run(
            self.root,
            ["rev-list", "--timestamp", f"--max-age={since}", "--end-of-options", rev, "--", *paths],
        )
        times: dict[str, int] = {}
        for line in listed.decode("ascii").split("\n"):
            stamp, _, oid = line.partition(" ")
            if oid:
                times[oid] = int(stamp)
        if not times:
            return []
        words = ["diff-tree", "--stdin", "-r", "--root", "-m", "--no-renames", "-z", "--raw", "--abbrev=40"]
        output = run(self.root, [*words, "--", *paths], "".join(f"{oid}\n" for oid in times).encode())
        versions: list[PathVersion] = []
        time = 0
        fields = iter(output.decode("utf-8", "surrogateescape").split("\0"))
        for field in fields:
            if field.startswith(":"):
                oid = field.split(" ")[3]
                path = next(fields, "")
                if oid != NO_OID:
                    versions.append(PathVersion(time, path, oid))
            elif field:
                time = times.get(field.strip(), time)
        return list(dict.fromkeys(versions))

    def changed_paths(self, oids: Sequence[str], paths: Sequence[str] = ()) -> dict[str, list[ChangedPath]]:
        """The paths that each of these commits changes against its first parent; no contents are read."""
        found: dict[str, list[ChangedPath]] = {oid: [] for oid in oids}
        if not oids:
            return found
        words = ["diff-tree", "--stdin", "-r", "--root", "--diff-merges=first-parent", "--no-renames", "-z"]
        stdin = "".join(f"{oid}\n" for oid in oids).encode()
        output = run(self.root, [*words, "--raw", "--abbrev=40", "--", *paths], stdin)
        current: list[ChangedPath] = []
        fields = iter(output.decode("utf-8", "surrogateescape").split("\0"))
        for field in fields:
            if field.startswith(":"):
                old_oid, new_oid = field.split(" ")[2:4]
                current.append(ChangedPath(next(fields, ""), old_oid, new_oid))
            elif field.strip() in found:
                current = found[field.strip()]
        return found

    def blame(
        self, path: str, oid: str | None = None, lines: tuple[int, int] | None = None
    ) -> list[BlameLine]:
        """For each line of a file (or those from ``lines[0]`` to ``lines[1]``) the commit that introduced it.

        ``oid`` is a commit's full id, None means the work tree. Renames of the whole file are followed; lines
        moved within a commit are the engine's business. No ``blame.ignoreRevsFile`` of a user is heeded.

        Raises:
            GitError: there is no such file or line.
        """
        words = ["-c", "blame.ignoreRevsFile=", "blame", "--porcelain", "--no-textconv"]
        if lines is not None:
            words.append(f"-L{lines[0]},{lines[1]}")
        return read_blame(run(self.root, [*words, *([oid] if oid else []), "--", path]))

    def entry(self, oid: str, path: str) -> tuple[str, str] | None:
        """Mode (octal) and object id of a path at a commit; None if there is no such path."""
        output = run(self.root, ["ls-tree", "-z", "--full-tree", oid, "--", f":(top,literal){path}"])
        for field in output.decode("utf-8", "surrogateescape").split("\0"):
            facts, _, name = field.partition("\t")
            if name == path:
                mode, _, entry_oid = facts.split(" ")
                return mode, entry_oid
        return None

    def is_tracked(self, path: str) -> bool:
        """Whether the index has a file of this name."""
        return bool(run(self.root, ["ls-files", "-z", "--cached", "--", f":(top,literal){path}"]))

    def is_ignored(self, path: str) -> bool:
        """Whether an untracked path is one that git was told to ignore."""
        return bool(
            run(
                self.root,
                ["check-ignore", "-z", "--stdin"],
                f"{path}\0".encode("utf-8", "surrogateescape"),
                ok=(0, 1),
            )
        )

    def commit_before(self, rev: str, time: int) -> tuple[str, int] | None:
        """Id and time of the newest commit in the history of ``rev`` made before a time (seconds)."""
        words = [
            "rev-list",
            "--timestamp",
            "--max-count=1",
            f"--min-age={time}",
            "--end-of-options",
            rev,
            "--",
        ]
        stamp, _, oid = run(self.root, words).decode("ascii").strip().partition(" ")
        return (oid, int(stamp)) if oid else None

    def worktrees(self) -> list[str]:
        """The paths of every work tree of the repository."""
        output = run(self.root, ["worktree", "list", "--porcelain"]).decode("utf-8", "surrogateescape")
        return [line[9:] for line in output.split("\n") if line.startswith("worktree ")]

    def remote_url(self) -> str | None:
        """The URL of ``origin``, else of the only remote there is."""
        names = run(self.root, ["remote"]).decode("utf-8", "replace").split()
        name = "origin" if "origin" in names else names[0] if len(names) == 1 else None
        if name is None:
            return None
        url = run(self.root, ["config", "--get", f"remote.{name}.url"], ok=(0, 1))
        return url.decode("utf-8", "replace").strip() or None

    def root_commit(self) -> str | None:
        """The oldest root commit of HEAD's history; None without commits."""
        words = ["rev-list", "--max-parents=0", "HEAD", "--"]
        roots = run(self.root, words, ok=(0, 128)).decode("ascii", "replace").split()
        return roots[-1] if roots else None

    def _diff(self, words: Sequence[str], paths: Sequence[str]) -> list[FileChange]:
        """Run a diff command; what an attribute (``-diff``, ``binary``) hides is read as the text it is."""
        changes = read_diff(run(self.root, [*words, "--", *paths]))
        hidden = [change for change in changes if change.binary and self._is_text(change)]
        if not hidden:
            return changes
        names = {name for change in hidden for name in (change.old_path, change.new_path) if name}
        literal = [f":(top,literal){name}" for name in sorted(names)]
        shown = {
            (change.old_path, change.new_path): change
            for change in read_diff(run(self.root, [*words, "--text", "--", *literal]))
        }
        return [
            shown.get((change.old_path, change.new_path), change) if change.binary else change
            for change in changes
        ]

    def _is_text(self, change: FileChange) -> bool:
        contents = self.blobs(oid for oid in (change.old_oid, change.new_oid) if oid != NO_OID)
        return all(content is not None and "\0" not in content[:8000] for content in contents.values())

    def _head_tree(self) -> str:
        found = run(self.root, ["rev-parse", "--verify", "--quiet", "HEAD^{tree}"], ok=(0, 1))
        if found:
            return found.decode("ascii").strip()
        return run(self.root, ["hash-object", "-t", "tree", "--stdin"], b"").decode("ascii").strip()

    def _untracked(self, path: str) -> FileChange:
        text = self.worktree_text(path)
        binary = text is None or "\0" in text[:8000]
        lines = [] if binary or not text else text.removesuffix("\n").split("\n")
        hunk = DiffHunk(0, 0, 1, len(lines), "", tuple(f"+{line}" for line in lines))
        return FileChange(
            "added", "", path, "000000", "100644", NO_OID, NO_OID, binary, (hunk,) if lines else ()
        )


def _commit(fields: Sequence[str]) -> Commit:
    # rev-list puts a line "commit <oid>" before each record.
    oid = fields[0].strip().rpartition("\n")[2]
    parents, author, email, author_time, commit_time, subject, body = fields[1:]
    return Commit(
        oid,
        tuple(parents.split()),
        author,
        email,
        int(author_time or 0),
        int(commit_time or 0),
        subject,
        body,
    )
