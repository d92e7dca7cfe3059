"""What happens to the work tree while a shell call runs: a look before, and one after.

A window is a folder beside the store: what the call is known by (``head``), the index as it was, and the
files that differed from it (``before``); once the call has ended also what is different then (``changes``),
and its folder's name has the time at which its end was received: by that the event that told of it finds it.
Windows of one checkout that were open together name each other (``shared``): whose doing a change is cannot
be told then. Both looks are bounded in time, and what was not looked at is noted (``skipped.log``).
"""

import json
import os
import time
import zlib

from byline.errors import GitError
from byline.frozen import dataclass, field
from byline.git.work_tree_snapshot import Checkout, SeenFile, checkout_around, head_of, keep_index, look
from byline.ingest.process_age import process_age_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from byline.config import Config
    from byline.ingest.shell_event import ShellCall

    _Packed = tuple[str, int, bool, tuple[bytes | None, ...]]
    """A file: path, when it changed (Unix ns), a mark, and its contents (None: no file)."""

SKIPPED = "skipped.log"
_MOST_NOTES = 64 * 1024
_ABANDONED_NS = 3600 * 10**9
"""A call that began this long ago and never ended was broken off, and its agent with it."""
_UNWANTED_NS = 7 * 24 * 3600 * 10**9
"""The event of a call that ended this long ago is not among those that wait to be stored."""
CLOCK_NS = 20_000_000
"""By how much the system's times of files lag behind its clock, at the most."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file that is not as it was. ``before`` and ``after`` are None where there was (is) no file.

    ``as_indexed``: before, the file was as the window's kept index has it, or not there.
    """

    path: str
    before: bytes | None = field(repr=False)
    after: bytes | None = field(repr=False)
    changed_ns: int
    as_indexed: bool


@dataclass(frozen=True, slots=True)
class Window:
    """A window whose call has ended. ``shared_with`` are the calls that ran at the same time.

    ``end_ns`` is when the process began that was told of the end. ``heads`` is what was checked out at the
    beginning and at the end, as far as that is known.
    """

    place: str
    checkout: Checkout
    key: str
    begin_ns: int
    end_ns: int
    heads: tuple[str | None, str | None]
    shared_with: tuple[str, ...]
    changes: tuple[Change, ...] = field(repr=False)

    @property
    def index(self) -> str:
        """The index as it was when the call began; it need not exist."""
        return f"{self.place}/index"


def windows_folder(database: str) -> str:
    """``<database>-windows``; it need not exist."""
    return f"{database}-windows"


def begin(database: str, call: "ShellCall", config: "Config") -> None:
    """Take the look before a call. When that cannot be done in time it is noted, and the call goes on.

    Raises:
        OSError: the window cannot be written.
    """
    checkout = checkout_around(call.cwd)
    leave_out = _left_out(config, checkout.root if checkout else "")
    if checkout is None or (leave_out is not None and leave_out("")):
        return
    deadline = time.monotonic() + config.number("capture.snapshot_timeout_ms") / 1000
    begin_ns = time.time_ns()
    folder = windows_folder(database)
    place = f"{folder}/{_number(checkout.root)}-{_number(call.key())}-{begin_ns}-{os.getpid()}"
    _make(folder)
    os.mkdir(place, 0o700)  # noqa: PTH102 - text: a hook loads no pathlib
    head = {
        "key": call.key(), "root": checkout.root, "git_dir": checkout.git_dir, "begin_ns": begin_ns,
        "head": head_of(checkout),
    }  # fmt: skip
    _write(f"{place}/head", json.dumps(head).encode())
    _tell_each_other(folder, place, call.key(), begin_ns)
    try:
        keep_index(checkout, f"{place}/index")
        seen = look(checkout, f"{place}/index", deadline, leave_out=leave_out)
    except GitError as error:
        # The window stays without a look: others have to know that this call was at work.
        note_skipped(database, call.agent, checkout.root, f"before a call: {error}")
        return
    _write(
        f"{place}/before", _packed((path, 0, file.left_out, (file.content,)) for path, file in seen.items())
    )


