"""An oracle of credits: what edits that carry the whole file before and after tell without any matching.

A text that stood once in every state of a file since it came is the line that came: written by the edit
whose content after it has it and whose content before it has not, or by nobody where it was there before an
edit and the one before that had not left it. Texts that a later edit's own record marks as touched are not
asked for: a line that an edit moves is that edit's.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from byline.attribution import Change, Construction, Edit, Touched, intersect

Author = int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One line of a state: its text, the id of the edit that wrote it, and the one the engine credits."""

    state: int
    text: str
    author: Author
    credited: Author
    reshaped: bool
    """Credited as another form of a recorded line: nobody recorded who gave it this one."""


def known_authors(edits: Sequence[Edit]) -> Iterator[tuple[int, dict[str, Author]]]:
    """For each edit the authors that are known of texts in the content it left. All carry both contents."""
    authors: dict[str, Author] = {}
    for number, edit in enumerate(edits):
        before, after = Counter(edit.before or ()), Counter(_after(edit))
        touched = {line.content.removesuffix("\r") for hunk in edit.hunks for line in hunk.lines}
        authors = {text: author for text, author in authors.items() if before[text] == 1}
        if number:
            left = Counter(_after(edits[number - 1]))
            authors |= {text: None for text in before if before[text] == 1 and not left[text]}
        else:
            authors |= {text: None for text in before if before[text] == 1}
        authors = {
            text: author for text, author in authors.items() if after[text] == 1 and text not in touched
        }
        authors |= {text: edit.origin.edit_id for text in after if after[text] == 1 and not before[text]}
        yield number, authors


def _after(edit: Edit) -> tuple[str, ...]:
    """The content an edit left; of one that made a file its hunk has it all."""
    if edit.after is None and edit.before == ():
        return tuple(line.content for hunk in edit.hunks for line in hunk.lines if line.kind == "added")
    assert edit.after is not None, "an edit without its content tells no oracle anything"
    return tuple(edit.after)


def verdicts(edits: Sequence[Edit]) -> Iterator[Verdict]:
    """The lines of each state whose author is known, with the engine's credit for them.

    Every state is asked for as a commit of the whole file, made when the edit was done.
    """
    construction = Construction()
    for number, authors in known_authors(edits):
        known, lines = list(edits[: number + 1]), _after(edits[number])
        touched = tuple(Touched("added", index) for index in range(len(lines)))
        time_ms = max(edit.origin.time_ms for edit in known)
        answers = intersect([construction.document(known, [])], Change((), lines, touched, time_ms)).credits
        for text, credit in zip(lines, answers, strict=True):
            if text in authors:
                said = credit.origin.edit_id if credit.origin else None
                yield Verdict(number, text, authors[text], said, credit.match in {"reformatted", "edited"})
