"""What is known about one line of a review, in words: the strip below the diff."""

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import Static

from byline.attribution import Credit, Origin
from byline.errors import StoreError
from byline.review.authors import Marks, Who, model_name, who_of
from byline.review.model import DiffLine
from byline.review.reasons import REASONS
from byline.store.store import Store
from byline.text import safe_line, shorten
from byline.wording import clock, local_day
from byline_tui.widgets.diff_moved import Elsewhere

MATCHES = {
    "exact": "exact",
    "edited": "reworded since",
    "reformatted": "reformatted since",
    "moved": "moved since",
}
ASSUMED = {
    "base": "assuming the version it was made on",
    "order": "assuming the order of edits",
    "clock": "assuming the clocks agree",
}


PRECISIONS = {
    "vendor_diff": "the agent's own diff",
    "before_after": "the file before and after",
    "strings": "old and new string",
    "patch_text": "a patch without numbers",
}
"""What an edit was recorded as: the evidence in few words."""

SHORT = {
    "the agent's own diff": "own diff",
    "the file before and after": "whole file",
    "old and new string": "strings",
    "a patch without numbers": "bare patch",
}
"""The same in fewer, where there is no room."""


class LineStory(Static):
    """The strip itself: two lines about the line it was last given."""

    DEFAULT_CSS = "LineStory { text-wrap: nowrap; text-overflow: ellipsis; }"

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id, markup=False)
        self._store = store
        self._prompts: dict[Origin, str | None] = {}
        self._evidence: dict[int, str] = {}

    def explain(
        self, line: DiffLine | None, marks: Marks, who: Who | None = None, moved: Elsewhere | None = None
    ) -> None:
        """Tell about a line of a review; None clears the strip.

        ``who`` stands for its contributor where ``marks`` are of models or agents; ``moved`` is where the
        line comes from or went, if it only changed its place.
        """
        if line is None:
            self.update("")
            return
        variables = self.app.theme_variables
        styles = {name: variables[name] for name in ("muted", "prompt")} | {"author": variables["muted"]}
        prompt = None
        evidence = ""
        if line.credit is not None:
            who = who or who_of(line.credit)
            styles["author"] = marks.colour(who, dark=self.app.current_theme.dark, neutral=variables["muted"])
            if line.credit.origin is not None:
                prompt = self._prompt(line.credit.origin)
                evidence = self._recorded(line.credit.origin)
        notes = [evidence] if evidence else []
        if moved is not None:
            way = "moved from" if line.kind == "added" else "moved to"
            notes.insert(0, f"{way} {safe_line(moved.path)}:{moved.number}")
        key = marks.key(who) if who is not None else ""
        self.update(tell_line(line, key, prompt, self.size.width, styles, notes))

    def _recorded(self, origin: Origin) -> str:
        if origin.edit_id not in self._evidence:
            try:
                row = self._store.edits.get(origin.edit_id)
            except StoreError as error:
                return str(error)
            words = PRECISIONS.get(row.precision, row.precision) if row is not None else "no longer recorded"
            self._evidence[origin.edit_id] = words
        return self._evidence[origin.edit_id]

    def _prompt(self, origin: Origin) -> str | None:
        if origin not in self._prompts:
            try:
                read = self._store.conversations.prompt_before
                self._prompts[origin] = read(origin.session_id, origin.message_id, origin.time_ms)
            except StoreError as error:
                return str(error)
        return self._prompts[origin]


def tell_line(
    line: DiffLine,
    key: str,
    prompt: str | None,
    width: int,
    styles: Mapping[str, str],
    notes: Sequence[str] = (),
) -> Text:
    """Two lines of text: the prompt, then session, model, tool, time and match; or why nobody is named.

    ``key`` are the contributor's letters, ``notes`` what else there is to say; ``styles`` has the styles
    ``author``, ``muted`` and ``prompt``.
    """
    credit = line.credit
    if credit is None:
        return Text("Context: this commit does not touch the line.", style=styles["muted"])
    who = who_of(credit)
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f"{key} ", f"bold {styles['author']}")
    if credit.origin is None:
        text.append_text(_without_origin(line, credit, styles))
        return text.append("".join(f" · {note}" for note in notes), styles["muted"])
    quoted = shorten(safe_line(prompt.strip().partition("\n")[0]), max(width - 6, 10)) if prompt else ""
    text.append(f"“{quoted}”" if quoted else "(no prompt recorded)", styles["prompt" if quoted else "muted"])
    return text.append(
        "\n   " + " · ".join(_fitted(_facts(line, credit, credit.origin, who, notes), width - 4))
    )


def _facts(line: DiffLine, credit: Credit, origin: Origin, who: Who, notes: Sequence[str]) -> list[list[str]]:
    """What is known, each fact in its forms from the longest to the shortest, which may be none at all."""
    verb = "removed by" if line.kind == "removed" else "written by"
    session, tool = safe_line(origin.session_id)[:11], safe_line(origin.tool or "edit")
    day, hour = local_day(origin.time_ms).isoformat(), clock(origin.time_ms)
    facts = [
        [f"{verb} {session}", f"by {session}" if line.kind != "removed" else f"{verb} {session}", session],
        [safe_line(model_name(who))],
        [f"{tool} {day} {hour}", f"{tool} {day}", f"{tool} {day[5:]}", tool, ""],
        [MATCHES.get(credit.match or "exact", "exact")],
    ]
    if credit.assumed:
        facts.append([ASSUMED[credit.assumed], f"{credit.assumed} assumed"])
    if credit.carried:
        facts.append(["carried over from an earlier commit", "carried over"])
    facts += [[note, SHORT[note]] if note in SHORT else [note] for note in notes]
    return facts


def _fitted(facts: Sequence[Sequence[str]], width: int) -> list[str]:
    """The facts, of which those with the longest shorter form are shortened until all have room."""
    at = [0] * len(facts)
    while True:
        shown = [forms[n] for forms, n in zip(facts, at, strict=True) if forms[n]]
        if cell_len(" · ".join(shown)) <= width:
            return shown
        left = [n for n, forms in enumerate(facts) if at[n] + 1 < len(forms)]
        if not left:
            return shown
        # What it is known from is told as long as can be: when it was is in the conversation too.
        first = max(left, key=lambda n: len(facts[n][at[n]]) - len(facts[n][at[n] + 1]))
        at[first] += 1


def _without_origin(line: DiffLine, credit: Credit, styles: Mapping[str, str]) -> Text:
    what = "removed" if line.kind == "removed" else "written"
    if credit.contributor == "human":
        return Text(f"{what} by a person, on record")
    text = Text(f"Not known who {'removed' if line.kind == 'removed' else 'wrote'} this line\n   ")
    text.append(REASONS[credit.reason or "no_edit"], styles["muted"])
    if credit.candidates:
        names = ", ".join(safe_line(name) for name in credit.candidates[:4])
        text.append(f": {names}", styles["muted"])
    return text
