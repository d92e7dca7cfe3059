"""Give OpenCode's diffs the indentation back that it takes off them.

The diff of an edit is made for showing: what white space all of its lines begin with is cut off
(``trimDiff`` in OpenCode's ``edit.ts``). From 1.2 on no contents are recorded beside it, so what was cut
off has to be learnt from lines of the file that stand elsewhere in the session, whole: in what was
read, written or replaced.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from byline.patch import Hunk
from byline.text import split_lines

LinesByWords = Mapping[str, Collection[str]]
"""Whole lines by what stands on them behind their indentation."""


def by_words(lines: Iterable[str]) -> LinesByWords:
    """Whole lines, ready to be looked up."""
    found = defaultdict[str, set[str]](set)
    for line in (line.removesuffix("\r") for line in lines):
        found[line.lstrip()].add(line)
    return found


def inner_lines(strings: Iterable[str]) -> LinesByWords:
    """The lines of old and new strings that are sure to be whole in front: all but their first ones."""
    return by_words(line for string in strings for line in split_lines(string)[1:])


def restore_indentation(hunks: tuple[Hunk, ...], *whole: LinesByWords) -> tuple[Hunk, ...] | None:
    """The hunks as they are in the file; None when ``whole`` does not tell.

    A diff whose lines all begin with white space was not cut. Else that prefix is put back with which
    most lines are among the whole ones, if there is one such prefix.
    """
    shown = {content for hunk in hunks for content in _contents(hunk) if content.strip()}
    if all(content[:1].isspace() for content in shown):
        return hunks
    votes = Counter(
        line.removesuffix(content)
        for content in shown
        for line in {line for lines in whole for line in lines.get(content.lstrip(), ())}
        if line.endswith(content)
    )
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return None
    prefix = ranked[0][0]
    return tuple(_indented(hunk, prefix) for hunk in hunks) if prefix else hunks


def _contents(hunk: Hunk) -> list[str]:
    return [*(line.content for line in hunk.lines), *(line.content for line in hunk.context)]


def _indented(hunk: Hunk, prefix: str) -> Hunk:
    # An empty line was most likely empty before: only what is left of a longer blank one was cut.
    return replace(
        hunk,
        lines=tuple(
            replace(line, content=prefix + line.content if line.content else "") for line in hunk.lines
        ),
        context=tuple(
            replace(line, content=prefix + line.content if line.content else "") for line in hunk.context
        ),
    )
