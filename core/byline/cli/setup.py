"""``byline setup``: have agents and git tell Byline what they do, and take that out again."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypedDict

from byline.cli.help_text import examples
from byline.errors import BylineError, StoreError, UsageError

if TYPE_CHECKING:
    from byline.git.repository import Repository
    from byline.setup.plan import Change, Plan, Wish

_SHOWN_LINES, _SHOWN_OF_LONG = 60, 4
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


class UnchangedJson(TypedDict):
    """A file that is as it should be."""

    about: Annotated[str, "the agent, or `git`"]
    path: Annotated[str, "the file"]


class ChangeJson(UnchangedJson):
    """A file that was changed, or would be."""

    action: Annotated[Literal["create", "change", "delete"], "what is done to the file"]


class RefusedJson(UnchangedJson):
    """A file that is left alone although it should change."""

    reason: Annotated[str, "why"]


class SetupJson(TypedDict):
    """What was done, or would be."""

    done: Annotated[bool, "whether the changes were made: with `--yes`, without `--dry-run`"]
    changes: Annotated[list[ChangeJson], "the files that change"]
    unchanged: Annotated[list[UnchangedJson], "the files that are set up already"]
    refused: Annotated[list[RefusedJson], "the files that are left alone; the command ends with 1 then"]
    notes: Annotated[list[str], "sentences on what is left to you"]


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "setup",
        help="have agents and git tell Byline what they do, as they do it",
        description="Install hooks: into the settings of the agents on this machine, and into the repository "
        "you are in. Shows what would change and asks first. --agent and --git restrict it to them. "
        "Doing it again changes nothing; --remove takes out what was put in, and nothing else.",
        epilog=examples("setup --dry-run", "setup", "setup --agent claude --project", "setup --remove"),
    )
    parser.add_argument(
        "--agent", action="append", metavar="AGENT", help="only this agent's hooks; may be repeated"
    )
    parser.add_argument(
        "--project", action="store_true", help="in the repository's settings, not in your own"
    )
    parser.add_argument("--git", action="store_true", help="only git's hooks: post-commit and post-rewrite")
    parser.add_argument("--commit-msg", action="store_true", help="git's commit-msg too, for the trailer")
    parser.add_argument("--remove", action="store_true", help="take everything out again")
    parser.add_argument("--dry-run", action="store_true", help="only show what would change")
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument("--json", action="store_true", help="a JSON object; nothing is done without --yes")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Plan, show, ask, do it; 1 when a file was left alone that should have changed. Raises: BylineError."""
    from byline.setup.plan import plan_removal, plan_setup  # noqa: PLC0415 - help need not load the command
    from byline.setup.program import find_program  # noqa: PLC0415

    wish = _wish(args)
    plan = plan_removal(wish) if args.remove else plan_setup(wish, find_program())
    if args.json:
        return _json(args, plan)
    _show(args, wish, plan)
    if plan.changes and not args.dry_run:
        if not args.yes and not _agreed():
            print("Nothing was changed.")
            return 1
        _do(plan)
        _print_lines(args, _done(args, plan))
    return 1 if plan.refused else 0


def _wish(args: argparse.Namespace) -> "Wish":
    from byline.setup.clients import CLIENTS, clients_named  # noqa: PLC0415 - see run
    from byline.setup.git_hooks import repository_of  # noqa: PLC0415
    from byline.setup.plan import Wish  # noqa: PLC0415

    repository = repository_of(Path.cwd())
    git = args.git or args.commit_msg
    if repository is None and (git or args.project):
        raise UsageError("this is no git repository: change into one, or leave out --git and --project")
    if args.agent:
        clients = clients_named(args.agent)
    elif git:
        clients = []
    else:
        # What was put in is taken out even of an agent that is gone.
        clients = [client for client in CLIENTS if args.remove or client.is_found()]
    everything = not args.agent and not args.project
    others = _known_repositories(args, repository) if args.remove and everything and not git else []
    return Wish(clients, repository, args.project, git or everything, args.commit_msg, others)


def _known_repositories(args: argparse.Namespace, here: "Repository | None") -> "list[Repository]":
    """The other checkouts that the store knows and that are still there."""
    from byline.paths import database_path  # noqa: PLC0415 - see run
    from byline.setup.git_hooks import repository_of  # noqa: PLC0415
    from byline.store.store import Store  # noqa: PLC0415

    database = database_path(args.db)
    if not database.exists():
        return []
    try:
        with Store(database) as store:
            folders = {Path(checkout) for row in store.repositories.all() for checkout in row.checkouts}
    except StoreError as error:
        print(f"byline: only this repository is looked at: {error}", file=sys.stderr)
        return []
    found = [repository_of(folder) for folder in sorted(folders) if folder.is_dir()]
    return [each for each in dict.fromkeys(found) if each is not None and each != here]


