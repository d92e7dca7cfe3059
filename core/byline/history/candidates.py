"""Find the histories to import: in the agents' own places, or in files and folders that were named."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from byline.agents.reader import HEAD_BYTES, Reader, ReadsSeveral
from byline.errors import UsageError

_SKIPPED_FOLDERS = frozenset({".git", "node_modules", "__pycache__", ".venv"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that is an agent's history, as it was when it was found.

    Size and time are those of all the files that are read along with it: the sum, and the newest.
    """

    path: Path
    reader: Reader
    size: int
    mtime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Candidates:
    """The histories found, newest first, and the files that are none."""

    found: tuple[Candidate, ...]
    unrecognised: tuple[str, ...]


def find_candidates(
    paths: Sequence[Path] | None, readers: Sequence[Reader], known: Mapping[str, str]
) -> Candidates:
    """The histories below ``paths``, told by their content; without paths those in the agents' places.

    ``known`` maps the paths of files recognised before to their agents: those are not opened again.

    Raises:
        UsageError: a path does not exist.
    """
    found: dict[Path, Candidate] = {}
    unrecognised: list[str] = []
    if paths is None:
        for reader in readers:
            for path in reader.discover():
                candidate = _candidate(path, reader)
                if candidate is not None:
                    found.setdefault(candidate.path, candidate)
    for path in _files(paths or ()):
        reader_found = _recognise(path, readers, known.get(str(path)))
        if reader_found is None:
            if not any(reader.accompanies(path) for reader in readers):
                unrecognised.append(str(path))
            continue
        candidate = _candidate(path, reader_found)
        if candidate is not None:
            found.setdefault(candidate.path, candidate)
    newest_first = sorted(found.values(), key=lambda candidate: (-candidate.mtime_ns, str(candidate.path)))
    return Candidates(tuple(newest_first), tuple(unrecognised))


def read_head(path: Path) -> bytes:
    """The first bytes of a file, enough to recognise it by.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _recognise(path: Path, readers: Sequence[Reader], agent: str | None) -> Reader | None:
    if agent is not None:
        return next((reader for reader in readers if reader.name == agent), None)
    try:
        head = read_head(path)
    except OSError:
        return None
    return next((reader for reader in readers if reader.sniff(head, path)), None)


def _candidate(path: Path, reader: Reader) -> Candidate | None:
    """The file as it is now; None when it went away in between."""
    path = path.absolute()
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    size, mtime_ns = stat.st_size, stat.st_mtime_ns
    for companion in reader.companions(path) if isinstance(reader, ReadsSeveral) else ():
        with suppress(FileNotFoundError):
            beside = companion.stat()
            size, mtime_ns = size + beside.st_size, max(mtime_ns, beside.st_mtime_ns)
    return Candidate(path, reader, size, mtime_ns, stat.st_ino)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            for parent, folders, names in os.walk(path.absolute()):
                folders[:] = sorted(folder for folder in folders if folder not in _SKIPPED_FOLDERS)
                yield from (file for name in sorted(names) if (file := Path(parent, name)).is_file())
        elif path.is_file():
            yield path.absolute()
        else:
            raise UsageError(f"there is no file or folder {path}")