def end(database: str, call: "ShellCall", config: "Config", received_ms: int) -> None:
    """Take the look after a call that :func:`begin` saw. Its changes wait for the event, :func:`ended`.

    Raises:
        OSError: the window cannot be read or written.
    """
    deadline = time.monotonic() + config.number("capture.snapshot_timeout_ms") / 1000
    found = _open_window(windows_folder(database), call.key())
    if found is None:
        return
    place, head = found
    checkout = Checkout(head["root"], head["git_dir"])
    try:
        before = {
            path: SeenFile(contents[0], 0, left_out)
            for path, _, left_out, contents in _unpacked(f"{place}/before")
        }
        index = f"{place}/index"
        after = look(checkout, index, deadline, before, _left_out(config, checkout.root))
    except FileNotFoundError:
        remove(place)  # skipped, which was noted
        return
    except GitError as error:
        note_skipped(database, call.agent, checkout.root, f"after a call: {error}")
        remove(place)
        return
    changed = _changed(before, after, head["begin_ns"] - CLOCK_NS)
    current = head_of(checkout)
    if not changed and current == head["head"]:
        remove(place)
        return
    facts = {"end_ns": time.time_ns() - process_age_ms() * 1_000_000, "head": current}
    _write(f"{place}/ended", json.dumps(facts).encode())
    _write(f"{place}/changes", _packed(changed))
    os.rename(place, f"{place}.{received_ms}")  # noqa: PTH104 - text: a hook loads no pathlib


def ended(database: str, call: "ShellCall", received_ms: int) -> Window | None:
    """The window of the call whose end was received then; None when nothing changed, or nobody looked."""
    for place, head in _windows(windows_folder(database), call.key()):
        if place.endswith(f".{received_ms}"):
            return _read_window(place, head)
    return None


def ended_calls(database: str, agent: str, speaker: str) -> "Iterator[Window]":
    """All windows of a speaker whose calls have ended and that were not stored yet, in order of time."""
    folder = windows_folder(database)
    begins = f"{agent}\0{speaker}\0"
    for name in sorted(_names(folder), key=lambda name: name.partition(".")[2]):
        place = f"{folder}/{name}"
        head = _head(place) if "." in name else None
        if head is not None and head["key"].startswith(begins):
            yield _read_window(place, head)


def settle(database: str, agent: str, speaker: str, until_ms: int) -> None:
    """Drop the windows of a speaker's calls that began before a time (Unix ms) and never ended."""
    folder = windows_folder(database)
    for name in _names(folder):
        head = _head(f"{folder}/{name}") if "." not in name else None
        if (
            head is not None
            and head["key"].startswith(f"{agent}\0{speaker}\0")
            and head["begin_ns"] < until_ms * 1_000_000
        ):
            remove(f"{folder}/{name}")


def remove(place: str) -> None:
    """Remove a window; another process may be at it too."""
    try:
        for name in os.listdir(place):  # noqa: PTH208 - text: a hook loads no pathlib
            os.unlink(f"{place}/{name}")  # noqa: PTH108 - text: a hook loads no pathlib
        os.rmdir(place)  # noqa: PTH106 - text: a hook loads no pathlib
    except FileNotFoundError:
        return


