"""``byline forget``: take sessions out of the store, after asking."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypedDict

from byline.cli.help_text import examples
from byline.errors import BylineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from byline.history import Forgotten
    from byline.store.sessions import SessionRow
    from byline.store.store import Store

_SHOWN = 20


class ForgottenJson(TypedDict):
    """What was taken out."""

    ids: Annotated[list[str], "the sessions, newest first"]
    sessions: Annotated[int, "how many sessions"]
    messages: Annotated[int, "how many messages"]
    parts: Annotated[int, "how many parts of messages"]
    edits: Annotated[int, "how many edits"]
    commits: Annotated[int, "how many commits' kept answers named one of them"]


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "forget",
        help="take sessions and their edits out of the store",
        description="Take sessions out of the store, with their messages, edits and what was made of these; "
        "`byline import` leaves them out from then on (--forgotten brings them back). What hooks tell of a "
        "session that goes on is recorded again, from then on. The agents' own histories are not touched. "
        "Several conditions narrow each other.",
        epilog=examples("forget cc_3f2a9c1e", "forget --before 365d --repo ."),
    )
    parser.add_argument("sessions", nargs="*", metavar="SESSION", help="sessions, or how their ids begin")
    parser.add_argument("--before", metavar="TIME", help="last said before a date (2026-01-31) or age (90d)")
    parser.add_argument("--repo", metavar="DIR", help="of the repository that DIR is in")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="a JSON object: what was taken out; needs --yes")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask, take out and say what. Raises: BylineError."""
    from byline.history import forget_sessions  # noqa: PLC0415 - help need not load the command
    from byline.paths import database_path  # noqa: PLC0415
    from byline.store.store import Store  # noqa: PLC0415

    if not (args.sessions or args.before or args.repo):
        raise UsageError("say what to forget: sessions, --before TIME or --repo DIR")
    if args.json and not args.yes:
        raise UsageError("--json cannot ask: add --yes")
    with Store(database_path(args.db)) as store:
        rows = _chosen(args, store)
        if not args.yes and rows and not _is_agreed(rows):
            print("nothing was forgotten")
            return 1
        from byline.cli.progress import counting  # noqa: PLC0415 - see above

        with counting("sessions") as went:
            forgotten = forget_sessions(store, [row.id for row in rows], went)
    if args.json:
        from byline.cli.output import print_json  # noqa: PLC0415 - one of two forms

        print_json(forgotten_json([row.id for row in rows], forgotten))
    else:
        from byline.wording import counted  # noqa: PLC0415

        print(
            f"forgot {counted(forgotten.sessions, 'session')}: {counted(forgotten.messages, 'message')}, "
            f"{counted(forgotten.parts, 'part')}, {counted(forgotten.edits, 'edit')}, "
            f"and what was kept of {counted(forgotten.commits, 'commit')}"
        )
    return 0


def forgotten_json(ids: "Sequence[str]", forgotten: "Forgotten") -> ForgottenJson:
    """What was taken out as ``forget --json`` has it."""
    return {
        "ids": list(ids),
        "sessions": forgotten.sessions,
        "messages": forgotten.messages,
        "parts": forgotten.parts,
        "edits": forgotten.edits,
        "commits": forgotten.commits,
    }


def _chosen(args: argparse.Namespace, store: "Store") -> "list[SessionRow]":
    """The sessions that every condition names, newest first."""
    from byline.cli.times import parse_since  # noqa: PLC0415 - see run
    from byline.cli.transcript import find_session  # noqa: PLC0415

    before_ms = parse_since(args.before) if args.before else None
    chosen = store.forgetting.choose(before_ms, _repository(args.repo, store) if args.repo else None)
    if args.sessions:
        named = {find_session(store, name).id for name in args.sessions}
        chosen = [session_id for session_id in chosen if session_id in named]
    return store.sessions.rows(chosen)


def _repository(folder: str, store: "Store") -> int:
    from byline.git.repository import Repository  # noqa: PLC0415 - only --repo needs git
    from byline.review.repositories import repository_row  # noqa: PLC0415

    if not Path(folder).is_dir():
        raise UsageError(f"--repo: there is no folder {folder}")
    return repository_row(store, Repository.open(Path(folder))).id


def _is_agreed(rows: "Sequence[SessionRow]") -> bool:
    """Show what would go, and ask.

    Raises:
        BylineError: there is nobody to ask.
    """
    from byline.cli.times import show_time  # noqa: PLC0415 - see run
    from byline.text import safe_line, shorten  # noqa: PLC0415
    from byline.wording import counted  # noqa: PLC0415

    if not sys.stdin.isatty():
        raise BylineError("standard input is no terminal to ask at: add --yes")
    for row in rows[:_SHOWN]:
        title = shorten(safe_line(row.title or "(no title)"), 60)
        print(f"  {safe_line(row.id):<42} {show_time(row.updated_ms)}  {row.edits:>4} edits  {title}")
    if len(rows) > _SHOWN:
        print(f"  … and {len(rows) - _SHOWN:,} more")
    print(
        f"forget {counted(len(rows), 'session')} and {'its' if len(rows) == 1 else 'their'} edits? [y/N] ",
        end="",
        flush=True,
    )
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
