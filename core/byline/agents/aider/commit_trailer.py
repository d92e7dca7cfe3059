"""What Aider says of itself in the commits it makes (``formats.md`` 8)."""

import re

TRAILER_WORDS = "Co-authored-by: aider ("
"""What a message with the trailer contains, in Aider's own spelling."""
AUTHOR_MARK = "(aider)"
"""What older versions put behind the author's name."""

_TRAILER = re.compile(r"^Co-authored-by: aider \(([^)\n]+)\) <[^>\n]*>\s*$", re.IGNORECASE | re.MULTILINE)


def is_aiders(author: str, message: str) -> bool:
    """Whether a commit says that Aider made its changes: once, since one put together of several says more.

    A committer called so says nothing: Aider also commits what a person left uncommitted.
    """
    return len(_TRAILER.findall(message)) == 1 or (
        author.endswith(AUTHOR_MARK) and not _TRAILER.search(message)
    )


def model_in(message: str) -> str | None:
    """The model that a commit's trailer names; older versions name none."""
    found = _TRAILER.search(message)
    return found[1] if found is not None else None
