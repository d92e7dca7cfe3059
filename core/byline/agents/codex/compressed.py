"""Read the lines of a history that may be compressed with Zstandard (``.jsonl.zst``).

Python reads it from 3.14 on (``compression.zstd``), before that with the ``zstandard`` package.
"""

import errno
import importlib
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from byline.agents.reader import HEAD_BYTES

MAGIC = b"\x28\xb5\x2f\xfd"
_CHUNK = 131_072
_MISSING = (
    "compressed with Zstandard, which this Python cannot read: "
    "install the zstandard package (pip install 'byline[zstd]') and import again"
)


@contextmanager
def open_history(path: Path) -> Iterator[Iterable[bytes]]:
    r"""The lines of a history with their ``\n``, decompressed as they are read.

    Raises:
        OSError: the file cannot be read, or is compressed and nothing here can decompress it. Where the
            compressed data is damaged, reading on raises one of :func:`damage`.
    """
    with path.open("rb") as file:
        compressed = file.read(len(MAGIC)) == MAGIC
        file.seek(0)
        if not compressed:
            yield file
        elif is_readable():
            yield _lines(_decompressed(file))
        else:
            raise OSError(errno.ENOTSUP, _MISSING, str(path))


def is_readable() -> bool:
    """Whether compressed histories can be read here."""
    return _codec() is not None


def damage() -> tuple[type[Exception], ...]:
    """The errors that reading damaged compressed data raises."""
    codec = _codec()
    return (EOFError, cast("type[Exception]", codec.ZstdError)) if codec is not None else (EOFError,)


def decompressed_head(head: bytes) -> bytes | None:
    """What the first bytes of a compressed file say, as far as they go; None if they cannot be read here."""
    if not is_readable():
        return None
    text = b""
    try:
        for chunk in _decompressed(io.BytesIO(head)):
            text += chunk
            if len(text) >= HEAD_BYTES:
                break
    except damage():
        return text  # a head ends in the middle; where it is damaged, reading the whole says so
    return text[:HEAD_BYTES]


def _codec() -> Any:  # noqa: ANN401 - one of two modules, neither of which need be there
    for name in ("compression.zstd", "zstandard"):
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            continue
    return None


def _decompressed(file: BinaryIO) -> Iterator[bytes]:
    """The content of all the frames of a file."""
    codec, data, frame = _codec(), b"", None
    while data or (data := file.read(_CHUNK)):
        if frame is None:
            frame = codec.ZstdDecompressor()
            # The package makes such objects apart from their settings, Python's own module does not.
            frame = frame.decompressobj() if hasattr(frame, "decompressobj") else frame
        yield frame.decompress(data)
        data, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
    if frame is not None:
        raise EOFError("the file ends in the middle")


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        yield rest
