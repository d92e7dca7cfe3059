"""The evidence for a line as text: labelled facts, the recorded hunk around the line, the other claims."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from byline.attribution import Credit, Origin
from byline.cli.gutter import author_style
from byline.cli.output import open_console
from byline.cli.times import show_time
from byline.review.authors import Marks, who_of
from byline.review.contenders import OUTCOMES, Considered
from byline.review.reasons import ASSUMED, MATCHES, REASONS
from byline.review.why import RecordedEdit, Why
from byline.text import safe_line, safe_text, shorten, split_lines

_LABEL = 10
_PROSE_LEAST = 30
_PROMPT_LINES, _AROUND, _CLAIMS, _TWINS = 12, 6, 12, 3
_PRECISIONS = {
    "vendor_diff": "recorded as the agent's own diff, with line numbers",
    "before_after": "recorded with the whole file before and after",
    "strings": "recorded as an old and a new string, without a place",
    "patch_text": "recorded as a patch without line numbers",
}
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def print_why(args: argparse.Namespace, why: Why) -> None:
    """Print everything that is known of the line."""
    with open_console(args) as console:
        for line in lines_of(why):
            if isinstance(line, Hanging):
                line.print(console)
            else:
                console.print(line, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Hanging:
    """Prose behind a label, wrapped at words to the right of it. Code is not wrapped: it is as it is."""

    label: str
    body: Text

    def print(self, console: Console) -> None:
        """Print it as wide as the console is."""
        indent = len(self.label)
        room = max(console.width - indent, _PROSE_LEAST)
        for place, part in enumerate(self.body.wrap(console, room) or [Text()]):
            part.rstrip()
            lead = Text(" " * indent if place else self.label, "dim")
            console.print(lead.append_text(part), soft_wrap=True)


def lines_of(why: Why) -> Iterator[Text | Hanging]:
    """Everything that is known of the line, for the terminal and the browser; all foreign text is safe."""
    yield from _heading(why)
    credit, origin = why.line.credit, why.line.credit.origin
    if origin is None:
        yield from _nobody(credit, _verb(why))
        yield from _twins(why)
    else:
        yield from _author(why, credit, origin)
    for entry in why.earlier:
        label = "written by" if why.is_removed else "earlier"
        yield _labelled(label, f"{_call(entry.origin)}: “{safe_line(entry.content.strip())}”")
    if why.considered:
        yield Text()
        yield Text("Other edits that were considered", "bold")
        for claim in why.considered[-_CLAIMS:]:
            yield from _claim(claim, why.line.content)
        if len(why.considered) > _CLAIMS:
            yield Text(f"  and {len(why.considered) - _CLAIMS} earlier ones: see --json", "dim")
    for problem in why.problems:
        yield Text(f"! {safe_line(problem)}", "yellow")


def _heading(why: Why) -> Iterator[Text]:
    line = why.line
    text = Text()
    text.append(f"{safe_line(why.path)}:{line.line_number}", "bold")
    if why.is_removed:
        text.append("  removed", "red")
    if line.commit is None:
        text.append("  not committed", "yellow")
    else:
        since = f"{why.since[:8]}.." if why.since else ""
        text.append(f"  {since}{line.commit[:8]} ", "yellow")
        text.append(safe_line(why.subject or ""))
        if line.original_path != why.path:
            text.append(f"  (then {safe_line(line.original_path)}:{line.original_line})", "dim")
    yield text
    yield Text(f"  {'-' if why.is_removed else ' '} {safe_line(line.content)}")
    yield Text()


def _verb(why: Why) -> str:
    return "removed by" if why.is_removed else "written by"


def _nobody(credit: Credit, verb: str) -> Iterator[Text | Hanging]:
    if credit.contributor == "human":
        yield _labelled(verb, "a person, on record")
        return
    yield _labelled(verb, "unknown")
    yield _labelled("because", REASONS[credit.reason or "no_edit"])
    if credit.candidates:
        yield _labelled("calls", ", ".join(safe_line(name) for name in credit.candidates))


def _twins(why: Why) -> Iterator[Hanging]:
    """Where the same text stands as it was recorded: of a copy what it repeats."""
    label = "copy of" if why.line.credit.reason == "copy" else "same text"
    for place, twin in enumerate(why.twins[:_TWINS]):
        since = "" if twin.commit in {None, why.line.commit} else f", committed in {str(twin.commit)[:8]}"
        words = f"{safe_line(twin.path)}:{twin.line_number}, written by {_call(twin.origin)}{since}"
        yield _labelled("" if place else label, words)
    if len(why.twins) > _TWINS:
        yield _labelled("", f"and {len(why.twins) - _TWINS} more: see --json", "dim")


def _author(why: Why, credit: Credit, origin: Origin) -> Iterator[Text | Hanging]:
    who = who_of(credit)
    marks = Marks([origin.session_id])
    text = Text(f"▌{marks.key(who)} ", author_style(marks, who))
    text.append(safe_line(origin.model_id or "model unknown"), author_style(marks, who))
    if credit.contributor == "mixed":
        text.append(", and reworded by somebody since")
    yield _labelled(_verb(why), text)
    yield from _prompt(why.prompt)
    session = why.session
    title = f"  “{safe_line(shorten(session.title, 80))}”" if session and session.title else ""
    parent = f"  (sub-agent of {safe_line(session.parent)})" if session and session.parent else ""
    yield _labelled("session", f"{safe_line(origin.session_id)}{title}{parent}")
    facts = [
        safe_line(origin.tool or "edit"),
        safe_line(origin.tool_call_id or ""),
        show_time(origin.time_ms),
    ]
    yield _labelled("call", "  ".join(fact for fact in facts if fact))
    yield _labelled("match", "; ".join(_match(credit)))
    if why.edit is not None:
        how = _PRECISIONS.get(why.edit.precision, why.edit.precision)
        yield _labelled("edit", f"{safe_line(_place(why.edit.path, why.line.original_path))}, {how}")
        yield from _hunk(why.edit)


def _place(recorded: str, path: str) -> str:
    """The recorded path, without the folders of the checkout where it is the file's own."""
    return path if f"/{recorded}".replace("\\", "/").endswith(f"/{path}") else recorded


