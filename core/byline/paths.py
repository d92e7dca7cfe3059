"""Where Byline keeps its own things.

platformdirs is imported when a folder is asked for and not before: a hook that is told its
database by ``BYLINE_DB`` never pays for it.
"""

import os
from pathlib import Path


def data_dir() -> Path:
    """The user's data folder for Byline; it need not exist yet."""
    import platformdirs  # noqa: PLC0415 - 14 ms that a hook with BYLINE_DB need not pay

    return Path(platformdirs.user_data_dir("byline", appauthor=False))


def config_dir() -> Path:
    """The user's configuration folder for Byline."""
    import platformdirs  # noqa: PLC0415 - see data_dir

    return Path(platformdirs.user_config_dir("byline", appauthor=False))


def state_dir() -> Path:
    """The user's state folder for Byline: what the browser remembers, and logs."""
    import platformdirs  # noqa: PLC0415 - see data_dir

    return Path(platformdirs.user_state_dir("byline", appauthor=False))


def database_path(override: str | None = None) -> Path:
    """The database to use: ``override`` (``--db``), else ``BYLINE_DB``, else the data folder's.

    Returns an absolute path; neither the file nor its folder need exist.
    """
    chosen = override or os.environ.get("BYLINE_DB")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return data_dir() / "byline.db"
