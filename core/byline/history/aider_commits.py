"""Commits of Aider whose chat nobody has any more: the commit itself is the record of what was written.

Aider commits each of its edits at once and alone: what a person left uncommitted it commits before, apart.
A commit that says so in its trailer is taken as one edit per file, if it is as Aider made it: an amended,
rebased or squashed one has another commit time than author time, and may hold what others wrote.
"""

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from byline.agents.aider.commit_trailer import AUTHOR_MARK, TRAILER_WORDS, is_aiders, model_in
from byline.agents.content_diff import diff_contents
from byline.agents.reader import Reading
from byline.errors import GitError
from byline.git.model import NO_OID, Commit
from byline.git.process import run
from byline.git.repository import Repository
from byline.history.recordable import Recordable
from byline.history.summary import Summary
from byline.patch import FilePatch
from byline.record import Edit, Message, Part, Session, prefixed
from byline.review.repositories import bind_sessions
from byline.store.store import Store
from byline.store.writer import Written

_AGENT = "aider"
_KNOWN = "SELECT message_id FROM messages WHERE session_id = ?"
_TAKE_OUT = tuple(
    f"DELETE FROM {table} WHERE session_id = ? AND message_id = ?"  # noqa: S608 - our own names
    for table in ("parts", "diff_traces", "messages")
)
_TITLE = "Commits made by Aider"


def import_aider_commits(
    store: Store, folder: Path, summary: Summary, since_ms: int | None = None
) -> Summary:
    """Import Aider's commits of a folder's repository, but those that an imported chat tells of.

    They are one session with a message per commit. Nothing where the folder is in no repository, or the
    session was forgotten. Returns ``summary`` with the repository as one more source, if it has such commits.

    Raises:
        GitError: git fails.
        StoreError: the store cannot be read or written.
    """
    try:
        repository = Repository.open(folder)
    except GitError:
        return summary
    root = repository.root_commit()
    if root is None or repository.bare:
        return summary
    session = Session(
        prefixed(_AGENT, f"commits-{root[:12]}"), _AGENT, f"commits-{root[:12]}", _TITLE, "agent",
        str(repository.root), repository_url=repository.remote_url(),
    )  # fmt: skip
    if session.id in store.forgetting.ids():
        return summary
    told = tuple(_told_of(store, session.id))
    commits = list(_untouched(repository))
    known = {row[0] for row in store.connection.execute(_KNOWN, (session.id,))}
    gone = [commit.oid for commit in commits if commit.oid in known and commit.oid.startswith(told)]
    wanted = [
        commit
        for commit in commits
        if commit.oid not in known
        and not commit.oid.startswith(told)
        and (since_ms is None or commit.author_time * 1000 >= since_ms)
    ]
    if not gone and not wanted:
        return (
            replace(summary, sources=summary.sources + 1, unchanged=summary.unchanged + 1)
            if known
            else summary
        )
    reading = Recordable().part_of(_reading(repository, session, wanted))
    return _store(store, session, reading, gone, summary)


def _untouched(repository: Repository) -> Iterator[Commit]:
    """Aider's commits that are as it made them, oldest first."""
    oids: dict[str, None] = {}
    for marked in (f"--grep={TRAILER_WORDS}", f"--author={AUTHOR_MARK}"):
        words = [
            "rev-list",
            "--reverse",
            "--fixed-strings",
            "--max-parents=1",
            marked,
            "HEAD",
            "--branches",
            "--remotes",
        ]
        output = run(repository.root, words, is_here=repository.is_here)
        oids |= dict.fromkeys(output.decode("ascii").split())
    for commit in repository.commits(oids):
        message = f"{commit.subject}\n\n{commit.body}"
        if commit.author_time == commit.commit_time and is_aiders(commit.author, message):
            yield commit


def _told_of(store: Store, session_id: str) -> set[str]:
    """The abbreviated ids of the commits whose edits imported chats tell of."""
    query = "SELECT payload FROM diff_traces WHERE tool_name = ? AND session_id != ? AND payload IS NOT NULL"
    rows = store.connection.execute(query, (_AGENT, session_id)).fetchall()
    payloads = (json.loads(zlib.decompress(payload)) for (payload,) in rows)
    return {str(payload["commit"]) for payload in payloads if "commit" in payload}


def _reading(repository: Repository, session: Session, commits: Iterable[Commit]) -> Reading:
    messages: list[Message] = []
    parts: list[Part] = []
    edits: list[Edit] = []
    for commit in commits:
        text = f"{commit.subject}\n\n{commit.body}".strip()
        model, time_ms = model_in(text), commit.author_time * 1000
        messages.append(Message(session.id, commit.oid, "assistant", time_ms, model))
        parts.append(Part(session.id, commit.oid, commit.oid, "text", text, time_ms))
        for patch, before, after in _files(repository, commit):
            path = patch.new_path or patch.old_path
            edits.append(
                Edit(
                    session.id, str(repository.root / path), patch, time_ms, _AGENT, "before_after",
                    commit.oid, commit.oid, model, "commit", seq=len(edits) + 1, cwd=session.cwd,
                    repository_url=session.repository_url, before=before, after=after,
                )
            )  # fmt: skip
    return Reading([session], messages, parts, edits)


def _files(repository: Repository, commit: Commit) -> Iterator[tuple[FilePatch, str, str]]:
    """The files of text that a commit changes: patch, content before and after."""
    changes = [each for each in repository.changes(commit) if not (each.binary or each.unreadable)]
    contents = repository.blobs(
        oid for change in changes for oid in (change.old_oid, change.new_oid) if oid != NO_OID
    )
    for change in changes:
        before, after = contents.get(change.old_oid) or "", contents.get(change.new_oid) or ""
        if before != after:
            kind = change.status if change.status in {"added", "deleted", "renamed"} else "modified"
            patch = FilePatch(change.old_path, change.new_path, kind, diff_contents(before, after))
            yield patch, before, after


def _store(
    store: Store, session: Session, reading: Reading, gone: Iterable[str], summary: Summary
) -> Summary:
    """Store the reading, and take out the commits that a chat has come to tell of since."""
    with store.write() as writer:
        before = writer.session_facts([session.id])
        for statement in _TAKE_OUT:
            store.connection.executemany(statement, [(session.id, oid) for oid in gone])
        writer.sessions(reading.sessions)
        messages, edits = writer.messages(reading.messages), writer.edits(reading.edits)
        parts = writer.parts(reading.parts)
        writer.recount([session.id])
        changed = writer.session_facts([session.id]) != before
    is_new = not before
    return replace(
        summary,
        sources=summary.sources + 1,
        read=summary.read + 1,
        records=summary.records + len(reading.messages),
        sessions=summary.sessions + Written(is_new, not is_new and changed, not is_new and not changed),
        messages=summary.messages + messages,
        parts=summary.parts + parts,
        edits=summary.edits + edits,
        bound=summary.bound + bind_sessions(store),
    )
