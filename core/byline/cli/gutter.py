"""Who wrote a line, in a column of fixed width, and the legend that says what the letters mean."""

from collections.abc import Iterator

from rich.text import Text

from byline.attribution import Credit
from byline.cli.styled_lines import Piece
from byline.patch import Match
from byline.review.authors import Counts, Marks, Who, model_name, ranked, who_of
from byline.store.store import Store
from byline.text import safe_line, safe_text, shorten

WIDTH = 18
MATCH_MARKS = {"exact": " ", "edited": "~", "reformatted": "↻", "moved": "⇄", None: " "}
_MODEL_WIDTH = WIDTH - 6
_TITLE_WIDTH, _TITLE_LEAST = 60, 12


class Gutter:
    """The letters of the session, the model and the mark of the match, :data:`WIDTH` cells for each line."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._known: dict[tuple[Who, Match | None], tuple[Piece, Piece]] = {}

    def pieces(self, credit: Credit) -> tuple[Piece, Piece]:
        """What stands before a line with this credit."""
        key = who_of(credit), credit.match
        if key not in self._known:
            self._known[key] = self._pieces(*key)
        return self._known[key]

    def _pieces(self, who: Who, match: Match | None) -> tuple[Piece, Piece]:
        model = safe_line(model_name(who))[:_MODEL_WIDTH] if who.session_id is not None else ""
        bar = "▌" if who.session_id is not None else " "
        letters = f"{bar}{self._marks.key(who)} {model:<{_MODEL_WIDTH}} "
        return (letters, author_style(self._marks, who)), (MATCH_MARKS[match], "yellow")


def legend(store: Store, counts: Counts, marks: Marks, width: int) -> Iterator[Text]:
    """A line for each contributor: letters, session, model, number of lines, and of the title what fits."""
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
            room = min(width - line.cell_len - 4, _TITLE_WIDTH)
            if (title := titles.get(who.session_id)) and room >= _TITLE_LEAST:
                shown = Text(shorten(safe_text(title), room))
                shown.truncate(room, overflow="ellipsis")
                line.append(f"  “{shown.plain}”", "dim")
        yield line


def author_style(marks: Marks, who: Who) -> str:
    """The style of a contributor's letters."""
    return marks.colour(who, dark=True, neutral="bright_black")
