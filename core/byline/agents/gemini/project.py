"""The folder in which a Gemini CLI chat was held: the chat itself has only a hash of it."""

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from byline.agents.gemini.document import ChatDocument
from byline.agents.json_records import object_of, objects_of

_WORKSPACE = re.compile(r"\*\*Workspace Directories:\*\*\n\s*- ([^\n]+)")
_PATH_ARGUMENTS = ("file_path", "path", "dir_path", "absolute_path", "cwd")


def project_folder(path: Path, document: ChatDocument) -> str | None:
    """The folder of a chat: one of those around the files it names whose hash is the chat's.

    Else the folder that Gemini CLI's own files beside the chats name, else the first workspace folder
    that the chat begins with. None when nothing tells.
    """
    named = list(_named_folders(document))
    digest = document.header.get("projectHash")
    for folder in dict.fromkeys(named):
        if hashlib.sha256(folder.encode("utf-8", "surrogatepass")).hexdigest() == digest:
            return folder
    return _registered(path) or _workspace(document)


def _workspace(document: ChatDocument) -> str | None:
    """The first workspace folder that the first message names."""
    for message in list(document.messages.values())[:2]:
        for block in objects_of(message, "content"):
            found = _WORKSPACE.search(str(block.get("text")))
            if found is not None:
                return found[1].strip()
    return None


def _named_folders(document: ChatDocument) -> Iterator[str]:
    """Every folder that the chat names or that is above a file it names."""
    workspace = _workspace(document)
    if workspace is not None:
        yield workspace
    seen: set[str] = set()
    for message in document.messages.values():
        for call in objects_of(message, "toolCalls"):
            arguments = object_of(call, "args")
            names = [arguments.get(name) for name in _PATH_ARGUMENTS]
            names.append(object_of(call, "resultDisplay").get("filePath"))
            for name in names:
                folder = name if isinstance(name, str) and name.startswith("/") else "/"
                while folder != "/" and folder not in seen:
                    seen.add(folder)
                    yield folder
                    folder = posixpath.dirname(folder)


def _registered(path: Path) -> str | None:
    """The folder that ``projects.json`` or ``.project_root`` name for ``tmp/<project>/chats/…``."""
    chats = next((folder for folder in path.parents if folder.name == "chats"), None)
    if chats is None:
        return None
    project = chats.parent
    try:
        return (project / ".project_root").read_text().strip() or None
    except (OSError, ValueError):
        pass
    try:
        known = json.loads((project.parent.parent / "projects.json").read_bytes())
    except (OSError, ValueError):
        return None
    folders = object_of(known, "projects") if isinstance(known, dict) else {}
    return next((folder for folder, slug in folders.items() if slug == project.name), None)
