"""The patch model: parse, combine, intersect and render unified diffs. See ``design.md``.

Pure functions over values. unidiff is loaded by :func:`parse_patch` and not before.
"""

from byline.patch.combine import combine_patches, intersect_patches
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
