"""What a work tree holds at a moment beyond its index: the files that were changed, and those that are new.

Two looks against one index tell what happened between them, whatever was committed or staged meanwhile: git
itself says which files differ from that index (``git ls-files``), ignored ones left out, and their bytes are
read as they stand. Nothing is written to the repository: no object, no index, no lock. Hooks load this
module: next to nothing is imported, and git is started without :mod:`subprocess`, which takes longer to load
than git needs to answer.
"""

import os
import select
import stat
import time

from byline.errors import GitError
from byline.frozen import dataclass, field
from byline.git.settings import SETTINGS, environment_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

MOST_FILES = 2_000
"""Files that differ from the index, beyond which nothing is looked at: unpacked archives, lacking ignores."""
LARGEST_FILE = 1 << 20
"""Bytes of a file beyond which it is left out: nobody writes so much by hand, or reads it."""
MOST_BYTES = 32 << 20
"""Bytes of all files together."""

_CHUNK = 1 << 16
_SNIFFED = 8_000


@dataclass(frozen=True, slots=True)
class Checkout:
    """A work tree and its git folder (a linked work tree has one of its own); absolute paths."""

    root: str
    git_dir: str


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file at a moment. ``content`` is None where there is none of that name, or it was left out.

    ``changed_ns``: when the system last saw it change (``st_ctime``, Unix ns), which nobody can set.
    """

    content: bytes | None = field(repr=False)
    changed_ns: int = 0
    left_out: bool = False
    """Whether it is a link, binary, very large, or cannot be read: nothing is known of its content."""


def checkout_around(folder: str) -> Checkout | None:
    """The work tree that a folder is in, by the nearest ``.git`` above it; None where there is none."""
    while folder:
        found = _git_dir(folder)
        if found is not None:
            return Checkout(folder, found)
        above = os.path.dirname(folder)  # noqa: PTH120 - text: a hook loads no pathlib
        if above == folder:
            return None
        folder = above
    return None


def keep_index(checkout: Checkout, place: str) -> None:
    """Keep the index as it is now at ``place``; nothing there means that there is none yet.

    Git replaces its index and never writes into it, so a second name keeps it. Where that cannot be, it is a
    copy with the same time: git tells by that which of its entries it must not trust.

    Raises:
        GitError: it cannot be kept.
    """
    index = f"{checkout.git_dir}/index"
    try:
        os.link(index, place)
    except FileNotFoundError:
        return
    except OSError:
        _copy(index, place)


def look(
    checkout: Checkout,
    index: str,
    deadline: float,
    also: "Collection[str]" = (),
    leave_out: "Callable[[str], bool] | None" = None,
) -> dict[str, SeenFile]:
    """The files that differ from a kept index (:func:`keep_index`) or that it does not know, and ``also``.

    Paths are relative to the work tree. Ignored files are not among them, nor what lies in nested
    repositories.

    Args:
        checkout: where.
        index: the kept index.
        deadline: when to give up, by ``time.monotonic()``.
        also: further paths, which may or may not be there.
        leave_out: the paths that are not to be read.

    Raises:
        GitError: it took too long, there is too much, or git failed; the message says which.
    """
    if not hasattr(os, "posix_spawn"):
        raise GitError("the work tree is not looked at on this system")
    words = ["ls-files", "-z", "--modified", "--deleted", "--others", "--exclude-standard"]
    listed = _git(checkout, words, index, deadline)
    names = {os.fsdecode(name) for name in listed.split(b"\0") if name} | set(also)
    if len(names) > MOST_FILES:
        raise GitError(f"{len(names)} files differ from what git knows, more than {MOST_FILES}")
    seen: dict[str, SeenFile] = {}
    total = 0
    for name in sorted(names):
        # A name with a slash behind it is a nested repository.
        if name.endswith("/") or (leave_out is not None and leave_out(name)):
            continue
        found = seen[name] = _read(f"{checkout.root}/{name}")
        total += len(found.content or b"")
        if total > MOST_BYTES:
            raise GitError(f"the files that differ from what git knows are larger than {MOST_BYTES} bytes")
        if time.monotonic() > deadline:
            raise GitError("reading the changed files took too long")
    return seen


def indexed(checkout: Checkout, index: str, paths: "Collection[str] | None" = None) -> dict[str, str]:
    """The ids of the contents that a kept index has for some paths (for all that it knows, by default).

    Raises:
        GitError: git failed.
    """
    if paths is not None and not paths:
        return {}
    words = ["--literal-pathspecs", "ls-files", "-z", "--stage", "--", *sorted(paths or ())]
    found: dict[str, str] = {}
    for entry in _git(checkout, words, index, time.monotonic() + 60).split(b"\0"):
        facts, tab, name = entry.partition(b"\t")
        if not tab:
            continue
        mode, oid, stage = facts.split(b" ")
        # Of a file in conflict there is no one content; links and submodules are no files.
        if stage == b"0" and mode.startswith(b"100"):
            found[os.fsdecode(name)] = oid.decode("ascii")
    return found


def head_of(checkout: Checkout) -> str | None:
    """What is checked out: a commit's id as far as small files tell it; None when they do not."""
    found = _line(f"{checkout.git_dir}/HEAD")
    if found is None or not found.startswith("ref: "):
        return found
    ref = found.removeprefix("ref: ")
    common = os.path.normpath(f"{checkout.git_dir}/{_line(f'{checkout.git_dir}/commondir') or '.'}")
    for folder in (checkout.git_dir, common):
        oid = _line(f"{folder}/{ref}")
        if oid is not None:
            return oid
    try:
        with open(f"{common}/packed-refs", "rb") as file:  # noqa: PTH123 - text: a hook loads no pathlib
            named = b" " + os.fsencode(ref)
            return next(
                (os.fsdecode(line[: -len(named)]) for raw in file if (line := raw.rstrip()).endswith(named)),
                None,
            )
    except OSError:
        return None


