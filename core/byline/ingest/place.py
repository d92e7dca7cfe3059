"""Where the store and Byline's own folders are, as text, without pathlib and platformdirs.

Both cost a hook more than everything else it does before it stores. The answers are those of
:mod:`byline.paths`; a test holds that.
"""

import os
import sys

_XDG = {
    "data": ("XDG_DATA_HOME", "~/.local/share"),
    "state": ("XDG_STATE_HOME", "~/.local/state"),
    "config": ("XDG_CONFIG_HOME", "~/.config"),
}


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


def own_folder(kind: str) -> str:
    """Byline's ``data``, ``state`` or ``config`` folder of the user; it need not exist."""
    if sys.platform in {"win32", "darwin"}:
        import platformdirs  # noqa: PLC0415 - a hook loads what it needs

        return str(getattr(platformdirs, f"user_{kind}_dir")("byline", appauthor=False))
    variable, default = _XDG[kind]
    base = os.environ.get(variable, "")
    # The XDG specification has relative paths ignored.
    chosen = base if os.path.isabs(base) else os.path.expanduser(default)  # noqa: PTH111, PTH117 - text: a hook loads no pathlib
    return os.path.join(chosen, "byline")  # noqa: PTH118 - text: a hook loads no pathlib


def working_folder() -> str:
    """The folder this runs in; empty when it is gone."""
    try:
        return os.getcwd()  # noqa: PTH109 - text: a hook loads no pathlib
    except OSError:
        return ""