def note_skipped(database: str, agent: str, root: str, reason: str) -> None:
    """Note that a call was not looked at, and why: what it changed will have no author."""
    folder = windows_folder(database)
    path = f"{folder}/{SKIPPED}"
    entry = {"time_ms": time.time_ns() // 1_000_000, "agent": agent, "root": root, "reason": reason}
    try:
        if os.stat(path).st_size > _MOST_NOTES:  # noqa: PTH116 - text: a hook loads no pathlib
            os.replace(path, f"{path}.1")  # noqa: PTH105 - text: a hook loads no pathlib
    except FileNotFoundError:
        _make(folder)
    _append(path, json.dumps(entry).encode() + b"\n")


def skipped(database: str) -> list[dict[str, object]]:
    """The latest notes of calls that were not looked at, oldest first: time_ms, agent, root and reason."""
    try:
        with open(f"{windows_folder(database)}/{SKIPPED}", "rb") as file:  # noqa: PTH123 - text: a hook loads no pathlib
            return [json.loads(line) for line in file.read().split(b"\n") if line]
    except FileNotFoundError:
        return []


def _changed(
    before: "Mapping[str, SeenFile]", after: "Mapping[str, SeenFile]", since_ns: int
) -> "list[_Packed]":
    """The files that are not as they were, with when each changed, whether before it was as indexed, and both
    contents.

    What git tells of only now without its having changed since then was ignored before, or hidden.
    """
    found: list[_Packed] = []
    for path, now in after.items():
        was = before.get(path)
        if now.left_out or (was is not None and (was.left_out or was.content == now.content)):
            continue
        if was is None and now.content is not None and now.changed_ns < since_ns:
            continue
        found.append((path, now.changed_ns, was is None, (was.content if was else None, now.content)))
    return found


def _tell_each_other(folder: str, place: str, key: str, now_ns: int) -> None:
    """Have this window and those that are open in its checkout name each other."""
    mine = os.path.basename(place)  # noqa: PTH119 - text: a hook loads no pathlib
    prefix = mine.partition("-")[0] + "-"
    for name in _names(folder):
        other = f"{folder}/{name}"
        head = _head(other)
        if head is None or name == mine:
            continue
        if now_ns - head["begin_ns"] > (_UNWANTED_NS if "." in name else _ABANDONED_NS):
            remove(other)
        elif name.startswith(prefix) and "." not in name and head["key"] != key:
            try:
                _append(f"{other}/shared", json.dumps(key).encode() + b"\n")
                _append(f"{place}/shared", json.dumps(head["key"]).encode() + b"\n")
            except FileNotFoundError:
                continue  # it has just ended


def _open_window(folder: str, key: str) -> "tuple[str, dict[str, Any]] | None":
    """The latest window of a call that has not ended, with its head."""
    found = [(place, head) for place, head in _windows(folder, key) if "." not in place[len(folder) :]]
    return max(found, key=lambda each: int(each[1]["begin_ns"]), default=None)


def _windows(folder: str, key: str) -> "Iterator[tuple[str, dict[str, Any]]]":
    """The windows of a call, with their heads."""
    middle = f"-{_number(key)}-"
    for name in _names(folder):
        head = _head(f"{folder}/{name}") if middle in name else None
        if head is not None and head["key"] == key:
            yield f"{folder}/{name}", head


def _names(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)  # noqa: PTH208 - text: a hook loads no pathlib
    except FileNotFoundError:
        return []
    return [name for name in names if not name.startswith(SKIPPED)]


def _head(place: str) -> "dict[str, Any] | None":
    """What a window's call is known by; None when it is gone, or is just being made."""
    try:
        with open(f"{place}/head", "rb") as file:  # noqa: PTH123 - text: a hook loads no pathlib
            found: dict[str, Any] = json.loads(file.read())
    except (FileNotFoundError, ValueError):
        return None
    return found


def _read_window(place: str, head: "dict[str, Any]") -> Window:
    with open(f"{place}/ended", "rb") as file:  # noqa: PTH123 - text: a hook loads no pathlib
        facts = json.loads(file.read())
    try:
        with open(f"{place}/shared", "rb") as file:  # noqa: PTH123 - text: a hook loads no pathlib
            shared = {str(json.loads(line)) for line in file.read().split(b"\n") if line}
    except FileNotFoundError:
        shared = set()
    return Window(
        place,
        Checkout(head["root"], head["git_dir"]),
        head["key"],
        head["begin_ns"],
        facts["end_ns"],
        (head["head"], facts["head"]),
        tuple(sorted(key.rpartition("\0")[2] for key in shared)),
        tuple(
            Change(path, contents[0], contents[1], changed_ns, as_indexed)
            for path, changed_ns, as_indexed, contents in _unpacked(f"{place}/changes")
        ),
    )


def _packed(files: "Iterable[_Packed]") -> bytes:
    """Files as a line of JSON (path, time, mark, the sizes of the contents), and the contents behind it."""
    entries: list[object] = []
    contents: list[bytes] = []
    for path, changed_ns, mark, held in files:
        entries.append([path, changed_ns, mark, [None if each is None else len(each) for each in held]])
        contents += [each for each in held if each]
    return json.dumps(entries).encode() + b"\n" + b"".join(contents)


def _unpacked(path: str) -> "Iterator[_Packed]":
    with open(path, "rb") as file:  # noqa: PTH123 - text: a hook loads no pathlib
        for name, changed_ns, mark, sizes in json.loads(file.readline()):
            yield name, changed_ns, mark, tuple(None if size is None else file.read(size) for size in sizes)


def _left_out(config: "Config", root: str) -> "Callable[[str], bool] | None":
    """Whether a path below ``root`` is not to be recorded; None when everything is."""
    if not config.patterns("ignore"):
        return None
    from byline.ignore import ignore_of  # noqa: PLC0415 - a hook loads what it needs

    ignore = ignore_of(config)
    return None if ignore is None else lambda path: ignore.ignores(path or ".", root)


def _number(text: str) -> str:
    return f"{zlib.crc32(text.encode('utf-8', 'surrogatepass')):08x}"


def _make(folder: str) -> None:
    os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)  # noqa: PTH103, PTH120 - text: a hook loads no pathlib
    os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103 - text: a hook loads no pathlib


def _write(path: str, data: bytes) -> None:
    _put(path, data, os.O_TRUNC)


def _append(path: str, data: bytes) -> None:
    _put(path, data, os.O_APPEND)


def _put(path: str, data: bytes, flag: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flag, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
    finally:
        os.close(descriptor)
