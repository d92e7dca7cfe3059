"""Let git say what changed between the trees that an agent took snapshots of.

Such a diff holds everything that changed meanwhile, whoever changed it: an observation, no edit.
"""

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from byline.agents.reader import Reading
from byline.errors import GitError, PatchError
from byline.git.process import run
from byline.patch import parse_patch, patch_to_json
from byline.record import Part

_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HEADER = re.compile(r"^([0-9a-f]{40,64}) ([0-9a-f]{40,64})\n", re.MULTILINE)
# The folder may name a work tree that is gone, without which git would not begin.
_HERE = ("--git-dir", ".", "--work-tree", ".")
_DIFF = ("diff-tree", "--stdin", "-r", "-p", "-M", "--no-color", "--no-ext-diff", "--no-textconv")

Pair = tuple[str, str]


def with_tree_diffs(reading: Reading) -> Reading:
    """The reading with ``patch`` parts for its tree diffs, as far as git still has the trees.

    A part whose trees are gone, or do not differ, stays as it is.
    """
    if not reading.tree_diffs:
        return reading
    wanted = defaultdict[Path, set[Pair]](set)
    for each in reading.tree_diffs:
        if _OID.fullmatch(each.before) and _OID.fullmatch(each.after):
            wanted[each.git_dir].add((each.before, each.after))
    found = {git_dir: _diffs(git_dir, pairs) for git_dir, pairs in wanted.items()}
    texts = {
        (each.session_id, each.message_id, each.part_id): diff
        for each in reading.tree_diffs
        if (diff := found.get(each.git_dir, {}).get((each.before, each.after)))
    }
    parts = [
        _as_patch(part, texts[key])
        if (key := (part.session_id, part.message_id, part.part_id)) in texts
        else part
        for part in reading.parts
    ]
    return replace(reading, parts=parts)


def _as_patch(part: Part, diff: str) -> Part:
    try:
        patch = parse_patch(diff, part.session_id)
    except PatchError:
        return part
    return replace(
        part,
        type="patch",
        text=diff,
        patch=json.dumps(patch_to_json(patch), ensure_ascii=False, separators=(",", ":")),
    )


def _diffs(git_dir: Path, pairs: Collection[Pair]) -> dict[Pair, str]:
    """The diffs between pairs of trees, all by one process; nothing when git cannot read them."""
    try:
        there = set(_trees(git_dir, {oid for pair in pairs for oid in pair}))
        known = [pair for pair in sorted(pairs) if there.issuperset(pair)]
        if not known:
            return {}
        lines = "".join(f"{before} {after}\n" for before, after in known)
        output = run(git_dir, [*_HERE, *_DIFF], lines.encode())
    except GitError:
        # Trees may be pruned, and their blobs are borrowed from a repository that may be gone.
        return {}
    pieces = _HEADER.split(output.decode("utf-8", "replace"))
    return {(pieces[i], pieces[i + 1]): pieces[i + 2] for i in range(1, len(pieces), 3)}


def _trees(git_dir: Path, oids: Collection[str]) -> Iterator[str]:
    stdin = "".join(f"{oid}\n" for oid in sorted(oids)).encode()
    output = run(git_dir, [*_HERE, "cat-file", "--batch-check=%(objectname) %(objecttype)"], stdin)
    for line in output.decode().split("\n"):
        oid, _, kind = line.partition(" ")
        if kind == "tree":
            yield oid
