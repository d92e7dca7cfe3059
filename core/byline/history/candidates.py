"""Find the histories to import: in the agents' own places, or in files and folders that were named."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from byline.agents.reader import HEAD_BYTES, Reader, ReadsSeveral
from byline.errors import UsageError

_SKIPPED_FOLDERS = frozenset({".git", "node_modules", "__pycache__", ".venv"})
# What is no database has no log that could hold its news.
_WITHOUT_LOG = (".jsonl", ".json", ".md", ".zst")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that is an agent's history, as it was when it was found.

    Size and time are those of all the files that are read along with it: the sum, and the newest.
    """

    path: str
    agent: str
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """The histories found, newest first, and the files that are none."""

    found: tuple[Candidate, ...]
    unrecognised: tuple[str, ...]


def find_candidates(
    paths: Sequence[Path] | None,
    readers: Sequence[Reader],
    agents: Collection[str],
    known: Mapping[str, str],
) -> Candidates:
    """The histories of ``agents`` below ``paths``, told by content, or in the agents' own places.

    ``readers`` are all there are: a file that one of the others knows is none of those asked for, and no
    riddle either. ``known`` maps the paths of files recognised before to their agents: those are not
    opened again.

    Raises:
        UsageError: a path does not exist.
    """
    found: dict[str, Candidate] = {}
    unrecognised: list[str] = []
    # Asked once: whether a reader is of a protocol costs more than a look at a file.
    several = {reader.name: reader for reader in readers if isinstance(reader, ReadsSeveral)}
    if paths is None:
        for reader in readers:
            if reader.name in agents:
                for place in reader.discover():
                    _add(found, os.path.abspath(place), reader.name, several.get(reader.name))  # noqa: PTH100 - texts: there may be many
    for path in _files(paths or ()):
        reader_found = _recognise(path, readers, known.get(path))
        if reader_found is not None:
            if reader_found.name in agents:
                _add(found, path, reader_found.name, several.get(reader_found.name))
        elif not any(reader.accompanies(Path(path)) for reader in readers):
            unrecognised.append(path)
    newest_first = sorted(found.values(), key=lambda candidate: (-candidate.mtime_ns, candidate.path))
    return Candidates(tuple(newest_first), tuple(unrecognised))


def read_head(path: str) -> bytes:
    """The first bytes of a file, enough to recognise it by.

    Raises:
        OSError: the file cannot be read.
    """
    with Path(path).open("rb") as file:
        return file.read(HEAD_BYTES)


def _recognise(path: str, readers: Sequence[Reader], agent: str | None) -> Reader | None:
    if agent is not None:
        return next((reader for reader in readers if reader.name == agent), None)
    try:
        head = read_head(path)
    except OSError:
        return None
    return next((reader for reader in readers if reader.sniff(head, Path(path))), None)


def _add(found: dict[str, Candidate], path: str, agent: str, several: ReadsSeveral | None) -> None:
    """Add the file as it is now, with those that are read along with it, unless it went away in between."""
    if path in found:
        return
    try:
        stat = stat_of(path)
    except PermissionError:
        # It is there: what keeps it from being read is told when that is tried.
        found[path] = Candidate(path, agent, 0, 0, 0)
        return
    if stat is None:
        return
    size, mtime_ns = stat.st_size, stat.st_mtime_ns
    companions = [] if path.endswith(_WITHOUT_LOG) else [f"{path}-wal"]
    if several is not None:
        companions += [str(companion) for companion in several.companions(Path(path))]
    for companion in dict.fromkeys(companions):
        beside = stat_of(companion)
        if beside is not None:
            size, mtime_ns = size + beside.st_size, max(mtime_ns, beside.st_mtime_ns)
    found[path] = Candidate(path, agent, size, mtime_ns, stat.st_ino)


def stat_of(path: str) -> os.stat_result | None:
    """What the system says of a file; None when there is none. Raises: OSError."""
    try:
        return os.stat(path)  # noqa: PTH116 - of tens of thousands of texts
    except (FileNotFoundError, NotADirectoryError):
        return None


def _files(paths: Sequence[Path]) -> Iterator[str]:
    for path in paths:
        if path.is_dir():
            yield from _files_below(str(path.absolute()))
        elif path.is_file():
            yield str(path.absolute())
        else:
            raise UsageError(f"there is no file or folder {path}")


def _files_below(folder: str) -> Iterator[str]:
    folders: list[str] = []
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        # A folder that may not be read, or went away: what is beside it is found all the same.
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _SKIPPED_FOLDERS:
                folders.append(entry.path)
        elif entry.is_file():
            yield entry.path
    for below in folders:
        yield from _files_below(below)
