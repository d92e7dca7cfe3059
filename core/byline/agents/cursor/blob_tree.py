"""The blobs of a Cursor CLI chat: JSON messages, and binary nodes that name them in order.

A node is a Protocol Buffers message. Nobody published its schema; what is read of it was seen by several
who decoded real stores: field 1 names the messages (32 bytes each), 9 the workspace as a URI, 21 holds the
workspace's path and branch. Any other field is passed by.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote, urlsplit

_MESSAGES, _WORKSPACE, _CHECKOUT = 1, 9, 21
_ID_BYTES = 32


def messages_below(root: str, blobs: Mapping[str, bytes]) -> Iterator[str]:
    """The ids of a chat's messages in their order; one may occur more than once, and need not be there.

    Raises:
        ValueError: the root is no node.
    """
    nodes, followed = [iter(_named(root, blobs))], {root}
    while nodes:
        child = next(nodes[-1], None)
        if child is None:
            nodes.pop()
        elif blobs.get(child, b"{").startswith(b"{"):
            yield child
        elif child not in followed:
            # Real roots name messages at once; a node that is named again is not followed in circles.
            followed.add(child)
            nodes.append(iter(_named(child, blobs)))


def workspace_of(node: bytes) -> tuple[str | None, str | None]:
    """The folder and the branch that a root names, as far as it does. Raises ValueError for no node."""
    folder = branch = None
    for field, value in _fields(node):
        if field == _WORKSPACE and value.startswith(b"file://"):
            folder = folder or unquote(urlsplit(value.decode("utf-8", "replace")).path) or None
        elif field == _CHECKOUT:
            try:
                inner = dict(_fields(value))
            except ValueError:
                continue  # something else in this version
            path, name = (inner.get(number, b"").decode("utf-8", "replace") for number in (1, 2))
            if path.startswith("/"):
                folder, branch = path, name or None
    return folder, branch


def _named(node: str, blobs: Mapping[str, bytes]) -> list[str]:
    """The ids of what a node names. Raises ValueError when it is none."""
    fields = _fields(blobs.get(node, b""))
    return [value.hex() for field, value in fields if field == _MESSAGES and len(value) == _ID_BYTES]


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of a message that hold bytes, with their numbers. Raises ValueError when it is none."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        if kind == 0:
            _, at = _varint(data, at)
        elif kind == 2:
            length, at = _varint(data, at)
            if at + length > len(data):
                raise ValueError("a field ends behind the node")
            yield key >> 3, data[at : at + length]
            at += length
        elif kind in {1, 5}:
            at += 8 if kind == 1 else 4
        else:
            raise ValueError(f"a field of the unknown kind {kind}")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of up to 64 bits, and the place behind it."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    raise ValueError("a number does not end")