def _json(args: argparse.Namespace, plan: "Plan") -> int:
    from byline.cli.output import print_json  # noqa: PLC0415 - one of two forms

    done = args.yes and not args.dry_run
    if done:
        _do(plan)
    value: SetupJson = {
        "done": done,
        "changes": [
            {"about": each.about, "path": str(each.path), "action": each.action} for each in plan.changes
        ],
        "unchanged": [{"about": about, "path": str(path)} for about, path in plan.unchanged],
        "refused": [
            {"about": each.about, "path": str(each.path), "reason": each.reason} for each in plan.refused
        ],
        "notes": plan.notes,
    }
    print_json(value)
    return 1 if plan.refused else 0


def _do(plan: "Plan") -> None:
    """Make the changes; what cannot be changed is moved to what was refused."""
    from byline.setup.plan import Refusal, apply  # noqa: PLC0415 - see run

    for change in list(plan.changes):
        try:
            apply(change)
        except BylineError as error:
            plan.changes.remove(change)
            plan.refused.append(Refusal(change.about, change.path, str(error)))


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise UsageError("there is nobody to ask: say --yes, or --dry-run to only see it")
    print("\nDo this? [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _show(args: argparse.Namespace, wish: "Wish", plan: "Plan") -> None:
    """What would change as diffs, what is left alone and why."""
    from rich.text import Text  # noqa: PLC0415 - JSON needs no Rich

    from byline.cli.output import open_console  # noqa: PLC0415
    from byline.text import safe_line  # noqa: PLC0415

    with open_console(args, pager=False) as console:
        for change in plan.changes:
            verb = {"create": "new file", "change": "changes", "delete": "deleted"}[change.action]
            console.print(Text(f"{_title(change.about)}: {safe_line(_short(change.path))} ({verb})", "bold"))
            # Of a file that was all Byline's nothing needs to be shown.
            for line in _diff(change) if change.after is not None else ():
                console.print(Text(f"  {safe_line(line)}", _STYLES.get(line[:1], "")), soft_wrap=True)
            console.print()
        for about, path in plan.unchanged:
            console.print(Text(f"{_title(about)}: {safe_line(_short(path))} is set up"), soft_wrap=True)
        for refusal in plan.refused:
            console.print(
                Text(_refused(refusal.about, refusal.path, refusal.reason), "yellow"), soft_wrap=True
            )
        if not plan.changes and not plan.unchanged and not plan.refused:
            console.print(_nothing(args, wish), soft_wrap=True)
        elif not plan.changes:
            console.print("Nothing to change.")


def _done(args: argparse.Namespace, plan: "Plan") -> Iterator[str]:
    verb = "taken out of" if args.remove else "set up in"
    if plan.changes:
        yield f"Byline was {verb} {len(plan.changes)} file{'s' if len(plan.changes) > 1 else ''}."
    yield from (_refused(each.about, each.path, each.reason) for each in plan.refused)
    if not args.remove:
        yield from plan.notes
        if args.commit_msg and plan.changes:
            yield "The trailer is off until you turn it on: byline config trailer.enabled true"
        if plan.changes:
            yield "`byline doctor` checks everything; `byline setup --remove` takes it out again."


def _print_lines(args: argparse.Namespace, lines: Iterator[str]) -> None:
    from byline.cli.output import open_console  # noqa: PLC0415 - JSON needs no Rich

    with open_console(args, pager=False) as console:
        for line in lines:
            console.print(line)


def _refused(about: str, path: Path, reason: str) -> str:
    from byline.text import safe_line  # noqa: PLC0415 - see run

    return safe_line(f"{_title(about)}: {_short(path)} is left alone: {reason}")


def _nothing(args: argparse.Namespace, wish: "Wish") -> str:
    if args.remove:
        return "There is nothing of Byline's to take out."
    if not wish.clients and wish.repository is None:
        return "No agent was found here, and this is no git repository. --agent NAME sets one up anyway."
    return "Nothing to set up."


def _title(about: str) -> str:
    from byline.setup.clients import CLIENTS  # noqa: PLC0415 - see run

    return next((client.title for client in CLIENTS if client.name == about), about)


def _short(path: Path) -> str:
    """The path, with ``~`` for the home folder."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def _diff(change: "Change") -> Iterator[str]:
    """A unified diff without file names; of a long one the beginning."""
    import difflib  # noqa: PLC0415 - only to show

    before, after = (
        (data or b"").decode("utf-8", "replace").removesuffix("\n").split("\n") if data else []
        for data in (change.before, change.after)
    )
    lines = list(difflib.unified_diff(before, after, n=2, lineterm=""))[2:]
    # A plugin is a program of some hundred lines: its first ones say what it is.
    shown = len(lines) if len(lines) <= _SHOWN_LINES else _SHOWN_OF_LONG
    yield from lines[:shown]
    if len(lines) > shown:
        yield f"… and {len(lines) - shown} more lines"