def _git_dir(folder: str) -> str | None:
    """The git folder of a work tree whose top this is: ``.git``, or where that file points."""
    place = f"{folder}/.git"
    try:
        mode = os.stat(place).st_mode  # noqa: PTH116 - text: a hook loads no pathlib
    except OSError:
        return None
    if stat.S_ISDIR(mode):
        return place
    pointed = _line(place) or ""
    if not pointed.startswith("gitdir: "):
        return None
    return os.path.normpath(os.path.join(folder, pointed.removeprefix("gitdir: ")))  # noqa: PTH118 - text: a hook loads no pathlib


def _line(path: str) -> str | None:
    """The first line of a small file; None when it cannot be read."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - text: a hook loads no pathlib
            return os.fsdecode(file.read(4096).split(b"\n")[0].rstrip())
    except OSError:
        return None


def _copy(index: str, place: str) -> None:
    try:
        with open(index, "rb") as source, open(place, "wb") as target:  # noqa: PTH123 - text: a hook loads no pathlib
            facts = os.fstat(source.fileno())
            while data := source.read(1 << 20):
                target.write(data)
        os.utime(place, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    except OSError as error:
        raise GitError(f"the index cannot be kept: {error}") from error


def _read(path: str) -> SeenFile:
    """A file as it is."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError):
        return SeenFile(None)
    except OSError:
        return SeenFile(None, left_out=True)
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > LARGEST_FILE:
            return SeenFile(None, left_out=True)
        content = b""
        while chunk := os.read(descriptor, LARGEST_FILE):
            content += chunk
    except OSError:
        return SeenFile(None, left_out=True)
    finally:
        os.close(descriptor)
    binary = b"\0" in content[:_SNIFFED]
    return SeenFile(None, left_out=True) if binary else SeenFile(content, facts.st_ctime_ns)


def _git(checkout: Checkout, words: list[str], index: str, deadline: float) -> bytes:
    """What git says with a kept index for its own.

    Raises:
        GitError: it took too long, failed or is not there.
    """
    environment = environment_of(is_here=False) | {"GIT_INDEX_FILE": index}
    reading, writing = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, writing, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    command = ["git", *SETTINGS, "-C", checkout.root, *words]
    try:
        child = os.posix_spawnp("git", command, environment, file_actions=actions)
    except OSError as error:
        os.close(reading)
        raise GitError(f"git cannot be run: {error}") from error
    finally:
        os.close(writing)
    output: bytes | None = None
    try:
        output = _all(reading, deadline)
    finally:
        os.close(reading)
        if output is None:
            os.kill(child, 9)
        _, status = os.waitpid(child, 0)
    if output is None:
        raise GitError("git took too long to say what has changed")
    if status:
        raise GitError(f"git {words[0]} failed ({os.waitstatus_to_exitcode(status)})")
    return output


def _all(descriptor: int, deadline: float) -> bytes | None:
    """All that comes until it is closed; None when the time is up before that."""
    chunks: list[bytes] = []
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            return None
        chunk = os.read(descriptor, _CHUNK)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
