"""Where the store is, as text: pathlib costs a hook more than all it does before it stores.

The answers are those of :mod:`byline.paths`; a test holds that.
"""

import os

from byline.own_folder import own_folder


def database_name(override: str | None = None) -> str:
    """The absolute path of the store: ``override``, else ``BYLINE_DB``, else the data folder's.

    Raises:
        RuntimeError: it begins with the home of a user that does not exist.
        OSError: it is relative, and the working folder is gone.
    """
    chosen = override or os.environ.get("BYLINE_DB")
    if not chosen:
        return os.path.join(own_folder("data"), "byline.db")  # noqa: PTH118 - text: a hook loads no pathlib
    expanded = os.path.expanduser(chosen)  # noqa: PTH111 - text: a hook loads no pathlib
    if expanded.startswith("~"):
        raise RuntimeError(f"there is no home folder for {chosen!r}")
    return expanded if os.path.isabs(expanded) else os.path.join(os.getcwd(), expanded)  # noqa: PTH109, PTH117, PTH118 - text: a hook loads no pathlib


def working_folder() -> str:
    """The folder this runs in; empty when it is gone."""
    try:
        return os.getcwd()  # noqa: PTH109 - text: a hook loads no pathlib
    except OSError:
        return ""
