"""Where OpenCode keeps the trees that it takes of the work tree around every step (``formats.md`` 2.5)."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from byline.agents.opencode.documents import SessionDocument, mapping, text
from byline.agents.reader import TreeDiff


def step_diffs(session: SessionDocument, session_id: str, data: Path) -> Iterator[TreeDiff]:
    """For every ``patch`` part of a session, the trees before and after its step.

    ``data`` is OpenCode's data folder, in which the session was found.
    """
    project = text(session.info, "projectID")
    if project is None or "/" in project or project.startswith("."):
        return
    snapshots = data / "snapshot" / project
    if not snapshots.is_dir():
        return
    for message in session.messages:
        root = text(mapping(message.info, "path"), "root") or text(session.info, "directory") or ""
        git_dir = _git_dir(snapshots, root)
        after: str | None = None
        for part in message.parts:
            kind = part.get("type")
            if kind == "step-finish":
                after = text(part, "snapshot")
            elif kind == "patch" and git_dir is not None:
                before, part_id = text(part, "hash"), text(part, "id")
                if before and after and part_id and before != after:
                    yield TreeDiff(session_id, message.id, part_id, git_dir, before, after)


def _git_dir(snapshots: Path, root: str) -> Path | None:
    """The work tree's folder of objects, from 1.2 on; the project's own, to 1.1."""
    digest = hashlib.sha1(root.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
    for folder in (snapshots / digest, snapshots):
        if (folder / "objects").is_dir():
            return folder
    return None