def _prompt(prompt: str | None) -> Iterator[Text | Hanging]:
    if not prompt or not prompt.strip():
        yield _labelled("prompt", "not recorded", "dim")
        return
    lines = split_lines(safe_text(prompt.strip()))
    for place, line in enumerate(lines[:_PROMPT_LINES]):
        yield _labelled("" if place else "prompt", line)
    if len(lines) > _PROMPT_LINES:
        yield _labelled("", f"… {len(lines) - _PROMPT_LINES} more lines", "dim")


def _match(credit: Credit) -> Iterator[str]:
    yield MATCHES[credit.match or "exact"]
    if credit.assumed:
        yield ASSUMED[credit.assumed]
    if credit.carried:
        yield "carried over: the line was committed before, and this commit only handled it"


def _hunk(edit: RecordedEdit) -> Iterator[Text]:
    """The hunk around the line; a whole file that was written at once would hide everything else."""
    lines = split_lines(edit.hunk)[2:]
    sought = {f"+{edit.content}", f"-{edit.content}"}
    place = next((at for at, line in enumerate(lines) if line.removesuffix("\r") in sought), 0)
    first, last = max(place - _AROUND, 0), place + _AROUND + 1
    for number, line in enumerate(lines):
        if line.startswith("@@ ") or first <= number < last:
            mark = "→ " if number == place else "  "
            yield Text(f"{mark:>{_LABEL + 1}}").append(safe_line(line), _STYLES.get(line[:1], ""))
    if len(lines) > last:
        yield Text(f"{'':{_LABEL + 1}}… {len(lines) - last} more lines", "dim")


def _claim(claim: Considered, content: str) -> Iterator[Text | Hanging]:
    yield Hanging("  ", Text(_call(claim.origin)))
    words = OUTCOMES[claim.outcome]
    if claim.by is not None:
        words += f": {_call(claim.by)}"
    if claim.content != content.removesuffix("\r"):
        yield Text(f"      wrote “{safe_line(claim.content.strip())}”", "dim")
    yield Hanging(" " * 6, Text(words, "dim"))


def _call(origin: Origin) -> str:
    model = safe_line(origin.model_id or "model unknown")
    call = f" {safe_line(origin.tool_call_id)}" if origin.tool_call_id else ""
    tool = safe_line(origin.tool or "edit")
    return f"{safe_line(origin.session_id)[:11]} {model}, {tool}{call}, {show_time(origin.time_ms)}"


def _labelled(label: str, words: str | Text, style: str = "") -> Hanging:
    return Hanging(f"{label:<{_LABEL}} ", words if isinstance(words, Text) else Text(words, style))
