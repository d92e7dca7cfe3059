"""What changed in a shell call's window as that call's edits: one per file, with both contents."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from byline.agents.content_diff import diff_contents
from byline.agents.recorded_edit import RecordedEdit, absolute, between_contents, relative_path
from byline.frozen import replace
from byline.git.process import run
from byline.git.work_tree_snapshot import indexed
from byline.ingest.agent_event import event_time_ms, session_of_event
from byline.ingest.fields import optional_text, required_text
from byline.ingest.reading import DERIVED, Item, Json, Reading
from byline.ingest.shell_window import CLOCK_NS, Change, Window
from byline.patch import FilePatch
from byline.record import Edit, Message, Part, Session
from byline.store.statements import content_hash
from byline.store.text_form import as_json
from byline.text import split_lines

_WAITED_MS = 3_000
"""How much longer than the command itself a window may be before what changed earlier is not its own."""
_ALIKE = 0.5
"""The share of equal lines from which a new file is one that went, under another name; as git has it."""


def with_shell_edits(reading: Reading, agent: str, value: Json, window: Window, received_ms: int) -> Reading:
    """The reading of the event that ends a shell call, with an edit for each file that its window changed.

    Where the event itself tells of a file's change, the window's edit takes its place: it has whole contents.

    Raises:
        GitError: what the files were before cannot be read from the repository.
    """
    session, facts = _told(reading) or _told_by_plugin(agent, value)
    took_ms = value.get("duration_ms")
    took = took_ms if isinstance(took_ms, int) and not isinstance(took_ms, bool) else None
    edits = list(shell_edits(facts, window, event_time_ms(value, received_ms), took))
    paths = {absolute(each.path, each.cwd) for each in edits}
    told = [
        item
        for item in reading.items
        if not isinstance(item.record, Edit) or absolute(item.record.path, item.record.cwd) not in paths
    ]
    found = [Item(len(told) + number, session, edit) for number, edit in enumerate(edits)]
    return replace(reading, items=(*told, *found))


def shell_edits(facts: Edit, window: Window, time_ms: int, took_ms: int | None = None) -> Iterator[Edit]:
    """The edits of a window. ``facts`` is an edit with what they have in common: session, call, model …

    ``took_ms`` is how long the command itself took, where that is known: agents ask people whether a command
    may run after the first look, and what people change while they are asked is not the command's.

    Raises:
        GitError: see :func:`with_shell_edits`.
    """
    begin_ns = window.begin_ns
    if took_ms is not None:
        begin_ns = max(begin_ns, window.end_ns - (took_ms + _WAITED_MS) * 1_000_000)
    since_ns = begin_ns - CLOCK_NS
    changes = [change for change in window.changes if change.after is None or change.changed_ns >= since_ns]
    payload: dict[str, object] = {"begin_ms": begin_ns // 1_000_000, "shared_with": list(window.shared_with)}
    made_all = list(_made(_with_contents(changes, window), window.checkout.root, facts.cwd))
    sources = _sources(window) if any(made.patch.kind == "added" for made in made_all) else {}
    for made in made_all:
        copied = sources.get(content_hash(made.after)) if made.patch.kind == "added" and made.after else None
        told = as_json({"shell_window": payload if copied is None else payload | {"copy_of": copied}})
        yield replace(
            facts,
            path=made.path,
            patch=made.patch,
            time_ms=time_ms,
            precision="before_after",
            before=made.before,
            after=made.after,
            payload=told,
        )


def commits_within(window: Window, most: int = 20) -> list[str]:
    """The commits that were made while the call ran, as far as the two ends tell; at most so many.

    Raises:
        GitError: git failed.
    """
    old, new = window.heads
    if old == new or old is None or new is None:
        return []
    words = ["rev-list", f"--max-count={most}", "--end-of-options", new, f"^{old}"]
    # A commit of the beginning that is gone: the history was rewritten, which has a hook of its own.
    return run(Path(window.checkout.root), words, ok=(0, 128)).decode("ascii").split()


def bare_edit(
    session: Session, tool: str | None, call: str | None, model: str | None, message_id: str | None
) -> Edit:
    """What the edits of one call have in common."""
    return Edit(
        session.id, "", FilePatch("", "", "modified"), 0, session.agent, "before_after",
        message_id=message_id, tool_call_id=call, model_id=model, tool=tool, cwd=session.cwd,
    )  # fmt: skip


def _told(reading: Reading) -> tuple[Session, Edit] | None:
    """Whose the call is that an event tells of, by the event's own records."""
    for item in reading.items:
        part = item.record
        if isinstance(part, Part) and part.type == "tool":
            message = next((each.record for each in reading.items if isinstance(each.record, Message)), None)
            message_id = None if part.message_id.startswith(DERIVED) else part.message_id
            model = message.model_id if message else None
            return item.session, bare_edit(item.session, part.tool, part.tool_call_id, model, message_id)
    return None


