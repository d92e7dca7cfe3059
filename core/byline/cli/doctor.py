"""``byline doctor``: check everything, say what to do, and put right what can be."""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from byline.doctor.finding import Finding

_MARKS = {"fine": ("✓", "green"), "note": ("·", "dim"), "problem": ("✗", "bold red")}
_INDENT = 4


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "doctor",
        help="check everything and say what to do",
        description="Check the agents and their hooks, the store, the repository and the settings. "
        "Ends with 1 when there is a problem. Changes nothing without --fix.",
    )
    parser.add_argument("--fix", action="store_true", help="put right what can be, then check again")
    parser.add_argument("--json", action="store_true", help="a JSON array of findings")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Check and tell; 1 when there is a problem. Raises: BylineError."""
    from byline.doctor.examination import examine  # noqa: PLC0415 - help need not load the command
    from byline.paths import database_path  # noqa: PLC0415

    database, folder = database_path(args.db), Path.cwd()
    tried = _fix(database, folder) if args.fix else []
    if args.json:
        from byline.cli.output import print_json  # noqa: PLC0415 - one of two forms

        findings = list(examine(database, folder))
        print_json([finding.to_json() for finding in findings])
    else:
        findings = _print(args, tried, examine(database, folder))
    return 1 if any(finding.level == "problem" for finding in findings) else 0


def _fix(database: Path, folder: Path) -> list[str]:
    """Put right what can be; a sentence for each attempt."""
    from byline.doctor.examination import examine, put_right  # noqa: PLC0415 - see run
    from byline.errors import BylineError  # noqa: PLC0415

    said = []
    remedies = {tuple(each.remedy): each for each in examine(database, folder, deep=False) if each.remedy}
    for words, finding in remedies.items():
        try:
            put_right(finding, database, folder)
        except BylineError as error:
            said.append(f"could not fix: {error}")
        else:
            said.append(f"fixed: {' '.join(words)}")
    return said or ["There is nothing that can be put right by itself."]


def _print(args: argparse.Namespace, tried: list[str], findings: "Iterable[Finding]") -> "list[Finding]":
    """Print findings as they come, under their areas."""
    from rich.text import Text  # noqa: PLC0415 - JSON needs no Rich

    from byline.cli.output import open_console  # noqa: PLC0415

    told: list[Finding] = []
    with open_console(args, pager=False) as console:
        for line in tried:
            console.print(Text(_shown(line)))
        area = None
        for finding in findings:
            told.append(finding)
            if finding.area != area:
                console.print(Text(f"{'' if area is None and not tried else chr(10)}{finding.area}", "bold"))
                area = finding.area
            mark, style = _MARKS[finding.level]
            first, *rest = _wrapped(_shown(finding.text), console.width - _INDENT)
            console.print(Text.assemble("  ", (mark, style), " ", first), soft_wrap=True)
            advice = (
                _wrapped(f"→ {_shown(finding.advice)}", console.width - _INDENT) if finding.advice else ()
            )
            for line in rest:
                console.print(Text(" " * _INDENT + line), soft_wrap=True)
            for line in advice:
                console.print(Text.assemble(" " * _INDENT, (line, "cyan")), soft_wrap=True)
        problems = sum(finding.level == "problem" for finding in told)
        console.print(Text(f"\n{_verdict(told, problems, fixing=args.fix)}", "bold" if problems else ""))
    return told


def _verdict(told: "list[Finding]", problems: int, *, fixing: bool) -> str:
    if not problems:
        return "No problems."
    curable = any(finding.remedy for finding in told)
    more = " `byline doctor --fix` puts right what can be." if curable and not fixing else ""
    return f"{problems} problem{'s' if problems > 1 else ''}.{more}"


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Lines of at most ``width`` characters, broken at blanks; a longer word stays whole, to be copied."""
    import textwrap  # noqa: PLC0415 - only to print

    yield from textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False) or [""]


def _shown(text: str) -> str:
    from byline.text import safe_line  # noqa: PLC0415 - see run

    home = str(Path.home())
    return safe_line(text.replace(f"{home}/", "~/") if home != "/" else text)
