"""What went wrong, in words for a person."""

from byline.errors import BylineError
from byline.text import safe_line


def words_for(error: BaseException | None) -> str:
    """The message of an error that Byline raised on purpose; of any other, its type as well."""
    if error is None:
        return "No reason was given."
    if isinstance(error, BylineError):
        return safe_line(str(error))
    return safe_line(f"{type(error).__name__}: {error}. This is a mistake in Byline: please report it.")
