"""Listings for choosing and for captions: the files one may open, and the facts of many commits at once."""

from collections.abc import Iterable, Iterator, Sequence

from byline.frozen import dataclass
from byline.git.process import run, stream
from byline.git.repository import Repository

_FIELDS = ("%H", "%an", "%at", "%s")


@dataclass(frozen=True, slots=True)
class CommitFacts:
    """What a caption says of a commit. ``author_time`` is in seconds; all words are foreign text."""

    oid: str
    author: str
    author_time: int
    subject: str


def present_files(repository: Repository) -> list[str]:
    """The files of the work tree that git knows or would add; in a bare repository those at HEAD.

    Raises:
        GitError: git failed.
    """
    if repository.bare:
        return repository.files(repository.resolve("HEAD"))
    listed = run(repository.root, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
    names = (name.decode("utf-8", "surrogateescape") for name in listed.split(b"\0") if name)
    # A file in conflict is listed once per side.
    return list(dict.fromkeys(names))


def commit_facts(repository: Repository, oids: Iterable[str]) -> dict[str, CommitFacts]:
    """The facts of these commits (full ids), by id, read by one git process.

    Raises:
        GitError: there is no such commit.
    """
    stdin = "".join(f"{oid}\n" for oid in dict.fromkeys(oids)).encode("ascii")
    if not stdin:
        return {}
    form = "%x00".join(_FIELDS) + "%x00"
    output = run(repository.root, ["rev-list", "--no-walk=unsorted", f"--format={form}", "--stdin"], stdin)
    fields = output.decode("utf-8", "replace").split("\0")
    found: dict[str, CommitFacts] = {}
    for start in range(0, len(fields) - len(_FIELDS), len(_FIELDS)):
        heading, author, time, subject = fields[start : start + len(_FIELDS)]
        # rev-list puts a line "commit <oid>" before each record.
        oid = heading.strip().rpartition("\n")[2]
        found[oid] = CommitFacts(oid, author, int(time or 0), subject)
    return found


def renames(repository: Repository, oids: Sequence[str]) -> list[tuple[str, str]]:
    """Old and new path of every file that one of these commits renames, as git tells renames by likeness.

    Raises:
        GitError: git failed.
    """
    words = ["diff-tree", "--stdin", "-r", "-M", "--diff-filter=R", "--raw", "--no-commit-id", "-z"]
    output = run(repository.root, words, "".join(f"{oid}\n" for oid in oids).encode("ascii"))
    fields = iter(output.decode("utf-8", "surrogateescape").split("\0"))
    return [(next(fields), next(fields)) for field in fields if field.startswith(":")]


def is_shallow(repository: Repository) -> bool:
    """Whether the history ends early, so that its first commits seem to have written all that was there.

    Raises:
        GitError: git failed.
    """
    return run(repository.root, ["rev-parse", "--is-shallow-repository"]).strip() == b"true"


def log_oids(repository: Repository, rev: str = "HEAD", paths: Sequence[str] = ()) -> Iterator[list[str]]:
    """The full ids of the commits that :meth:`Repository.log` would list, some thousands at a time.

    Raises:
        GitError: there is no such revision.
    """
    words = ["rev-list", "--end-of-options", rev, "--", *paths]
    rest = b""
    for chunk in stream(repository.root, words, is_here=repository.is_here):
        *lines, rest = (rest + chunk).split(b"\n")
        if lines:
            yield [line.decode("ascii") for line in lines]


def branches(repository: Repository) -> list[str]:
    """The names of all branches, the one last committed to first; those of remotes after the local ones.

    Raises:
        GitError: git failed.
    """
    words = ["for-each-ref", "--sort=-committerdate", "--format=%(refname)"]
    found: list[str] = []
    for kind in ("refs/heads/", "refs/remotes/"):
        output = run(repository.root, [*words, kind], is_here=repository.is_here).decode("utf-8", "replace")
        names = (line.removeprefix(kind) for line in output.split("\n") if line)
        found += [name for name in names if not name.endswith("/HEAD")]
    return found


def blob_name(repository: Repository, rev: str | None, path: str) -> str | None:
    """What names the content of a path at a commit (or, without one, in the index) to :class:`Batch`.

    It is read line by line: a path with a newline in it is named by its content's id; None without such.

    Raises:
        GitError: git failed.
    """
    if "\n" not in path:
        return f"{rev or ''}:{path}"
    if rev is not None:
        entry = repository.entry(rev, path)
        return entry[1] if entry is not None else None
    words = ["ls-files", "-z", "--stage", "--", f":(top,literal){path}"]
    listed = run(repository.root, words, is_here=repository.is_here).decode("utf-8", "surrogateescape")
    fields = (field.partition("\t") for field in listed.split("\0") if field)
    return next((facts.split(" ")[1] for facts, _, name in fields if name == path), None)