def _told_by_plugin(agent: str, value: Json) -> tuple[Session, Edit]:
    """Whose the call is by an event of a plugin of ours, which tells the rest by other ways."""
    session = session_of_event(agent, required_text(value, "session_id"), optional_text(value, "cwd"))
    tool, call = required_text(value, "tool_name"), optional_text(value, "tool_use_id")
    model, message = optional_text(value, "model"), optional_text(value, "message_id")
    return session, bare_edit(session, tool, call, model, message)


def _with_contents(changes: list[Change], window: Window) -> list[Change]:
    """The changes, each with what the file was before: of those that were as indexed git has it."""
    wanted = {change.path for change in changes if change.as_indexed}
    oids = indexed(window.checkout, window.index, wanted)
    blobs = _blobs(Path(window.checkout.root), sorted(set(oids.values())))
    found: list[Change] = []
    for change in changes:
        before = blobs.get(oids.get(change.path, "")) if change.as_indexed else change.before
        if change.as_indexed and before is None and change.path in oids:
            continue  # a content that the repository does not have (a partial clone)
        if (
            before is not None
            and change.as_indexed
            and b"\r\n" in (change.after or b"")
            and b"\r" not in before
        ):
            before = before.replace(b"\n", b"\r\n")  # git keeps line ends in its own way
        if before != change.after:
            found.append(replace(change, before=before))
    return found


def _sources(window: Window) -> dict[str, str]:
    """The files that were there when the call began, by the ids of their contents: a copy wrote nothing."""
    return {oid: path for path, oid in indexed(window.checkout, window.index).items()}


def _blobs(root: Path, oids: list[str]) -> dict[str, bytes]:
    """Contents by id, as far as the repository has them."""
    if not oids:
        return {}
    output = run(root, ["cat-file", "--batch"], "".join(f"{oid}\n" for oid in oids).encode("ascii"))
    found: dict[str, bytes] = {}
    at = 0
    for oid in oids:
        end = output.index(b"\n", at)
        header = output[at:end].split(b" ")
        at = end + 1
        if len(header) == 3:
            size = int(header[2])
            found[oid] = output[at : at + size]
            at += size + 1
    return found


def _made(changes: Iterable[Change], root: str, cwd: str | None) -> Iterator[RecordedEdit]:
    """The changes as edits; a file that went and came back under another name is one that was renamed."""
    texts = {change.path: (_text(change.before), _text(change.after)) for change in changes}
    gone = {path: before for path, (before, after) in texts.items() if before is not None and after is None}
    for path, (before, after) in sorted(texts.items()):
        full = os.path.join(root, path)  # noqa: PTH118 - text, and not a path of this process's
        if after is None:
            continue
        source = _source(after, gone) if before is None else None
        if source is not None:
            yield _renamed(os.path.join(root, source), full, gone.pop(source), after, cwd)  # noqa: PTH118 - see above
            continue
        made = between_contents(full, before, after, cwd)
        if made is not None:
            yield made
    for path, content in sorted(gone.items()):
        full = os.path.join(root, path)  # noqa: PTH118 - see above
        patch = FilePatch(relative_path(full, cwd), "", "deleted", diff_contents(content, ""))
        yield RecordedEdit(full, patch, "before_after", content, "")


def _renamed(old: str, new: str, before: str, after: str, cwd: str | None) -> RecordedEdit:
    names = relative_path(old, cwd), relative_path(new, cwd)
    return RecordedEdit(
        new, FilePatch(*names, "renamed", diff_contents(before, after)), "before_after", before, after
    )


def _source(content: str, gone: dict[str, str]) -> str | None:
    """The file among those that are gone that a new one was, by its content."""
    lines = set(split_lines(content))
    best: tuple[float, str] | None = None
    for path, before in sorted(gone.items()):
        were = set(split_lines(before))
        share = 1.0 if before == content else len(lines & were) / max(len(lines | were), 1)
        if share >= _ALIKE and (best is None or share > best[0]):
            best = (share, path)
    return best[1] if best else None


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "surrogateescape")
