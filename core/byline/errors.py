"""The errors Byline raises on purpose.

Every message is one line that a person can act on. The command line prints it and exits with
1 (or 2 for :class:`UsageError`); hooks record it and exit with 0.
"""


class BylineError(Exception):
    """Something Byline can name and a person can act on."""


class UsageError(BylineError):
    """The command was called with words that do not fit."""


class PatchError(BylineError):
    """A text is not a patch that can be read."""


class StoreError(BylineError):
    """The store cannot be opened, read or written."""


class StoreBusyError(StoreError):
    """Another process held the store locked for longer than the retry policy waits."""


class NewerStoreError(StoreError):
    """The store was written by a newer version of Byline."""


class GitError(BylineError):
    """Git failed, or there is no such repository, revision or path."""


class FormatError(BylineError):
    """A record or payload does not have the shape of its format."""
