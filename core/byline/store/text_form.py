"""Text as SQLite can keep it. Standard library only.

Python's strings hold surrogates where SQLite's UTF-8 cannot: half an emoji cut by an agent, or bytes of a
file that are no UTF-8 (``surrogateescape``).
"""

import json


def storable(text: str) -> str:
    """Plain text that SQLite can keep: every surrogate becomes U+FFFD."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


def as_json(value: object) -> str:
    r"""Compact JSON that SQLite can keep, for a store's JSON columns; nothing is lost.

    Surrogates are written as the ``\udcXX`` of JSON, so ``json.loads`` gives back what was there.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode()
    return text


def content_bytes(content: str) -> bytes:
    """A file's whole content as its bytes.

    Bytes that were no UTF-8 come back as they were. Other surrogates can only come from an agent's record;
    they are U+FFFD here, as they are in the file that the agent wrote.
    """
    try:
        return content.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return storable(content).encode()
