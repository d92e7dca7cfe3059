"""The store and what waits beside it. It is only read, and not made when it is not there."""

import os
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from byline.doctor.finding import Finding, Level
from byline.ingest import shell_window, spool
from byline.paths import data_dir, state_dir
from byline.redaction import find_secrets
from byline.store.schema import VERSION
from byline.wording import compact, counted

AREA, SECRETS = "Store", "Secrets"
_LISTED = 3
_WAITING_MS = 60_000
"""A payload that was put aside is stored within a second; one that waits this long is stuck."""
_SCAN_SECONDS = 10.0
_WEEK_MS = 7 * 24 * 3600 * 1000


def check_store(path: Path, now_ms: int) -> Iterator[Finding]:
    """Findings about the database at ``path``, its permissions, the spool and the rejected payloads."""
    if not path.exists():
        yield Finding(
            AREA, Level.NOTE, f"{path}: there is none yet", "byline import makes it", {"path": str(path)}
        )
    else:
        yield _soundness(path)
        yield from _rejected(path)
    yield from _permissions(path)
    yield from _waiting(path, now_ms)
    yield from _not_looked_at(path, now_ms)


def last_events(path: Path) -> dict[str, int]:
    """Agent to the time (Unix ms) of the newest that is stored of it; empty when the store cannot be read."""
    try:
        with closing(_open(path)) as store:
            return dict(
                store.execute("SELECT agent, max(updated_ms) FROM sessions GROUP BY agent").fetchall()
            )
    except sqlite3.Error:
        # What is wrong with the store is told by its own check.
        return {}


def check_secrets(path: Path, seconds: float = _SCAN_SECONDS) -> Iterator[Finding]:
    """How many well-known keys stand in the stored texts, newest texts first, for so many seconds."""
    if not path.exists():
        return
    kinds: Counter[str] = Counter()
    sessions: set[str] = set()
    looked = 0
    end = time.monotonic() + seconds
    try:
        with closing(_open(path)) as store:
            total = store.execute("SELECT count(*) FROM parts").fetchone()[0]
            for session, text, tool_input in store.execute(
                "SELECT session_id, text, input FROM parts ORDER BY id DESC"
            ):
                found = find_secrets(text) + find_secrets(tool_input or "")
                kinds.update(secret.kind for secret in found)
                sessions.update([session] if found else [])
                looked += 1
                if looked % 500 == 0 and time.monotonic() > end:
                    break
    except sqlite3.Error:
        return
    facts = {"looked_at": looked, "parts": total, "sessions": sorted(sessions), "kinds": dict(kinds)}
    among = (
        f"the newest {compact(looked)} of {counted(total, 'text')}"
        if looked < total
        else counted(total, "text")
    )
    if not kinds:
        yield Finding(SECRETS, Level.FINE, f"none of a known kind in {among}", None, facts)
        return
    named = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    yield Finding(
        SECRETS, Level.NOTE,
        f"{compact(kinds.total())} in {counted(len(sessions), 'session')}, of {among} ({named})",
        "They stay on this machine; `byline transcript` covers them. Renew those still valid.", facts,
    )  # fmt: skip


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=2)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _soundness(path: Path) -> Finding:
    size = path.stat().st_size
    facts: dict[str, object] = {"path": str(path), "bytes": size, "schema": None, "integrity": None}
    try:
        with closing(_open(path)) as store:
            version = facts["schema"] = store.execute("PRAGMA user_version").fetchone()[0]
            said = [row[0] for row in store.execute("PRAGMA integrity_check(10)")]
    except sqlite3.Error as error:
        facts["integrity"] = str(error)
        return Finding(AREA, Level.PROBLEM, f"{path} cannot be read: {error}", _rescue(path), facts)
    facts["integrity"] = said
    about = f"{path}, {compact(size)}B, schema {version}"
    if said != ["ok"]:
        return Finding(AREA, Level.PROBLEM, f"{about}: damaged: {said[0]}", _rescue(path), facts)
    if version > VERSION:
        advice = "upgrade Byline, or choose another store with --db"
        return Finding(
            AREA, Level.PROBLEM, f"{about}, of a newer Byline (this one knows {VERSION})", advice, facts
        )
    if version == 0:
        advice = "choose another store with --db"
        return Finding(AREA, Level.PROBLEM, f"{path} is no store of Byline's", advice, facts)
    older = "" if version == VERSION else f", brought to {VERSION} when it is next used"
    return Finding(AREA, Level.FINE, f"{about}, sound{older}", None, facts)


