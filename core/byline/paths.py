"""Where Byline keeps its own things."""

import os
from pathlib import Path

from byline.own_folder import own_folder


def data_dir() -> Path:
    """The user's data folder for Byline; it need not exist yet."""
    return Path(own_folder("data"))


def config_dir() -> Path:
    """The user's configuration folder for Byline."""
    return Path(own_folder("config"))


def state_dir() -> Path:
    """The user's state folder for Byline: what the browser remembers, and logs."""
    return Path(own_folder("state"))


def database_path(override: str | None = None) -> Path:
    """The database to use: ``override`` (``--db``), else ``BYLINE_DB``, else the data folder's.

    Returns an absolute path; neither the file nor its folder need exist.
    """
    chosen = override or os.environ.get("BYLINE_DB")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return data_dir() / "byline.db"
