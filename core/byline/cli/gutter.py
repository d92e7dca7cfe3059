"""Who wrote a line, in a column of fixed width, and the legend that says what the letters mean."""

from collections.abc import Iterator

from rich.text import Text

from byline.attribution import Credit
from byline.review.authors import Counts, Marks, Who, model_name, ranked, who_of
from byline.store.store import Store
from byline.text import safe_line, safe_text, shorten

WIDTH = 18
MATCH_MARKS = {"exact": " ", "edited": "~", "reformatted": "↻", "moved": "⇄", None: " "}
_MODEL_WIDTH = WIDTH - 6


def append_gutter(text: Text, credit: Credit, marks: Marks) -> None:
    """Add the letters of the session, the model and the mark of the match: :data:`WIDTH` cells."""
    who = who_of(credit)
    style = author_style(marks, who)
    model = safe_line(model_name(who))[:_MODEL_WIDTH] if who.session_id is not None else ""
    text.append("▌" if who.session_id is not None else " ", style)
    text.append(f"{marks.key(who)} {model:<{_MODEL_WIDTH}} ", style)
    text.append(MATCH_MARKS[credit.match], "yellow")


def legend(store: Store, counts: Counts, marks: Marks) -> Iterator[Text]:
    """A line for each contributor: letters, session, model, number of lines, title."""
    entries = ranked(counts)
    sessions = {who.session_id for who, _ in entries if who.session_id}
    titles = {row.id: row.title for row in store.sessions.rows(sorted(sessions))}
    for who, count in entries:
        line = Text()
        line.append(f"{'▌' if who.session_id else ' '}{marks.key(who)} ", author_style(marks, who))
        if who.session_id is None:
            line.append(f"{who.kind}  {count}")
        else:
            line.append(f"{safe_line(who.session_id)}  {safe_line(who.model_id or 'model unknown')}  {count}")
            if title := titles.get(who.session_id):
                line.append(f"  “{shorten(safe_text(title), 60)}”", "dim")
        yield line


def author_style(marks: Marks, who: Who) -> str:
    """The style of a contributor's letters."""
    return marks.colour(who, dark=True, neutral="bright_black")
