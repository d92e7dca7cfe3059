"""MurmurHash3, 32 bit for x86, and the content hash of a range that is made with it.

The hash is Austin Appleby's public domain MurmurHash3_x86_32 (``smhasher``); Agent Trace records use
it for content that may move, where equality matters and adversaries do not.
"""

from collections.abc import Iterable

from byline.patch import LineKind

_MASK = 0xFFFFFFFF
_RANGE_INPUT = b"sce-agent-trace-range-content-hash-v1\0"


def murmur3_32(data: bytes, seed: int = 0) -> int:
    """The unsigned 32-bit MurmurHash3 (x86) of ``data``."""
    state = seed & _MASK
    whole = len(data) & ~3
    for start in range(0, whole, 4):
        state ^= _mixed(int.from_bytes(data[start : start + 4], "little"))
        state = (_rotated(state, 13) * 5 + 0xE6546B64) & _MASK
    if whole < len(data):
        state ^= _mixed(int.from_bytes(data[whole:], "little"))
    state ^= len(data) & _MASK
    state = ((state ^ (state >> 16)) * 0x85EBCA6B) & _MASK
    state = ((state ^ (state >> 13)) * 0xC2B2AE35) & _MASK
    return state ^ (state >> 16)


def _mixed(block: int) -> int:
    return (_rotated((block * 0xCC9E2D51) & _MASK, 15) * 0x1B873593) & _MASK


def _rotated(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _MASK


def content_hash(lines: Iterable[tuple[LineKind, str]]) -> str:
    r"""The hash of a range's touched lines, as ``murmur3:`` and eight hex digits.

    The bytes are those of ``design.md`` "byline show REV --trace": a version string, then per line its
    kind and ``\0``, the content's length in bytes as 8 big-endian bytes, the content in UTF-8, ``\0``.
    The goldens show which lines: all that the hunk adds and removes, in the order of the patch,
    without its context; a ``\r`` at a line's end belongs to the content.
    """
    data = bytearray(_RANGE_INPUT)
    for kind, content in lines:
        raw = _content_bytes(content)
        data += kind.encode() + b"\0" + len(raw).to_bytes(8, "big") + raw + b"\0"
    return f"murmur3:{murmur3_32(bytes(data)):08x}"


def _content_bytes(content: str) -> bytes:
    """UTF-8, where bytes that were no UTF-8 come back as they were, and half an emoji as U+FFFD."""
    try:
        return content.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return content.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
