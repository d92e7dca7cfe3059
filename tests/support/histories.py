"""Random histories of one file whose truth is known: every line remembers who wrote and who removed it.

Agents' edits are recorded the way records come (contents before and after, numbered hunks, a numberless
string replacement), people's changes are not recorded. Commits take the whole file, an index that is a few
edits stale, or some of the changes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from random import Random
from typing import Literal

from byline.attribution import CLOCK_TOLERANCE_MS, Change, Edit, Origin, Touched, Version
from byline.patch import Hunk
from byline.patch.hunk_body import read_hunk

COMMON = ("}", "", "    return None", "    pass", "});")
"""Lines that stand many times in a file; all others are distinct."""
_COMMON_WORDS = frozenset(text.strip() for text in COMMON)


def is_common(text: str) -> bool:
    """Whether a text is one of the common lines, however indented."""
    return text.strip() in _COMMON_WORDS


Opcode = tuple[str, int, int, int, int]
Style = Literal["contents", "after", "numbered", "bare", "strings"]
STYLES: tuple[Style, ...] = ("contents", "contents", "after", "numbered", "numbered", "bare", "strings")


@dataclass(eq=False, slots=True)
class Line:
    """A line with its truth: numbers of edits; None for whoever was not recorded."""

    text: str
    author: int | None = None
    remover: int | None = None
    removed: bool = False
    became: "Line | None" = None
    """The line in another form, after a person reformatted or reworded it."""

    @property
    def distinct(self) -> bool:
        return not is_common(self.text)

    def gone_with(self) -> int | None:
        """The edit that removed the line, or what it had become by reformatting or rewording."""
        line = self
        while line.became is not None:
            line = line.became
        return line.remover


@dataclass(frozen=True, slots=True)
class Taste:
    """What a history may contain beside fresh text: people who reformat, reword or retype."""

    common: float = 0.25
    """Share of common lines in what agents write."""
    reformat: bool = False
    reword: bool = False
    retype: bool = False
    styles: tuple[Style, ...] = STYLES
    stale: bool = True
    partial: bool = True
    people: bool = True
    """Whether anybody changes the file without a record."""


PLAIN = Taste()


@dataclass(slots=True)
class Manuscript:
    """The file as it is being written."""

    random: Random
    taste: Taste = PLAIN
    lines: list[Line] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    """Texts of recorded lines that somebody removed: what a person may retype."""
    texts: int = 0

    def fresh(self, common: float = 0.0) -> str:
        """A text that never was before, or (with the share ``common``) one that is everywhere."""
        if self.random.random() < common:
            return self.random.choice(COMMON)
        self.texts += 1
        number = self.texts
        if self.random.random() < 0.15:
            return f"n{number}"
        indent = " " * self.random.choice((0, 2, 4))
        return f"{indent}value{number} = make{number}(first{number}, second{number}, third{number})"

    def agent_writes(self, number: int, *, regions: int) -> list[str]:
        """One edit: it touches what the diff of both contents shows. Returns the new texts."""
        after = [line.text for line in self.lines]
        for _ in range(regions):
            self._change_region(after)
        self.becomes(after, number)
        return after

    def becomes(self, after: Sequence[str], number: int | None) -> None:
        """Give the file new content; touched lines are the author's (None: nobody's)."""
        lines: list[Line] = []
        for tag, old, old_end, new, new_end in opcodes([line.text for line in self.lines], after):
            if tag == "equal":
                lines += self.lines[old:old_end]
                continue
            self._remove(self.lines[old:old_end], number)
            lines += [Line(text, number) for text in after[new:new_end]]
        self.lines = lines

    def person_changes(self) -> None:
        """Something that nobody records: fresh text, a deletion, or what the taste allows."""
        kinds = ["insert", "insert", "delete"]
        kinds += [kind for kind in ("reformat", "reword", "retype") if getattr(self.taste, kind)]
        kind = self.random.choice(kinds)
        at = self.random.randint(0, len(self.lines))
        if kind == "delete":
            self._person_deletes(at)
        elif kind == "reformat":
            for place in range(at, min(at + self.random.randint(1, 6), len(self.lines))):
                if self.lines[place].text.strip():
                    self._replace(place, f"  {self.lines[place].text}")
        elif kind == "reword":
            if at < len(self.lines) and "second" in self.lines[at].text:
                self.texts += 1
                self._replace(at, self.lines[at].text.replace("second", f"other{self.texts}x"))
        elif kind == "retype" and self.gone:
            self.lines.insert(at, Line(self.random.choice(self.gone)))
        else:
            self.lines[at:at] = [Line(self.fresh()) for _ in range(self.random.randint(1, 3))]

    def _change_region(self, texts: list[str]) -> None:
        at = self.random.randint(0, len(texts))
        count = self.random.choice((0, 0, 1, 2, 3))
        added = self.random.choice((0, 1, 2, 3, 5)) if texts[at : at + count] else self.random.randint(1, 5)
        texts[at : at + count] = [self.fresh(self.taste.common) for _ in range(added)]

    def _person_deletes(self, at: int) -> None:
        end = min(at + self.random.randint(1, 3), len(self.lines))
        if at == end or self._slides(at, end):
            return
        self._remove(self.lines[at:end], None)
        del self.lines[at:end]

    def _slides(self, at: int, end: int) -> bool:
        """Whether deleting another range leaves the same text: then nobody can know which one went."""
        before = self.lines[at - 1].text if at else None
        behind = self.lines[end].text if end < len(self.lines) else None
        return before == self.lines[end - 1].text or behind == self.lines[at].text

    def _replace(self, place: int, text: str) -> None:
        old = self.lines[place]
        self._remove([old], None)
        old.became = self.lines[place] = Line(text, old.author)

    def _remove(self, lines: Sequence[Line], number: int | None) -> None:
        for line in lines:
            line.removed, line.remover = True, number
            if line.author is not None and line.distinct:
                self.gone.append(line.text)


@dataclass(frozen=True, slots=True)
class Committed:
    """A commit of the file: what it had before and has now. ``now`` is the work tree it was taken from."""

    old: tuple[Line, ...]
    new: tuple[Line, ...]
    time_ms: int
    kind: Literal["whole", "stale", "partial"]
    dead: frozenset[int]
    """``id()`` of lines that a recorded edit had removed again before the commit was made."""
    old_ms: int | None = None
    """When ``old`` was committed."""

    def change(self) -> Change:
        old, new = texts(self.old), texts(self.new)
        return Change(old, new, tuple(touched(old, new)), self.time_ms, old_ms=self.old_ms)


@dataclass(slots=True)
class History:
    """What was recorded and what was committed."""

    edits: list[Edit] = field(default_factory=list)
    commits: list[Committed] = field(default_factory=list)

    def known(self, commit: int) -> tuple[list[Edit], list[Version]]:
        """What the engine is given for a commit: edits until a little after it, versions up to it."""
        until = self.commits[commit].time_ms + CLOCK_TOLERANCE_MS
        versions = [Version(made.time_ms, texts(made.new)) for made in self.commits[: commit + 1]]
        return [edit for edit in self.edits if edit.origin.time_ms <= until], versions


def play(random: Random, taste: Taste = PLAIN, steps: int = 24) -> History:
    """A random history that ends in a commit of the whole file."""
    return _Player(random, taste).play(steps)


class _Player:
    def __init__(self, random: Random, taste: Taste) -> None:
        self.random, self.taste = random, taste
        self.page = Manuscript(random, taste)
        if random.random() < 0.7:
            self.page.lines = [Line(self.page.fresh(0.25)) for _ in range(random.randint(5, 40))]
        self.history = History()
        self.now_ms = 1_000_000
        self.committed: tuple[Line, ...] = ()
        self.states: list[tuple[Line, ...]] = []
        self.dead: set[int] = set()
        self.keep: list[Line] = []
        if self.page.lines:
            self.commit("whole")

    def play(self, steps: int) -> History:
        for _ in range(steps):
            self.now_ms += self.random.choice((5_000, 60_000, 400_000))
            step = self.random.random()
            if step < 0.6:
                self.edit()
            elif step < 0.8 and self.taste.people:
                self.page.person_changes()
            else:
                kinds = ["whole", "whole"] + ["stale"] * self.taste.stale + ["partial"] * self.taste.partial
                self.commit(self.random.choice(kinds))
        self.now_ms += 5_000
        self.commit("whole")
        return self.history

    def edit(self) -> None:
        number = len(self.history.edits) + 1
        style = self.random.choice(self.taste.styles)
        before = texts(self.page.lines)
        lines = list(self.page.lines)
        regions = 1 if style == "strings" else self.random.choice((1, 1, 2, 3))
        after = tuple(self.page.agent_writes(number, regions=regions))
        if before == after:
            return
        here = set(map(id, self.page.lines))
        gone = [line for line in lines if id(line) not in here]
        self.keep += gone
        self.dead |= set(map(id, gone))
        self.history.edits.append(recorded(number, self.now_ms, before, after, style))
        self.states.append(tuple(self.page.lines))

    def commit(self, kind: str) -> None:
        new = tuple(self.page.lines)
        if kind == "stale" and len(self.states) > 1:
            new = self.random.choice(self.states[-4:-1])
        elif kind == "partial":
            new = tuple(self.part_of(self.committed, new))
        else:
            kind = "whole"
        if texts(new) == texts(self.committed):
            return
        dead = frozenset(id(line) for line in new if id(line) in self.dead)
        earlier = self.history.commits[-1].time_ms if self.history.commits else None
        made = Committed(self.committed, new, self.now_ms, kind, dead, earlier)  # type: ignore[arg-type] # a literal
        self.history.commits.append(made)
        self.committed = new
        # What is committed next is no older than this.
        self.states = (
            self.states[-1:]
            if kind == "partial"
            else self.states[self.states.index(new) :]
            if (new in self.states)
            else []
        )

    def part_of(self, old: Sequence[Line], new: Sequence[Line]) -> Iterator[Line]:
        """Some of the changes from ``old`` to ``new``, by who stood there, not by text."""
        matcher = SequenceMatcher(None, list(map(id, old)), list(map(id, new)), False)
        for tag, old_at, old_end, new_at, new_end in matcher.get_opcodes():
            taken = tag != "equal" and self.random.random() < 0.6
            yield from new[new_at:new_end] if taken else old[old_at:old_end]


def recorded(
    number: int, time_ms: int, before: tuple[str, ...], after: tuple[str, ...], style: Style
) -> Edit:
    """An edit as an agent of some kind records it."""
    origin = Origin(number, f"cc_{number % 4}", None, f"call_{number}", "opus", "Edit", time_ms)
    if not before:
        return Edit(origin, tuple(hunks(before, after)), ())
    if style == "contents":
        return Edit(origin, tuple(hunks(before, after)), before, after)
    if style == "after":
        return Edit(origin, tuple(hunks(before, after)), None, after)
    if style == "strings" and (hunk := _string_hunk(before, after)) is not None:
        return Edit(origin, (hunk,), None, None, search="only")
    return Edit(origin, tuple(hunks(before, after, 1 if style == "bare" else 3)))


def hunks(before: Sequence[str], after: Sequence[str], context: int = 3) -> Iterator[Hunk]:
    """The hunks of a unified diff of both contents."""
    for group in _grouped(opcodes(before, after), context):
        old, old_end, new, new_end = group[0][1], group[-1][2], group[0][3], group[-1][4]
        yield read_hunk(old + (old_end > old), new + (new_end > new), _body(before, after, group))


def _grouped(codes: Sequence[Opcode], context: int) -> Iterator[list[Opcode]]:
    """The changes that share their context, each group with ``context`` equal lines at its ends."""
    group: list[Opcode] = []
    for number, code in enumerate(codes):
        tag, old, old_end, new, new_end = code
        if tag != "equal":
            group.append(code)
            continue
        size = old_end - old
        if group:
            last = number == len(codes) - 1
            kept = min(size, context) if last or size > 2 * context else size
            group.append((tag, old, old + kept, new, new + kept))
            if last or size > 2 * context:
                yield group
                group = []
        if not group and number < len(codes) - 1:
            kept = min(size, context)
            group = [(tag, old_end - kept, old_end, new_end - kept, new_end)]
    if any(code[0] != "equal" for code in group):
        yield group


def _string_hunk(before: Sequence[str], after: Sequence[str]) -> Hunk | None:
    """The one string replaced by another, wide enough to be the only one of its kind in the file."""
    changes = [code for code in opcodes(before, after) if code[0] != "equal"]
    old, new = changes[0][1], changes[0][3]
    old_end, new_end = changes[-1][2], changes[-1][4]
    while old < old_end or old > 0 or old_end < len(before):
        wanted = list(before[old:old_end])
        places = [at for at in range(len(before)) if list(before[at : at + len(wanted)]) == wanted]
        if wanted and len(places) == 1:
            # Which of several equal lines stayed is a matter of the diff: the same one that tells the truth.
            return read_hunk(1, 1, _body(before, after, _clipped(opcodes(before, after), old, old_end)))
        if old > 0 and (old_end == len(before) or old_end - changes[-1][2] >= changes[0][1] - old):
            old, new = old - 1, new - 1
        elif old_end < len(before):
            old_end, new_end = old_end + 1, new_end + 1
        else:
            return None
    return None


def _clipped(codes: Sequence[Opcode], old: int, old_end: int) -> Iterator[Opcode]:
    """The codes in a range of the old lines, which begins and ends in equal ones or with a change."""
    for tag, first, last, new, new_last in codes:
        if tag != "equal":
            yield tag, first, last, new, new_last
        elif max(first, old) < min(last, old_end):
            start, end = max(first, old), min(last, old_end)
            yield tag, start, end, new + start - first, new + end - first


def _body(before: Sequence[str], after: Sequence[str], group: Iterable[Opcode]) -> list[str]:
    body: list[str] = []
    for tag, old, old_end, new, new_end in group:
        if tag == "equal":
            body += [f" {text}" for text in before[old:old_end]]
        else:
            body += [f"-{text}" for text in before[old:old_end]]
            body += [f"+{text}" for text in after[new:new_end]]
    return body


def opcodes(before: Sequence[str], after: Sequence[str]) -> list[Opcode]:
    """How ``before`` became ``after``: distinct lines that stayed, and between them what is equal."""
    once = [
        {text for text, count in Counter(side).items() if count == 1} - {*COMMON} for side in (before, after)
    ]
    stayed = [[at for at, text in enumerate(side) if text in once[0] & once[1]] for side in (before, after)]
    order = SequenceMatcher(None, [before[at] for at in stayed[0]], [after[at] for at in stayed[1]], False)
    codes: list[Opcode] = []
    last_old = last_new = 0
    anchors = [
        (stayed[0][old + offset], stayed[1][new + offset])
        for old, new, size in order.get_matching_blocks()
        for offset in range(size)
    ]
    for old, new in [*anchors, (len(before), len(after))]:
        between = SequenceMatcher(None, before[last_old:old], after[last_new:new], False).get_opcodes()
        codes += [
            (tag, last_old + a, last_old + b, last_new + c, last_new + d) for tag, a, b, c, d in between
        ]
        if old < len(before):
            codes.append(("equal", old, old + 1, new, new + 1))
        last_old, last_new = old + 1, new + 1
    return _joined(codes)


def _joined(codes: Sequence[Opcode]) -> list[Opcode]:
    """Neighbouring codes as one: equal with equal, changed with changed."""
    joined: list[Opcode] = []
    for code in codes:
        if joined and (joined[-1][0] == "equal") == (code[0] == "equal"):
            _, old, _, new, _ = joined.pop()
            joined.append((code[0] if code[0] == "equal" else "replace", old, code[2], new, code[4]))
        else:
            joined.append(code)
    return joined


def touched(old: Sequence[str], new: Sequence[str]) -> Iterator[Touched]:
    """The touched lines of a plain diff, in diff order."""
    for tag, old_at, old_end, new_at, new_end in opcodes(old, new):
        if tag != "equal":
            yield from (Touched("removed", index) for index in range(old_at, old_end))
            yield from (Touched("added", index) for index in range(new_at, new_end))


def texts(lines: Sequence[Line]) -> tuple[str, ...]:
    return tuple(line.text for line in lines)
