"""One git repository: its commits, diffs and blobs."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

from byline.errors import GitError
from byline.frozen import dataclass
from byline.git.blame import BlameLine, read_blame
from byline.git.model import NO_OID, ChangedPath, Commit, DiffHunk, FileChange, known_oid
from byline.git.process import CURE, run, stream
from byline.git.settings import LARGEST
from byline.git.shown import DIFF, SNIFFED, literal, read_whole, with_hidden

_FULL_OID = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")
_FIELDS = "%H%x00%P%x00%an%x00%ae%x00%at%x00%ct%x00%s%x00%b%x00"
_FIELD_COUNT = 8


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with or without a work tree. ``root`` is the top of the work tree, else the git folder.

    ``is_here`` says that it is the current folder's: ``GIT_DIR``, ``GIT_INDEX_FILE`` and their like, which
    git sets for hooks, speak of this one and of no other.
    """

    root: Path
    git_dir: Path
    bare: bool
    is_here: bool = False

    @classmethod
    def open(cls, path: Path) -> Self:
        """The repository that ``path`` (a folder) is in.

        Raises:
            GitError: there is none, or git refuses it.
        """
        # Outside of a work tree git cannot tell the top of one, and says so after the rest.
        facts = ["--is-bare-repository", "--is-inside-work-tree", "--absolute-git-dir"]
        is_here = path.absolute() == Path.cwd()
        output = _told(run(path, ["rev-parse", *facts, "--show-toplevel"], ok=(0, 128), is_here=is_here))
        if output.count("\n") != len(facts):
            # Outside, or in a folder with a line end in its name, or in no repository at all.
            output = _told(run(path, ["rev-parse", *facts], is_here=is_here))
            bare, inside, git_dir = output.split("\n", 2)
            if bare == "true" or inside != "true":
                return cls(Path(git_dir), Path(git_dir), bare=True, is_here=is_here)
            root = _told(run(path, ["rev-parse", "--show-toplevel"], is_here=is_here))
            return cls(Path(root), Path(git_dir), bare=False, is_here=is_here)
        _, _, git_dir, root = output.split("\n")
        return cls(Path(root), Path(git_dir), bare=False, is_here=is_here)

    def head_branch(self) -> str | None:
        """The name of the branch that is checked out; None when HEAD is detached."""
        output = self._run(["symbolic-ref", "--quiet", "--short", "HEAD"], ok=(0, 1))
        return output.decode("utf-8", "replace").strip() or None

    def resolve(self, rev: str) -> str:
        """The full id of the commit that ``rev`` names.

        Raises:
            GitError: it names no commit.
        """
        words = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}"]
        output = self._run(words, ok=(0, 1, 128)).decode("ascii", "replace").strip()
        if not output:
            if rev == "HEAD" and self._run([*words[:3], rev], ok=(0, 1, 128)):
                raise GitError(f"git cannot read the commit of HEAD in {self.root}: {CURE}")
            if rev == "HEAD":
                raise GitError(f"the repository {self.root} has no commits yet")
            raise GitError(f"there is no revision {rev!r} in {self.root}")
        return output

    def head(self) -> str | None:
        """The full id of the commit that is checked out; None in a repository without commits."""
        words = ["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]
        return self._run(words, ok=(0, 1)).decode("ascii").strip() or None

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
        yield from _commits(
            stream(self.root, [*words, "--end-of-options", rev, "--", *paths], is_here=self.is_here)
        )

    def commits(self, oids: Iterable[str]) -> list[Commit]:
        """The facts of many commits, by their full ids and in their order.

        Raises:
            GitError: there is no such commit.
        """
        stdin = "".join(f"{oid}\n" for oid in oids).encode("ascii")
        if not stdin:
            return []
        words = ["rev-list", f"--format={_FIELDS}", "--no-walk=unsorted", "--stdin"]
        return list(_commits([self._run(words, stdin)]))

    def range(self, rev_range: str) -> list[str]:
        """The ids of the commits in ``A..B``, oldest first.

        Raises:
            GitError: one of the revisions does not exist.
        """
        output = self._run(["rev-list", "--reverse", "--end-of-options", rev_range, "--"])
        return output.decode("ascii").split()

    def changes(self, commit: Commit, paths: Sequence[str] = ()) -> list[FileChange]:
        """What a commit changes against its first parent (a root commit: against nothing)."""
        return self._diff(["diff-tree", *DIFF, *_sides(commit)], paths)

    def with_hidden(self, commit: Commit, output: bytes) -> list[FileChange]:
        """The changes in the output of ``diff-tree`` for a commit, as :meth:`changes` gives them."""
        return with_hidden(self._run, self._text, ["diff-tree", *DIFF, *_sides(commit)], output)

    def staged_changes(self, paths: Sequence[str] = ()) -> list[FileChange]:
        """What the index changes against HEAD (against nothing in a repository without commits)."""
        return self._diff(["diff-index", "--cached", *DIFF, self._head_tree()], paths)

    def worktree_changes(self, paths: Sequence[str] = ()) -> list[FileChange]:
        """What the work tree changes against the index; untracked files that are not ignored are added."""
        # Of a file in conflict the diff against ours; git diff, as diff-files shows no such.
        look = (
            "--ours", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", "--no-relative",
            "--submodule=short", "--inter-hunk-context=0", "-O/dev/null",
        )  # fmt: skip
        changes = self._diff(["diff", *DIFF, *look], paths)
        listed = self._run(["ls-files", "-z", "--others", "--exclude-standard", "--", *paths])
        for name in listed.split(b"\0"):
            if name:
                changes.append(self._untracked(name.decode("utf-8", "surrogateescape")))
        return changes

    def uncommitted(self, paths: Sequence[str] = ()) -> tuple[int, int]:
        """How many files the work tree changes against the index (untracked ones too), and the index
        against HEAD. Reads no content.
        """
        words = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", *paths]
        entries = [entry for entry in self._run(words).split(b"\0") if entry]
        return sum(entry[1:2] != b" " for entry in entries), sum(
            entry[:1] not in {b" ", b"?"} for entry in entries
        )

    def blobs(self, names: Iterable[str]) -> dict[str, str | None]:
        """Contents by object name (an oid, or ``rev:path``), as text; None where there is no such blob."""
        wanted = list(dict.fromkeys(names))
        if not wanted:
            return {}
        stdin = "".join(f"{name}\n" for name in wanted if "\n" not in name)
        output = self._run(["cat-file", "--batch"], stdin.encode("utf-8", "surrogateescape"))
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
        output = self._run(["ls-tree", "-r", "-z", "--name-only", "--full-tree", rev])
        return [name.decode("utf-8", "surrogateescape") for name in output.split(b"\0") if name]

    def path_steps(
        self, rev: str, path: str, since: int, limit: int | None = None
    ) -> list[tuple[str, int, tuple[str, ...]]]:
        """The commits since a time (seconds) in the history of ``rev`` that change a path, newest first.

        Each with its time and those of its parents that are such commits too, the ones between left out.
        """
        words = ["rev-list", "--timestamp", "--parents", f"--max-age={since}"]
        if limit is not None:
            words.append(f"--max-count={limit}")
        output = self._run([*words, "--end-of-options", rev, "--", *literal([path])]).decode("ascii")
        fields = [line.split(" ") for line in output.split("\n") if line]
        return [(oid, int(stamp), tuple(parents)) for stamp, oid, *parents in fields]

    def changed_paths(
        self, oids: Sequence[str], paths: Sequence[str] = (), *, every_parent: bool = False
    ) -> dict[str, list[ChangedPath]]:
        """The paths that each of these commits changes against its first parent (or, together, against
        every parent); no contents are read.
        """
        found: dict[str, list[ChangedPath]] = {oid: [] for oid in oids}
        if not oids:
            return found
        merges = "-m" if every_parent else "--diff-merges=first-parent"
        words = ["diff-tree", "--stdin", "-r", "--root", merges, "--no-renames", "-z"]
        stdin = "".join(f"{oid}\n" for oid in oids).encode()
        output = self._run([*words, "--raw", "--no-abbrev", "--", *paths], stdin)
        current: list[ChangedPath] = []
        fields = iter(output.decode("utf-8", "surrogateescape").split("\0"))
        for field in fields:
            if field.startswith(":"):
                old_oid, new_oid = map(known_oid, field.split(" ")[2:4])
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
        return read_blame(self._run([*words, *([oid] if oid else []), "--", path]))

    def entry(self, oid: str, path: str) -> tuple[str, str] | None:
        """Mode (octal) and object id of a path at a commit; None if there is no such path."""
        output = self._run(["ls-tree", "-z", "--full-tree", oid, "--", f":(top,literal){path}"])
        for field in output.decode("utf-8", "surrogateescape").split("\0"):
            facts, _, name = field.partition("\t")
            if name == path:
                mode, _, entry_oid = facts.split(" ")
                return mode, entry_oid
        return None

    def is_tracked(self, path: str) -> bool:
        """Whether the index has a file of this name."""
        return bool(self._run(["ls-files", "-z", "--cached", "--", f":(top,literal){path}"]))

    def is_ignored(self, path: str) -> bool:
        """Whether an untracked path is one that git was told to ignore."""
        return bool(
            self._run(
                ["check-ignore", "-z", "--stdin"],
                f"{path}\0".encode("utf-8", "surrogateescape"),
                ok=(0, 1),
            )
        )

    def worktrees(self) -> list[str]:
        """The paths of every work tree of the repository."""
        output = self._run(["worktree", "list", "--porcelain"]).decode("utf-8", "surrogateescape")
        return [line[9:] for line in output.split("\n") if line.startswith("worktree ")]

    def remote_url(self) -> str | None:
        """The URL of ``origin``, else of the only remote there is."""
        words = ["config", "-z", "--get-regexp", r"^remote\..*\.url$"]
        urls: dict[str, str] = {}
        for entry in self._run(words, ok=(0, 1)).decode("utf-8", "replace").split("\0"):
            key, _, url = entry.partition("\n")
            if url.strip():
                urls.setdefault(key.removeprefix("remote.").removesuffix(".url"), url.strip())
        return urls.get("origin", next(iter(urls.values())) if len(urls) == 1 else None)

    def has_commit(self, oid: str) -> bool:
        """Whether there is a commit with this full id, reachable or not."""
        words = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{oid}^{{commit}}"]
        return bool(self._run(words, ok=(0, 1, 128)).strip())

    def root_commit(self) -> str | None:
        """The oldest root commit of HEAD's history; None without commits."""
        words = ["rev-list", "--max-parents=0", "HEAD", "--"]
        roots = self._run(words, ok=(0, 128)).decode("ascii", "replace").split()
        return roots[-1] if roots else None

    def _run(self, words: Sequence[str], stdin: bytes | None = None, ok: Sequence[int] = (0,)) -> bytes:
        return run(self.root, words, stdin, ok, is_here=self.is_here)

    def _diff(self, words: Sequence[str], paths: Sequence[str]) -> list[FileChange]:
        return read_whole(self._run, self._text, words, paths)

    def _text(self, oid: str) -> str | None:
        size = self._run(["cat-file", "-s", oid], ok=(0, 1, 128)).strip()
        return self.blobs([oid])[oid] if size and int(size) <= LARGEST else None

    def _head_tree(self) -> str:
        head = self.head()
        if head is not None:
            return head
        return self._run(["hash-object", "-t", "tree", "--stdin"], b"").decode("ascii").strip()

    def _untracked(self, path: str) -> FileChange:
        text = self.worktree_text(path)
        binary = text is None or "\0" in text[:SNIFFED]
        lines = [] if binary or not text else text.removesuffix("\n").split("\n")
        hunk = DiffHunk(0, 0, 1, len(lines), "", tuple(f"+{line}" for line in lines))
        return FileChange(
            "added", "", path, "000000", "100644", NO_OID, NO_OID, binary, (hunk,) if lines else ()
        )


def _told(output: bytes) -> str:
    """What git printed, without the end of its last line."""
    return output.decode("utf-8", "surrogateescape").removesuffix("\n")


def _sides(commit: Commit) -> list[str]:
    """The words that have ``diff-tree`` compare a commit with its first parent."""
    return [commit.parents[0], commit.oid] if commit.parents else ["--root", "--no-commit-id", commit.oid]


def _commits(chunks: Iterable[bytes]) -> Iterator[Commit]:
    """The commits in the output of ``rev-list`` with :data:`_FIELDS`."""
    pending: list[bytes] = [b""]
    for chunk in chunks:
        pieces = (pending.pop() + chunk).split(b"\0")
        pending += pieces
        whole = (len(pending) - 1) // _FIELD_COUNT * _FIELD_COUNT
        for start in range(0, whole, _FIELD_COUNT):
            yield _commit([field.decode("utf-8", "replace") for field in pending[start:][:_FIELD_COUNT]])
        del pending[:whole]


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
