"""A block of lines of ours in somebody's text file, between two marks: put in, found and taken out again."""

import re

BEGIN = "# >>> byline >>>"
END = "# <<< byline <<<"
_BLOCK = re.compile(
    rf"^{re.escape(BEGIN)}[^\n]*\n(.*?)^{re.escape(END)}[^\n]*(?:\n|\Z)", re.MULTILINE | re.DOTALL
)


def block(lines: str) -> str:
    """The lines (each ended) between the marks."""
    return f"{BEGIN}\n{lines}{END}\n"


def block_in(text: str) -> str | None:
    """The lines of the block in a text, None if there is none."""
    found = _BLOCK.search(text)
    return None if found is None else found[1]


def at_top(text: str, lines: str) -> str:
    """The script with the block behind its ``#!`` line, or at its very beginning when it has none."""
    first, newline, rest = text.partition("\n")
    if not first.startswith("#!"):
        return block(lines) + text
    # Without a line end behind it, it has one now; the block then lacks its own.
    return f"{first}\n{block(lines)}{rest}" if newline else f"{first}\n{block(lines)}".removesuffix("\n")


def at_end(text: str, lines: str) -> str:
    """The text with the block behind it. A text without a final line end has none afterwards either."""
    if not text or text.endswith("\n"):
        return text + block(lines)
    return f"{text}\n{block(lines)}".removesuffix("\n")


def replaced(text: str, lines: str) -> str:
    """The text with other lines in its block, which it must have."""
    found = _BLOCK.search(text)
    assert found is not None  # noqa: S101 - the caller has looked
    return text[: found.start(1)] + lines + text[found.end(1) :]


def without_block(text: str) -> str:
    """The text as it was without the block; itself when there is none."""
    found = _BLOCK.search(text)
    if found is None:
        return text
    before, behind = text[: found.start()], text[found.end() :]
    if not found[0].endswith("\n"):
        # Only a text without a final line end is given a block without one.
        before = before.removesuffix("\n")
    return before + behind
