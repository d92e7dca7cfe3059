"""A world in which agents and people really write files, and what agents do is recorded."""

import difflib
import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from byline.git.repository import Repository
from byline.patch import FilePatch, parse_patch
from byline.patch.hunk_body import read_hunk
from byline.record import Edit, Message, Part, Session, prefixed
from byline.review.model import Review
from byline.review.repositories import repository_row
from byline.review.review import review_commit
from byline.store.store import Store

START_MS = 1_760_000_000_000


def diff(before: str, after: str, path: str) -> FilePatch | None:
    """What git says changed, as the patch an agent would have recorded."""
    old, new = before.split("\n"), after.split("\n")
    for lines in (old, new):
        if not lines[-1]:
            lines.pop()
    if not before:
        body = "".join(f"+{line}\n" for line in new)
        return parse_patch(f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(new)} @@\n{body}").files[0]
    text = "\n".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", lineterm=""))
    return parse_patch(text + "\n").files[0] if text else None


@dataclass
class Agent:
    """One session of an agent, working in a checkout."""

    world: "World"
    session_id: str
    model: str | None
    checkout: Path
    recorded_root: str | None = None
    """The root that its record names, if not the checkout's own (another machine)."""
    with_before: bool = False
    calls: int = 0

    def writes(self, path: str, content: str, *, time_ms: int | None = None) -> str:
        """Give a file new content with one tool call, and record the diff; the tool call's id."""
        place = self.checkout / path
        before = place.read_bytes().decode() if place.exists() else ""
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode())
        return self.records(path, before, content, time_ms=time_ms)

    def replaces(self, path: str, old: str, new: str) -> str:
        """An Edit call: the only place where ``old`` stands becomes ``new``."""
        text = (self.checkout / path).read_bytes().decode()
        assert text.count(old) == 1
        return self.writes(path, text.replace(old, new))

    def records(self, path: str, before: str, after: str, *, time_ms: int | None = None) -> str:
        """Record a call without touching a file."""
        self.calls += 1
        call = f"call_{self.session_id}_{self.calls}"
        patch = diff(before, after, path)
        assert patch is not None
        root = self.recorded_root or str(self.checkout)
        edit = Edit(
            self.session_id,
            f"{root}/{path}",
            patch,
            time_ms if time_ms is not None else self.world.tick(),
            "claude",
            "vendor_diff",
            message_id=f"msg_{self.session_id}_{self.calls}",
            tool_call_id=call,
            model_id=self.model,
            tool="Edit",
            seq=self.calls,
            cwd=root,
            before=before if self.with_before else None,
            after=after if self.with_before else None,
        )
        with self.world.store.write() as writer:
            writer.edits([edit])
        return call

    def deletes(self, path: str) -> str:
        """A call that removes a file; its record has the lines that went."""
        before = (self.checkout / path).read_bytes().decode()
        (self.checkout / path).unlink()
        lines = before.removesuffix("\n").split("\n")
        hunk = read_hunk(1, 0, [f"-{line}" for line in lines])
        patch = FilePatch(path, "", "deleted", (hunk,))
        call = self._call("apply_patch", {}, "", self.world.tick())
        facts = {"before": before, "after": ""} if self.with_before else {}
        self._record(call, "apply_patch", path, patch, **facts)
        return call

    def moves(self, old: str, new: str, content: str | None = None) -> str:
        """An apply_patch call that gives a file a new name (and content), recorded under the new one."""
        before = (self.checkout / old).read_bytes().decode()
        after = content if content is not None else before
        (self.checkout / old).unlink()
        place = self.checkout / new
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(after.encode())
        changed = diff(before, after, new)
        patch = FilePatch(old, new, "renamed", changed.hunks if changed else ())
        call = self._call("apply_patch", {}, "", self.world.tick())
        facts = {"before": before, "after": after} if self.with_before else {}
        self._record(call, "apply_patch", new, patch, **facts)
        return call

    def _call(self, tool: str, given: dict[str, object], output: str, time_ms: int) -> str:
        """Record a tool call as a part of the conversation; its id."""
        self.calls += 1
        call = f"call_{self.session_id}_{self.calls}"
        message = f"msg_{self.session_id}_{self.calls}"
        text = json.dumps(given)
        part = Part(self.session_id, message, call, "tool", output, time_ms, tool, call, text, "completed")
        with self.world.store.write() as writer:
            writer.messages([Message(self.session_id, message, "assistant", time_ms, self.model)])
            writer.parts([part])
        return call

    def _record(self, call: str, tool: str, path: str, patch: FilePatch, **facts: object) -> None:
        edit = Edit(
            self.session_id,
            f"{self.recorded_root or self.checkout}/{path}",
            patch,
            self.world.tick(),
            "claude",
            facts.pop("precision", "vendor_diff"),  # type: ignore[arg-type] # one of the four
            message_id=f"msg_{self.session_id}_{self.calls}",
            tool_call_id=call,
            model_id=self.model,
            tool=tool,
            seq=self.calls,
            cwd=str(self.checkout),
            **facts,  # type: ignore[arg-type] # before and after
        )
        with self.world.store.write() as writer:
            writer.edits([edit])

    def shell(
        self, command: str, path: str, before: str, after: str, *, started_ms: int | None = None
    ) -> None:
        """A shell call that changed a file, with the diff its agent recorded; the file is not touched."""
        start = started_ms if started_ms is not None else self.world.tick()
        call = self._call("Bash", {"command": command}, "", start)
        patch = diff(before, after, path)
        assert patch is not None
        self._record(call, "Bash", path, patch)

    def reads(self, path: str) -> None:
        """A Read call that shows the whole file, with line numbers."""
        lines = (self.checkout / path).read_text().rstrip("\n").split("\n")
        shown = "\n".join(f"{number:6}→{line}" for number, line in enumerate(lines, 1))
        self._call("Read", {"file_path": f"{self.checkout}/{path}"}, shown, self.world.tick())

    def writes_whole(self, path: str, content: str) -> None:
        """A Write call whose record has the new content and no word on what was there."""
        (self.checkout / path).write_text(content)
        call = self._call("Write", {"file_path": path}, "", self.world.tick())
        patch = diff("", content, path)
        assert patch is not None
        self._record(call, "Write", path, patch, precision="strings", after=content)

    def patches(self, path: str, *body: str) -> None:
        """An apply_patch call whose record has lines without numbers; the file is not touched."""
        call = self._call("apply_patch", {}, "", self.world.tick())
        patch = FilePatch(path, path, "modified", (read_hunk(0, 0, body),))
        self._record(call, "apply_patch", path, patch, precision="patch_text")


