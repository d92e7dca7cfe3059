"""The plugins for agents that load a program of ours, each as the one file that is installed."""

import re
from importlib.resources import files

_COMMON = re.compile(rb'^import \{[^}]*\} from "\.\./\.\./telling\.ts"\n', re.MULTILINE)
_EXPORT = re.compile(rb"^export ", re.MULTILINE)


def plugin_file(package: str, source: str) -> bytes | None:
    """The file ``source`` of an agent's ``package`` with what it imports from ``telling.ts`` in its place.

    Nothing of that is exported: OpenCode calls every function that a plugin exports. None when this
    installation of Byline has no such file.
    """
    place = files(package).joinpath(source)
    if not place.is_file():
        return None
    common = _EXPORT.sub(b"", files("byline.agents").joinpath("telling.ts").read_bytes())
    return _COMMON.sub(lambda _: common, place.read_bytes(), count=1)
