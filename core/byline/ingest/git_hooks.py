"""What git's hooks ask for: attribute the commit just made or rewritten, and the trailer of a message."""

import time
from collections.abc import Callable
from pathlib import Path

from byline.errors import FormatError, GitError
from byline.git.process import run
from byline.git.repository import Repository
from byline.ignore import Ignore
from byline.ingest import spool
from byline.review.keep import keep_commit
from byline.review.repositories import repository_row
from byline.review.review import review_staged
from byline.store.store import Store

REWRITE_SECONDS = 1.0
"""How long ``post-rewrite`` attributes while git waits; the rest of a long rebase is left to a drain."""

_SCISSORS = "------------------------ >8 ------------------------"


def post_commit(
    database: str,
    rev: str,
    remote_url: str | None,
    folder: str | None = None,
    ignore: Ignore | None = None,
) -> None:
    """Attribute ``rev`` of the repository of ``folder`` (the current one) and keep the answer.

    An earlier answer for the same commit is replaced. Of ignored files nothing is kept, and nothing at all
    of a repository in an ignored folder.

    Raises:
        GitError: this is no repository, or has no such commit.
        StoreError: the store cannot be opened or written.
    """
    repository = Repository.open(Path(folder) if folder else Path.cwd())
    leave_out = _left_out(repository, ignore)
    if leave_out is not None and leave_out("."):
        return
    with Store(Path(database)) as store:
        keep_commit(store, repository, rev, remote_url=remote_url, leave_out=leave_out)


def _left_out(repository: Repository, ignore: Ignore | None) -> Callable[[str], bool] | None:
    """Whether a path of the repository is not to be recorded; None when everything is."""
    if ignore is None:
        return None
    root = str(repository.root)
    return lambda path: ignore.ignores(path, root)


def post_rewrite(
    database: str, data: bytes, folder: str, seconds: float = REWRITE_SECONDS, ignore: Ignore | None = None
) -> None:
    """Attribute the commits that git names, and note with the old ones what became of them.

    ``data`` is what git gives the hook: a line ``<old id> <new id>`` for each commit. Those that are not
    attributed after so many ``seconds`` are left to a drain.

    Raises:
        FormatError: it is something else.
        GitError: this is no repository, or has no such commits.
        StoreError: the store cannot be opened or written.
    """
    pairs = _read_pairs(data)
    repository = Repository.open(Path.cwd())
    deadline = time.monotonic() + seconds
    leave_out = _left_out(repository, ignore)
    if leave_out is not None and leave_out("."):
        return
    with Store(Path(database)) as store:
        repository_row(store, repository)
        checkout = str(repository.root)
        # All that this checkout ever was: an amended root commit can make it another repository.
        rows = [row.id for row in store.repositories.all() if checkout in row.checkouts]
        # First, so that nothing that happens below leaves the old records as if they stood.
        with store.write() as writer:
            for row_id in rows:
                writer.rewritten(row_id, pairs)
        waiting = list(dict.fromkeys(new for _, new in pairs))
        while waiting and time.monotonic() < deadline:
            keep_commit(store, repository, waiting.pop(0), leave_out=leave_out)
    for oid in waiting:
        words = ("post-commit", "--commit", oid)
        spool.put(database, spool.Spooled(words, folder, time.time_ns() // 1_000_000, b""))
    if waiting:
        from byline.ingest.background import start_drain  # noqa: PLC0415 - a hook loads what it needs

        start_drain(database)


def commit_msg(database: str, file: str, name: str) -> None:
    """Add the trailer with the models behind the staged lines to the message in ``file``, once.

    Nothing is added when no staged line is credited, or when there is no message: git then gives up
    the commit, and a trailer would keep it from that. Git itself places it, before comments and scissors.

    Raises:
        GitError: this is no repository, or the message cannot be written.
        StoreError: the store cannot be read.
    """
    path = Path(file).absolute()
    if not path.is_file():
        raise GitError(f"there is no message file {file}")
    repository = Repository.open(Path.cwd())
    message = path.read_bytes().split(_SCISSORS.encode())[0]
    if not run(repository.root, ["stripspace", "--strip-comments"], message).strip():
        return
    with Store(Path(database)) as store:
        review = review_staged(store, repository)
    counts: dict[str, int] = {}
    for reviewed in review.files:
        for line in reviewed.touched():
            if line.credit.origin is not None:
                model = line.credit.origin.model_id or line.credit.origin.session_id
                counts[model] = counts.get(model, 0) + 1
    if not counts:
        return
    # Most lines first; a model's name is foreign text, and a trailer is one line.
    models = [" ".join(model.split()) for model in sorted(counts, key=lambda each: (-counts[each], each))]
    words = ["interpret-trailers", "--in-place", "--if-exists", "addIfDifferent"]
    run(repository.root, [*words, "--trailer", f"{name}: {', '.join(models)}", str(path)])


def _read_pairs(data: bytes) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for line in data.decode("utf-8", "replace").split("\n"):
        words = line.split(" ")
        if not line.strip():
            continue
        if len(words) < 2 or not all(_is_oid(word) for word in words[:2]):
            raise FormatError("expected git's pairs on standard input: a line '<old id> <new id>' per commit")
        pairs.append((words[0], words[1]))
    return pairs


def _is_oid(word: str) -> bool:
    return len(word) in {40, 64} and all(char in "0123456789abcdef" for char in word)
