"""The patch model: parse, combine, intersect and render unified diffs. See ``design.md``.

Pure functions over values. unidiff is loaded by :func:`parse_patch` and not before; the functions that a
hook with the agent's own diff does not need are loaded when they are named.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from byline.patch.json_form import patch_from_json, patch_to_json
from byline.patch.model import (
    ContextLine,
    FileKind,
    FilePatch,
    Hunk,
    LineKind,
    Match,
    Patch,
    TouchedLine,
)

if TYPE_CHECKING:
    from byline.patch.combine import combine_patches, intersect_patches
    from byline.patch.parse import parse_patch
    from byline.patch.render import render_patch

__all__ = [
    "ContextLine",
    "FileKind",
    "FilePatch",
    "Hunk",
    "LineKind",
    "Match",
    "Patch",
    "TouchedLine",
    "combine_patches",
    "intersect_patches",
    "parse_patch",
    "patch_from_json",
    "patch_to_json",
    "render_patch",
]

_LATER = {
    "combine_patches": "byline.patch.combine",
    "intersect_patches": "byline.patch.combine",
    "parse_patch": "byline.patch.parse",
    "render_patch": "byline.patch.render",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found: object = getattr(import_module(_LATER[name]), name)
    globals()[name] = found
    return found