def _rescue(path: Path) -> str:
    return (
        f"keep it (mv {path} {path}.damaged) and import anew with `byline import`; "
        f"what hooks alone recorded may be saved with: sqlite3 {path}.damaged .recover"
    )


def _rejected(path: Path) -> Iterator[Finding]:
    try:
        with closing(_open(path)) as store:
            rows = store.execute(
                "SELECT kind, reason, count(*) FROM rejected_payloads GROUP BY kind, reason ORDER BY 3 DESC"
            ).fetchall()
    except sqlite3.Error:
        # Damaged, or another program's: told above.
        return
    total = sum(count for _, _, count in rows)
    if not total:
        return
    facts = {"rejected": [{"kind": kind, "reason": reason, "count": count} for kind, reason, count in rows]}
    some = "; ".join(f"{kind}: {reason} ({count})" for kind, reason, count in rows[:_LISTED])
    more = f"; and {len(rows) - _LISTED} other reasons" if len(rows) > _LISTED else ""
    yield Finding(
        AREA, Level.PROBLEM, f"{counted(total, 'payload')} rejected, kept as they came: {some}{more}",
        "byline-ingest replay tries them again, after an upgrade that may read them; with --discard it drops "
        "those that it still cannot read", facts,
        ("byline-ingest", "replay"),
    )  # fmt: skip


def _permissions(path: Path) -> Iterator[Finding]:
    """Everything of ours is its owner's only. A folder that ``--db`` or ``BYLINE_DB`` names is not ours."""
    if os.name != "posix":
        return
    places = [
        path,
        *(Path(f"{path}{suffix}") for suffix in ("-wal", "-shm")),
        Path(spool.spool_folder(str(path))),
        Path(shell_window.windows_folder(str(path))),
    ]
    places += [path.parent] if path.parent == data_dir() else []
    places += [state_dir()]
    for place in places:
        try:
            mode = place.stat().st_mode & 0o777
        except OSError:
            continue
        if mode & 0o077:
            wanted = "700" if place.is_dir() else "600"
            yield Finding(
                AREA, Level.PROBLEM, f"{place} is open to others (mode {mode:o})", f"chmod {wanted} {place}",
                {"path": str(place), "mode": f"{mode:o}"}, ("chmod", wanted, str(place)),
            )  # fmt: skip


def _not_looked_at(path: Path, now_ms: int) -> Iterator[Finding]:
    """Shell calls of the last week whose changes have no author, as the work tree was not looked at."""
    notes = [
        note
        for note in shell_window.skipped(str(path))
        if isinstance(when := note.get("time_ms"), int) and when > now_ms - _WEEK_MS
    ]
    if not notes:
        return
    reasons = Counter(f"{note.get('root')}: {note.get('reason')}" for note in notes)
    some = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common(_LISTED))
    yield Finding(
        AREA, Level.NOTE,
        f"{counted(len(notes), 'shell call')} of the last week not looked at: {some}",
        "give the look more time with capture.snapshot_timeout_ms, or turn it off with "
        "capture.shell_snapshots (byline config); .gitignore what is not to be looked at",
        {"not_looked_at": dict(reasons)},
    )  # fmt: skip


def _waiting(path: Path, now_ms: int) -> Iterator[Finding]:
    waiting = spool.waiting(str(path))
    if not waiting:
        return
    # Names begin with the time of receipt.
    first = Path(waiting[0]).name.partition("-")[0]
    age = now_ms - int(first) if first.isdigit() else _WAITING_MS
    facts = {"waiting": len(waiting), "oldest_ms": age}
    if age < _WAITING_MS:
        yield Finding(AREA, Level.FINE, f"{counted(len(waiting), 'payload')} about to be stored", None, facts)
        return
    yield Finding(
        AREA, Level.PROBLEM,
        f"{counted(len(waiting), 'payload')} waiting for {age // 60_000} min in {Path(waiting[0]).parent}",
        "byline-ingest --verbose drain", facts, ("byline-ingest", "drain"),
    )  # fmt: skip
