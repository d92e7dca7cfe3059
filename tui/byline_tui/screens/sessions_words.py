"""What is said about a list of sessions as a whole: how many, in which order, what is left out, why none."""

from byline.wording import counted
from byline_tui.listing import ORDER_WORDS, Answer


def took_words(answer: Answer) -> str:
    """How long the answer took; an ellipsis says that it goes on."""
    took = f"{answer.listing.took_ms:.0f} ms"
    return took if answer.listing.complete else f"{took} …"


def list_words(answer: Answer, selected: int, repository: str) -> str:
    """What the line about the whole list says.

    ``selected`` counts the sessions that are; ``repository`` is the name of the one Byline was started in.
    """
    shown, total = len(answer.listing.places), answer.total
    here = f" of {repository}" if answer.question.here_only else ""
    more = "" if answer.listing.complete else "+"
    words = [counted(total, "session") + here]
    if shown != total:
        in_all = counted(total, "session")
        words = [f"{shown:,}{more}{here}, {in_all} in all" if here else f"{shown:,}{more} of {in_all}"]
    if answer.question.order in ORDER_WORDS:
        words.append(ORDER_WORDS[answer.question.order])
    left_out = answer.listing.left_out
    if automated := left_out.get("automated", 0) + left_out.get("one_shot", 0):
        words.append(f"{automated:,} automated left out")
    if hidden := left_out.get("hidden", 0):
        words.append(f"{hidden:,} hidden")
    if selected:
        words.insert(0, f"{selected:,} selected")
    return " · ".join(words)


def why_empty(answer: Answer, repository: str) -> tuple[str, ...]:
    """Why no session is listed, and below it what can be done about that."""
    if not answer.total:
        return (
            "Nothing has been recorded yet.",
            "Agents on this machine keep histories: i imports them now,",
            "as does `byline import`.",
        )
    if answer.question.query.text:
        hints = ["esc clears the search"]
        if answer.question.here_only:
            hints.append("r looks in all repositories")
        return (f"Nothing matches “{answer.question.query.text}”.", *hints)
    if answer.question.here_only:
        return (
            f"No session belongs to {repository}.",
            f"r shows all {counted(answer.total, 'session')}",
            "i reads the agents' histories again",
        )
    return ("All sessions are left out.", ". shows those that were automated", "is:hidden those hidden")
