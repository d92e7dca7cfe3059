"""A file that is all ours (a plugin): its first line tells the version, and whether it was changed since."""

import hashlib
import json
import re

_HEADER = re.compile(rb"// Byline (\S+), installed by [^\n]* sha256 ([0-9a-f]{64})\n")
_PROGRAM = re.compile(rb'^const BYLINE_INGEST = ("[^\n]*")', re.MULTILINE)


def with_header(body: bytes, version: str) -> bytes:
    """The file to install: its body behind a line that names the version and the body's hash."""
    digest = hashlib.sha256(body).hexdigest()
    origin = f"// Byline {version}, installed by `byline setup`, which leaves it alone once changed."
    return f"{origin} sha256 {digest}\n".encode() + body


def is_untouched(data: bytes) -> bool:
    """Whether a file was installed here, by any version, and not changed since."""
    found = _HEADER.match(data)
    return found is not None and hashlib.sha256(data[found.end() :]).hexdigest().encode() == found[2]


def version_of(data: bytes) -> str | None:
    """The version that installed a file, changed since or not; None when it is not ours."""
    found = _HEADER.match(data)
    return None if found is None else found[1].decode("ascii", "replace")


def program_in(data: bytes) -> str | None:
    """The path of ``byline-ingest`` that was written into a file; None when it looks on PATH."""
    found = _PROGRAM.search(data)
    return str(json.loads(found[1])) or None if found else None


def with_program(body: bytes, program: str) -> bytes:
    """A plugin with the path of ``byline-ingest`` in the constant for it."""
    said = json.dumps(program, ensure_ascii=False)
    return _PROGRAM.sub(lambda _: f"const BYLINE_INGEST = {said}".encode(), body, count=1)
