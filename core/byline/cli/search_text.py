"""What a search found, for people: session by session, the words marked."""

import argparse
from collections.abc import Iterator

from rich.text import Text

from byline.cli.output import open_console
from byline.cli.times import show_time
from byline.query import Matcher, Snippet
from byline.store.hits import Hit
from byline.store.listing import Listing
from byline.store.sessions import SessionRow
from byline.store.store import Store
from byline.text import safe_line
from byline.wording import clock, counted, short_model, short_repository

_MARK = "bold yellow"
_SHORT_ID = 11
"""The agent's prefix and eight more: ``byline transcript`` takes the beginning of an id."""
_WHO = 10
_PAGE = 100
_WIDEST = 200


def print_found(args: argparse.Namespace, store: Store, found: Listing, limit: int) -> None:
    """Print the first ``limit`` sessions with their newest hits, through the pager when it is long."""
    matcher = Matcher(found.query)
    with open_console(args) as console:
        if not found.ids:
            console.print("nothing says that")
        width = min(console.width, _WIDEST)
        for start in range(0, min(limit, len(found.ids)), _PAGE):
            page = found.ids[start : min(start + _PAGE, limit)]
            keys = [
                key
                for session_id in page
                if session_id in found.hits
                for key in found.hits[session_id].newest
            ]
            hits = store.hits.of_parts(matcher, keys, width - _WHO - 10)
            for row in store.sessions.rows(page):
                for line in _session(row, found, hits, matcher):
                    line.truncate(width, overflow="ellipsis")
                    console.print(line, soft_wrap=True)
        for words in _summary(found, limit):
            console.print(Text(words, "dim"), soft_wrap=True)


def _session(row: SessionRow, found: Listing, hits: dict[int, Hit], matcher: Matcher) -> Iterator[Text]:
    title = row.title or "(no title)"
    yield _marked(Snippet(title, tuple(matcher.spans(title))), "bold")
    place = short_repository(row.repository or row.cwd, row.cwd)
    said = found.hits.get(row.id)
    # What is cut at 80 columns is the place.
    facts = [
        counted(said.count, "hit") if said else "",
        show_time(row.updated_ms),
        row.agent,
        ", ".join(short_model(model) for model in row.models),
        f"{place}:{row.branch}" if row.branch else place,
    ]
    facts_line = Text("  ")
    facts_line.append(safe_line(row.id[:_SHORT_ID]), "cyan")
    for fact in facts:
        if fact:
            facts_line.append(f" · {safe_line(fact)}", "dim")
    yield facts_line
    shown = [hits[key] for key in said.newest if key in hits] if said else []
    for hit in shown:
        style = "magenta" if hit.tool else "green" if hit.role == "user" else "blue"
        who = Text(safe_line(hit.tool or hit.role or hit.type), style)
        who.truncate(_WHO, overflow="ellipsis", pad=True)
        line = Text("  ").append_text(who)
        line.append(f" {clock(hit.time_ms)}  ", "dim")
        yield line.append_text(_marked(hit.snippet, ""))
    if said and said.count > len(shown):
        yield Text(f"  {'':<{_WHO}}        and {said.count - len(shown):,} more", "dim")
    yield Text()


def _marked(snippet: Snippet, style: str) -> Text:
    line = Text()
    for piece, is_hit in snippet.pieces():
        line.append(safe_line(piece), _MARK if is_hit else style)
    return line


def _summary(found: Listing, limit: int) -> Iterator[str]:
    if not found.ids:
        return
    hits = f", {counted(found.hit_count, 'hit')}" if found.hits else ""
    if len(found.ids) > limit:
        yield f"{limit:,} of {counted(len(found.ids), 'session')}{hits}; -n {len(found.ids)} shows all"
    else:
        yield f"{counted(len(found.ids), 'session')}{hits}"
    if hidden := found.left_out.get("hidden"):
        yield f"{counted(hidden, 'hidden session')} left out; is:hidden shows them"
