"""Byline's own folders as text, without pathlib and, where XDG's rules hold, without platformdirs.

Both cost a hook more than everything else it does before it stores. The answers are platformdirs'; a test
holds that.
"""

import os
import sys

_XDG = {
    "data": ("XDG_DATA_HOME", "~/.local/share"),
    "state": ("XDG_STATE_HOME", "~/.local/state"),
    "config": ("XDG_CONFIG_HOME", "~/.config"),
}


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
