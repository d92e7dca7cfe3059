"""A conversation as the browser shows it, for a terminal or a pager."""

import argparse

from rich.segment import Segment, Segments
from rich.text import Text

from byline.cli.conversation import RecordedConversation
from byline.cli.output import open_console
from byline.cli.times import show_time
from byline.reading.drawing import BlockPainter, Shape
from byline.reading.layout import FOLDING, HIDDEN, LINE, Reading, guess_heights, rows_of_state, states_of
from byline.reading.pages import pages_of, touched_by
from byline.reading.palette import terminal_palette
from byline.reading.prose import Line
from byline.text import safe_line
from byline.wording import counted, short_model, short_repository

WIDEST = 120
"""Cells: what stands at the right should be near what it is about."""


def print_text(args: argparse.Namespace, conversation: RecordedConversation, reading: Reading) -> None:
    """Print the conversation as the browser would lay it out in a window of the terminal's width."""
    edits = {edit.id: edit for edit in conversation.edits}
    pages = pages_of(
        conversation.session, conversation.messages, touched_by(conversation.edits), conversation.children,
        edits=edits,
    )  # fmt: skip
    with open_console(args) as console:
        width = max(min(console.width, WIDEST), 40)
        for line in _head(conversation, len(pages.thread.prompts), pages.thread.calls):
            console.print(line, soft_wrap=True)
        painter = BlockPainter(terminal_palette(), pages, "--calls full, or --format md")
        states = states_of(pages.thread, reading)
        _, gaps = guess_heights(pages.thread, states, width)
        for index, state in enumerate(states):
            if state == HIDDEN:
                continue
            folded = state == LINE and pages.thread.kind(index) in FOLDING
            shape = Shape(folded, rows_of_state(state), gap=gaps[index])
            for drawn in painter.paint(pages.block(index), width, shape):
                console.print(Segments([*_stripped(drawn), Segment.line()]), end="", soft_wrap=True)


def _stripped(line: Line) -> Line:
    """The line without the spaces at its end that nobody sees."""
    kept = list(line)
    while kept and not (kept[-1].style and kept[-1].style.bgcolor):
        last = kept.pop()
        if words := last.text.rstrip(" "):
            return [*kept, Segment(words, last.style)]
    return kept


def _head(conversation: RecordedConversation, prompts: int, calls: int) -> list[Text]:
    session = conversation.session
    facts = [
        session.id, session.agent, ", ".join(short_model(model) for model in session.models),
        short_repository(session.repository, session.cwd), session.branch or "",
        show_time(session.started_ms), counted(prompts, "prompt"), counted(calls, "call"),
        f"+{session.added:,} −{session.removed:,}",
    ]  # fmt: skip
    words = " · ".join(fact for fact in facts if fact)
    return [Text(safe_line(session.title or session.id), "bold"), Text(safe_line(words), "dim"), Text("")]
