"""What is known about one line of a review, in words: the strip below the diff."""

from collections.abc import Mapping

from rich.text import Text
from textual.widgets import Static

from byline.attribution import Credit, Origin
from byline.errors import StoreError
from byline.review.authors import Marks, model_name, who_of
from byline.review.model import DiffLine
from byline.review.reasons import REASONS
from byline.store.store import Store
from byline.text import safe_line, shorten
from byline.wording import clock, local_day

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


class LineStory(Static):
    """The strip itself: two lines about the line it was last given."""

    def __init__(self, store: Store, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__(id=id, markup=False)
        self._store = store
        self._prompts: dict[Origin, str | None] = {}

    def explain(self, line: DiffLine | None, marks: Marks) -> None:
        """Tell about a line of a review; None clears the strip."""
        if line is None:
            self.update("")
            return
        variables = self.app.theme_variables
        styles = {name: variables[name] for name in ("muted", "prompt")} | {"author": variables["muted"]}
        prompt = None
        if line.credit is not None:
            styles["author"] = marks.colour(
                who_of(line.credit), dark=self.app.current_theme.dark, neutral=variables["muted"]
            )
            if line.credit.origin is not None:
                prompt = self._prompt(line.credit.origin)
        self.update(tell_line(line, marks, prompt, self.size.width, styles))

    def _prompt(self, origin: Origin) -> str | None:
        if origin not in self._prompts:
            try:
                read = self._store.conversations.prompt_before
                self._prompts[origin] = read(origin.session_id, origin.message_id, origin.time_ms)
            except StoreError as error:
                return str(error)
        return self._prompts[origin]


def tell_line(
    line: DiffLine, marks: Marks, prompt: str | None, width: int, styles: Mapping[str, str]
) -> Text:
    """Two lines of text: the prompt, then session, model, tool, time and match; or why nobody is named.

    ``styles`` has the styles ``author``, ``muted`` and ``prompt``.
    """
    credit = line.credit
    if credit is None:
        return Text("Context: this commit does not touch the line.", style=styles["muted"])
    who = who_of(credit)
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f"{marks.key(who)} ", f"bold {styles['author']}")
    if credit.origin is None:
        return text.append_text(_without_origin(line, credit, styles))
    quoted = shorten(safe_line(prompt.strip().partition("\n")[0]), max(width - 6, 10)) if prompt else ""
    text.append(f"“{quoted}”" if quoted else "(no prompt recorded)", styles["prompt" if quoted else "muted"])
    verb = "removed by" if line.kind == "removed" else "written by"
    when = f"{local_day(credit.origin.time_ms).isoformat()} {clock(credit.origin.time_ms)}"
    facts = [
        f"{verb} {safe_line(credit.origin.session_id)[:11]}",
        safe_line(model_name(who)),
        f"{safe_line(credit.origin.tool or 'edit')} {when}",
        MATCHES.get(credit.match or "exact", "exact"),
    ]
    if credit.assumed:
        facts.append(ASSUMED[credit.assumed])
    if credit.carried:
        facts.append("carried over from an earlier commit")
    return text.append("\n   " + " · ".join(facts))


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
