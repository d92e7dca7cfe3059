"""``byline import``: bring in what the agents on this machine already recorded."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from byline.cli.help_text import examples
from byline.errors import UsageError

if TYPE_CHECKING:
    from byline.history import Summary
    from byline.history.imports import Progress
    from byline.store.repositories import RepositoryRow
    from byline.store.store import Store
    from byline.store.writer import Written

_SHOWN = 20


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "import",
        help="bring in what the agents on this machine already recorded",
        description="Import histories: without PATH those in every agent's own place. "
        "Doing it again adds only what is new.",
        epilog=examples("import", "import --agent claude --since 30d", "import ~/old-laptop/claude --repo ."),
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files or folders to look in; - for stdin")
    parser.add_argument(
        "--agent", action="append", metavar="AGENT", help="only this agent's, as in claude; may be repeated"
    )
    parser.add_argument("--repo", metavar="DIR", help="the repository that all these sessions belong to")
    parser.add_argument("--since", metavar="TIME", help="only sessions since a date (2026-01-31) or age (7d)")
    parser.add_argument(
        "--forgotten", action="store_true", help="bring back what `byline forget` took out, too"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be imported")
    parser.add_argument("--json", action="store_true", help="a JSON object: the summary")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Import and print the summary. Raises: BylineError."""
    from byline.cli.times import parse_since  # noqa: PLC0415 - help need not load the command
    from byline.history import import_aider_commits, import_histories  # noqa: PLC0415

    since_ms = parse_since(args.since) if args.since else None
    with (
        _paths(args.paths) as (paths, stdin),
        _store(args) as store,
        _progress(args) as progress,
    ):
        if args.forgotten:
            with store.write():
                store.forgetting.allow_all()
        summary = import_histories(
            store,
            paths,
            args.agent,
            _repository(args, store),
            since_ms,
            args.dry_run,
            progress,
            stdin,
        )
        if not args.paths and (args.agent is None or "aider" in args.agent):
            # Their chats may be gone, or a colleague's: the commits tell by themselves.
            summary = import_aider_commits(store, Path(args.repo or "."), summary, since_ms)
    if args.json:
        from byline.cli.output import print_json  # noqa: PLC0415 - one of two forms

        print_json(summary.to_json())
    else:
        _print(args, summary)
    return 0


@contextmanager
def _store(args: argparse.Namespace) -> Iterator["Store"]:
    """The store; for a dry run a copy of it, so that not even an empty one is made."""
    from byline.history.rehearsal import rehearsal  # noqa: PLC0415 - see run
    from byline.paths import database_path  # noqa: PLC0415
    from byline.store.store import Store  # noqa: PLC0415

    path = database_path(args.db)
    with rehearsal(path) if args.dry_run else Store(path) as store:
        yield store


def _repository(args: argparse.Namespace, store: "Store") -> "RepositoryRow | None":
    if args.repo is None:
        return None
    from byline.git.repository import Repository  # noqa: PLC0415 - only --repo needs git
    from byline.review.repositories import repository_row  # noqa: PLC0415

    folder = Path(args.repo)
    if not folder.is_dir():
        raise UsageError(f"--repo: there is no folder {args.repo}")
    return repository_row(store, Repository.open(folder))


@contextmanager
def _paths(words: list[str]) -> Iterator[tuple[list[Path] | None, Path | None]]:
    """The paths, and which of them stands for standard input (``-``): a file for as long as it is read."""
    if "-" not in words:
        yield [Path(word).expanduser() for word in words] or None, None
        return
    with tempfile.TemporaryDirectory(prefix="byline-stdin-") as folder:
        copy = Path(folder) / "stdin"
        with copy.open("wb") as file:
            while block := sys.stdin.buffer.read(1 << 20):
                file.write(block)
        yield [copy if word == "-" else Path(word).expanduser() for word in words], copy


@contextmanager
def _progress(args: argparse.Namespace) -> Iterator["Progress | None"]:
    """A progress bar on standard error while that is a terminal."""
    if not sys.stderr.isatty() or args.json:
        yield None
        return
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    from byline.cli.output import open_error_console  # noqa: PLC0415 - Rich only when there is a bar
    from byline.text import safe_line, shorten  # noqa: PLC0415

    columns = (
        TextColumn("importing"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[file]}", markup=False),
    )
    with Progress(*columns, console=open_error_console(args), transient=True) as bar:
        task = bar.add_task("import", total=None, file="")

        def show(done: int, total: int, path: str) -> None:
            bar.update(task, completed=done, total=total, file=shorten(safe_line(Path(path).name), 30))

        yield show


def _print(args: argparse.Namespace, summary: "Summary") -> None:
    from byline.cli.output import open_console  # noqa: PLC0415 - Rich is not needed for JSON

    with open_console(args, pager=False) as console:
        for line in _lines(summary):
            console.print(line, soft_wrap=True)


def _lines(summary: "Summary") -> Iterator[str]:
    from byline.text import safe_line  # noqa: PLC0415 - see register

    if not summary.sources:
        yield "No histories found." + (
            "" if summary.unrecognised else " Name a file or folder: byline import PATH"
        )
    else:
        verb = "would import" if summary.dry_run else "imported"
        yield f"{verb} from {summary.read} of {summary.sources} histories" + _apart(
            {"unchanged": summary.unchanged, "too old": summary.too_old}
        )
    if summary.read:
        yield f"{'records':>10} {summary.records:>9,} read" + _apart({"unreadable": len(summary.unreadable)})
        for name in ("sessions", "messages", "parts", "edits"):
            yield _counts(name, getattr(summary, name))
    if summary.copied:
        yield f"{summary.copied:,} messages that forks repeat were left to the sessions they come from"
    if summary.bound:
        yield f"{summary.bound:,} sessions were given their repository"
    yield from _listed("could not be read", [safe_line(str(each)) for each in summary.unreadable])
    yield from _listed("no known history", [safe_line(path) for path in summary.unrecognised])


def _counts(name: str, counts: "Written") -> str:
    total = counts.persisted + counts.updated + counts.duplicates
    return (
        f"{name:>10} {total:>9,} = {counts.persisted:,} new + {counts.updated:,} updated "
        f"+ {counts.duplicates:,} already there"
    )


def _apart(counts: dict[str, int]) -> str:
    words = [f"{count:,} {name}" for name, count in counts.items() if count]
    return f" ({', '.join(words)})" if words else ""


def _listed(heading: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{heading}: {len(lines):,}"
        yield from (f"  {line}" for line in lines[:_SHOWN])
        if len(lines) > _SHOWN:
            yield f"  … and {len(lines) - _SHOWN:,} more (--json lists them all)"