@dataclass
class World:
    """A repository, a store and a clock that only moves when something happens."""

    path: Path
    store: Store
    now_ms: int = START_MS
    agents: int = 0

    def tick(self, seconds: int = 60) -> int:
        self.now_ms += seconds * 1000
        return self.now_ms

    def agent(
        self,
        name: str,
        model: str | None = "opus",
        *,
        checkout: Path | None = None,
        root: str | None = None,
        with_before: bool = False,
    ) -> Agent:
        """An agent's session at work in the repository (or another checkout)."""
        session_id = prefixed("claude", name)
        folder = checkout or self.path
        with self.store.write() as writer:
            writer.sessions([Session(session_id, "claude", name, cwd=root or str(folder))])
        if root is not None:
            row = self.row()
            self.store.repositories.bind_sessions([session_id], row)
        return Agent(self, session_id, model, folder, root, with_before)

    def row(self) -> int:
        return repository_row(self.store, Repository.open(self.path)).id

    def person_writes(self, path: str, content: str) -> None:
        """A person (or a formatter) changes a file; nobody records it."""
        place = self.path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode())
        self.tick()

    def person_replaces(self, path: str, old: str, new: str) -> None:
        text = (self.path / path).read_bytes().decode()
        assert text.count(old) == 1, (text, old)
        self.person_writes(path, text.replace(old, new))

    def read(self, path: str) -> str:
        return (self.path / path).read_bytes().decode()

    def git(self, *words: str, stdin: str | None = None, folder: Path | None = None) -> str:
        stamp = f"@{self.now_ms // 1000} +0000"
        done = subprocess.run(
            ["git", *words],
            cwd=folder or self.path,
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp},
        )
        return done.stdout.strip()

    def commit(self, message: str = "work", *, all_files: bool = True) -> str:
        self.tick(30)
        if all_files:
            self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        self.tick(30)
        return self.git("rev-parse", "HEAD")

    def stages(self, path: str, content: str) -> None:
        """Put a content into the index, whatever the work tree has (``git add -p``)."""
        blob = self.git("hash-object", "-w", "--stdin", stdin=content)
        self.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")

    def review(self, rev: str = "HEAD") -> Review:
        return review_commit(self.store, Repository.open(self.path), rev)

    def told(self, rev: str = "HEAD", path: str | None = None) -> list[str]:
        """The review as lines ``+content | session model match`` or ``+content | unknown reason``."""
        return told(self.review(rev), path)


def whose(review: Review, path: str | None = None) -> list[str]:
    """What :func:`told` tells, without the lines' contents."""
    return [f"{line[0]} {line.rpartition(' | ')[2]}" for line in told(review, path)]


def told(review: Review, path: str | None = None) -> list[str]:
    lines: list[str] = []
    for file in review.files:
        if path is not None and file.path != path:
            continue
        for line in file.touched():
            sign = "+" if line.kind == "added" else "-"
            credit, origin = line.credit, line.credit.origin
            if origin is None:
                words: Sequence[str | None] = (credit.contributor, credit.reason)
            else:
                kind = credit.contributor if credit.contributor != "ai" else None
                carried = "carried" if credit.carried else None
                words = (origin.session_id.removeprefix("cc_"), origin.model_id, credit.match, kind, carried)
            lines.append(f"{sign}{line.content} | {' '.join(word for word in words if word)}")
    return lines
