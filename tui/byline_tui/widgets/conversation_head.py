"""What there is to know of a conversation before reading it, in a few lines."""

from collections.abc import Sequence

from rich.text import Text
from textual.widgets import Static

from byline.reading.pages import Pages
from byline.reading.prose import fit
from byline.store.conversation_facts import ContainingCommit
from byline.store.sessions import SessionRow
from byline.wording import clock, compact, counted, local_day, short_model, short_repository

_WIDEST = 400
"""Cells of a line that are laid out: wider than any terminal."""


class ConversationHead(Static):
    """Title; who, where; how much; and the commits that contain lines from here, when they are known."""

    DEFAULT_CSS = """
    ConversationHead {
        height: 3; padding: 0 1; background: $background; text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as in Textual
        super().__init__("", id=id, markup=False)

    def show(self, pages: Pages, commits: Sequence[ContainingCommit] | None) -> None:
        """Show a conversation's facts; ``commits`` is None until they are known."""
        self.update(head(pages, commits))


def head(pages: Pages, commits: Sequence[ContainingCommit] | None) -> Text:
    """The three lines, as safe text."""
    thread = pages.thread
    session, totals = thread.session, thread.totals
    text = Text(no_wrap=True, overflow="ellipsis")
    if session.starred:
        text.append("★ ", "bold yellow")
    text.append(fit(session.title or "Untitled session", _WIDEST), "bold")
    if session.started_ms is not None:
        text.append(f"  {local_day(session.started_ms).isoformat()} {clock(session.started_ms)}", "dim")
    facts = [session.agent, ", ".join(short_model(model) for model in session.models), place(session)]
    facts += [counted(len(thread.prompts), "prompt"), counted(thread.calls, "call")]
    if thread.errors:
        facts.append(f"{len(thread.errors):,} failed")
    text.append("\n" + fit(" · ".join(fact for fact in facts if fact), _WIDEST), "dim")
    facts = [f"+{session.added:,} −{session.removed:,} lines", survival(commits)]
    if totals.tokens_out or totals.tokens_in:
        facts.append(f"{compact(totals.tokens_in)} tokens in, {compact(totals.tokens_out)} out")
    if totals.cost is not None:
        facts.append(f"${totals.cost:,.2f}")
    facts += [f"#{label}" for label in session.labels]
    text.append("\n" + fit(" · ".join(fact for fact in facts if fact), _WIDEST), "dim")
    return text


def survival(commits: Sequence[ContainingCommit] | None) -> str:
    """How many lines got into how many commits."""
    if commits is None:
        return ""
    if not commits:
        return "in no commit yet"
    lines = sum(commit.added - commit.carried for commit in commits)
    return f"{lines:,} survived into {counted(len(commits), 'commit')} (c)"


def place(session: SessionRow) -> str:
    """Repository and branch of a session, as safe text."""
    names = (short_repository(session.repository, session.cwd), session.branch or "")
    return " · ".join(fit(name, _WIDEST) for name in names if name)
