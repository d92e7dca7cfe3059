"""The weave: every line a document ever had, who wrote it, who removed it, and in which order.

Lines have ids, numbered as they come. ``live`` is the document now. Lines that died stay as tombstones
in the total order, so that a line found in a commit can be looked for where it used to stand. Every
state the document passed through can be rebuilt and is known by a hash of its lines.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from operator import eq

from byline.attribution.align import Block, align, without_weak_islands
from byline.attribution.rewritten import find_rewritten
from byline.attribution.weave_views import LiveLines, Window
from byline.frozen import dataclass
from byline.patch import Match

NOBODY = -1
"""Owner of a line that no recorded edit wrote; killer of a line that vanished without a record."""

ALIVE = -2
"""Killer of a line that stands in the document."""

_HEAD = 0
"""The id before the first line of the total order; no line of the document."""

_ROOM = 1 << 62
"""Between the places of lines that come at an end of the order, or are numbered anew."""

_STEP = 1 << 40
"""At most so far behind the line before it a line is put between others."""

Survivors = Callable[[Sequence[str], Sequence[str]], list[tuple[int, int, int]]]


@dataclass(frozen=True, slots=True)
class Form:
    """What a line that nobody recorded is of recorded ones: ``source`` in another form."""

    source: int
    match: Match


@dataclass(frozen=True, slots=True)
class Splice:
    """At ``position`` of the live lines, ``removed`` ids gave way to ``inserted`` ones.

    ``returned`` has those of the inserted that had vanished before, each with the state at which it had.
    """

    position: int
    removed: tuple[int, ...]
    inserted: tuple[int, ...]
    returned: tuple[tuple[int, int], ...] = ()


class State:
    """A state of the document. ``edit`` is the edit that led to it, NOBODY for an observation."""

    __slots__ = ("digest", "edit", "size", "splices")

    def __init__(self, edit: int, digest: int, size: int) -> None:
        self.edit = edit
        self.digest = digest
        self.size = size
        self.splices: list[Splice] = []


class Weave:
    """Built by replay (:mod:`byline.attribution.construct`), then only read, or taken back and built on."""

    def __init__(self, base: Sequence[str]) -> None:
        """Begin with ``base`` lines that nobody is known to have written."""
        self.text: list[str] = [""]
        self.owner: list[int] = [NOBODY]
        self.killer: list[int] = [ALIVE]
        self.born: list[int] = [0]
        self.died: list[int] = [-1]
        """The state at which a line came and went; -1 while it stands."""
        self.form: dict[int, Form] = {}
        """Lines seen that are recorded lines in another form; they keep their source's owner."""
        self.place: list[int] = [0]
        """Where each line stands in the total order: numbers to compare, with room between them."""
        self.times: Counter[str] = Counter()
        """How many lines of each text there ever were."""
        self.vanished: set[int] = set()
        """The lines that went without a record."""
        self._standing: Counter[str] = Counter()
        """How many lines of each text stand in the document."""
        self._reading: dict[int, list[int]] = {}
        """By digest the first states that had it, as far as they have been asked for."""
        self._read_states = 0
        self._after: list[int] = [-1]
        self._put_behind: list[int] = [-1]
        """Behind which line each one was put into the total order when it came."""
        self.live: list[int] = []
        self._digest = 0
        previous = _HEAD
        for line in base:
            previous = self._new(line, NOBODY, previous)
            self.live.append(previous)
        self.states: list[State] = [State(NOBODY, self._digest, len(self.live))]
        self._reached = [NOBODY]
        """The last edit that had led to any state by each one: it only grows."""
        self.returns = 0
        """How often a run that had vanished came back."""
        self._sizes = [len(self.text)]
        """How many lines there had ever been when each state was begun; of the first, with its lines."""

    # -- building ---------------------------------------------------------------------------------

    def begin_state(self, edit: int) -> None:
        """Open a new state, led to by ``edit`` (or NOBODY); the splices that follow belong to it."""
        self.states.append(State(edit, self._digest, len(self.live)))
        self._sizes.append(len(self.text))
        self._reached.append(max(edit, self._reached[-1]))

    def take_back(self, states: int) -> None:
        """Be again what it was when it had so many states (at least one): nothing later has ever been."""
        if states >= len(self.states):
            return
        size = self._sizes[states]
        while self._read_states > states:
            self._read_states -= 1
            self._reading[self.states[self._read_states].digest].pop()
        for state in reversed(self.states[states:]):
            for splice in reversed(state.splices):
                end = splice.position + len(splice.inserted)
                self.live[splice.position : end] = splice.removed
                for line in splice.inserted:
                    _less(self._standing, self.text[line])
                for line in splice.removed:
                    self.killer[line], self.died[line] = ALIVE, -1
                    self._standing[self.text[line]] += 1
                    self.vanished.discard(line)
                self.returns -= bool(splice.returned)
                for line, died in splice.returned:
                    self.killer[line], self.died[line] = NOBODY, died
                    self.vanished.add(line)
        for line in range(len(self.text) - 1, size - 1, -1):
            self._after[self._put_behind[line]] = self._after[line]
            _less(self.times, self.text[line])
            self.form.pop(line, None)
        for column in (self.text, self.owner, self.killer, self.born, self.died, self.place):
            del column[size:]
        del self._after[size:], self._put_behind[size:]
        del self.states[states:], self._sizes[states:], self._reached[states:]
        self._digest = self.states[-1].digest

    def splice(self, position: int, count: int, lines: Sequence[str], survivors: Survivors = align) -> None:
        """Replace ``count`` live lines at ``position`` by ``lines``, on behalf of the open state's edit.

        Lines equal on both sides, as ``survivors`` aligns them, stay what they are: whoever sends a line
        again unchanged did not write it.
        """
        state = self.states[-1]
        number = len(self.states) - 1
        removed = self.live[position : position + count]
        inserted: list[int] = []
        previous = self.live[position - 1] if position else _HEAD
        at_old = at_new = 0
        blocks = survivors([self.text[line] for line in removed], lines)
        for old, new, size in [*blocks, (len(removed), len(lines), 0)]:
            for line in removed[at_old:old]:
                self.killer[line] = state.edit
                self.died[line] = number
                if state.edit == NOBODY:
                    self.vanished.add(line)
                self._digest = _mixed(self._digest, -hash(self.text[line]))
                _less(self._standing, self.text[line])
                previous = line
            for content in lines[at_new:new]:
                previous = self._new(content, state.edit, previous, number)
                inserted.append(previous)
            inserted += removed[old : old + size]
            if size:
                previous = removed[old + size - 1]
            at_old, at_new = old + size, new + size
        self.live[position : position + count] = inserted
        state.splices.append(Splice(position, tuple(removed), tuple(inserted)))
        state.digest, state.size = self._digest, len(self.live)

    def observe(self, lines: Sequence[str]) -> bool:
        """Note that the document was seen to read ``lines``; whether that was news.

        Strangers among them become lines without an owner, unless they are the lines they replace in
        another form (rules 7 and 8); live lines that are missing vanish without a record. A run that
        vanished so before, and is back whole and verbatim in its place, returns.
        """
        if self._reads(self.live, lines):
            return False
        self.observe_region(0, len(self.live), lines)
        return True

    def observe_region(self, position: int, count: int, lines: Sequence[str]) -> None:
        """Note that ``count`` live lines at ``position`` were seen to read ``lines``; see :meth:`observe`."""
        self.begin_state(NOBODY)
        old = [self.text[line] for line in self.live[position : position + count]]
        blocks = without_weak_islands(align(old, lines), lines)
        for at, size, strangers in _changes(position, blocks, count, lines):
            if not size and self._returns(at, strangers):
                continue
            replaced = self.live[at : at + size]
            self.splice(at, size, strangers, survivors=_none)
            self._inherit(replaced, self.live[at : at + len(strangers)])

    def rewrite(self, position: int, count: int, lines: Sequence[str]) -> None:
        """Replace lines as a shell command did: like :meth:`splice`, but what is a replaced line in
        another form (a formatter ran) stays that line's author's, or nobody's.
        """
        old = [self.text[line] for line in self.live[position : position + count]]
        for at, size, fresh in _changes(position, align(old, lines), count, lines):
            replaced = self.live[at : at + size]
            self.splice(at, size, fresh, survivors=_none)
            self._inherit(replaced, self.live[at : at + len(fresh)])

    def _inherit(self, replaced: Sequence[int], strangers: Sequence[int]) -> None:
        """Let strangers that are replaced lines in another form keep those lines' owner."""
        nobody = self.states[-1].edit == NOBODY
        if not replaced or (nobody and all(self.owner[line] == NOBODY for line in replaced)):
            return
        old, new = [self.text[line] for line in replaced], [self.text[line] for line in strangers]
        for entry in find_rewritten(old, new):
            sources = [replaced[index] for index in entry.old]
            owners = {self.owner[line] for line in sources}
            if len(owners) == 1:
                line = strangers[entry.new]
                self.owner[line] = owners.pop()
                edited = any(
                    form.match == "edited" for form in map(self.form.get, sources) if form is not None
                )
                self.form[line] = Form(sources[0], "edited" if edited else entry.match)

    def _returns(self, position: int, lines: Sequence[str]) -> bool:
        """Bring back the run of suspended lines that stood at ``position``, if ``lines`` is just that run."""
        ids: list[int] = []
        line = self._after[self.live[position - 1] if position else _HEAD]
        while line >= 0 and self.killer[line] != ALIVE:
            if self.killer[line] == NOBODY:
                ids.append(line)
            line = self._after[line]
        if not ids or [self.text[line] for line in ids] != list(lines):
            return False
        returned = tuple((line, self.died[line]) for line in ids)
        for line in ids:
            self.killer[line] = ALIVE
            self.died[line] = -1
            self.vanished.discard(line)
            self._standing[self.text[line]] += 1
            self._digest = _mixed(self._digest, hash(self.text[line]))
        self.live[position:position] = ids
        self.returns += 1
        state = self.states[-1]
        state.splices.append(Splice(position, (), tuple(ids), returned))
        state.digest, state.size = self._digest, len(self.live)
        return True

    def _new(self, content: str, owner: int, previous: int, number: int = 0) -> int:
        line = len(self.text)
        self.text.append(content)
        self.owner.append(owner)
        self.killer.append(ALIVE)
        self.born.append(number)
        self.died.append(-1)
        self._after.append(self._after[previous])
        self._after[previous] = line
        self._put_behind.append(previous)
        self.times[content] += 1
        self._standing[content] += 1
        self._digest = _mixed(self._digest, hash(content))
        following = self._after[line]
        if following < 0:
            self.place.append(self.place[previous] + _ROOM)
        elif previous == _HEAD:
            self.place.append(self.place[following] - _ROOM)
            self.place[_HEAD] = self.place[-1] - _ROOM
        elif (room := (self.place[following] - self.place[previous]) // 2) > 0:
            self.place.append(self.place[previous] + min(room, _STEP))
        else:
            self.place.append(0)
            for at, each in enumerate(self.order(), 1):
                self.place[each] = at * _ROOM
            self.place[_HEAD] = 0
        return line

    def _reads(self, ids: Sequence[int], lines: Sequence[str]) -> bool:
        """Whether lines of the weave read so."""
        return len(ids) == len(lines) and all(map(eq, map(self.text.__getitem__, ids), lines))

    # -- reading ----------------------------------------------------------------------------------

    def live_lines(self) -> LiveLines:
        """The document's lines now, read through the weave: nothing is copied."""
        return LiveLines(self)

    def order(self) -> Iterator[int]:
        """Every line that ever was, in the total order."""
        line = self._after[_HEAD]
        while line >= 0:
            yield line
            line = self._after[line]

    def between(self, first: int, last: int) -> Iterator[int]:
        """The lines that stand after one and before another in the total order; 0 for either is an end."""
        line = self._after[first]
        while line >= 0 and line != last:
            yield line
            line = self._after[line]

    def state_lines(self, number: int) -> list[int]:
        """The ids of the document's lines at a state, by undoing what came after it."""
        lines = list(self.live)
        for state in reversed(self.states[number + 1 :]):
            for splice in reversed(state.splices):
                lines[splice.position : splice.position + len(splice.inserted)] = splice.removed
        return lines

    def stood(self, line: int, number: int) -> bool:
        """Whether a line stood in the document at a state."""
        return self.born[line] <= number and not 0 <= self.died[line] <= number

    def standing_or_vanished(self, number: int) -> Iterator[int]:
        """The lines that stood at a state, or had come by then and vanished without a record, in order."""
        if self.returns:
            for line in self.order():
                if self.born[line] <= number and (self.killer[line] == NOBODY or self.stood(line, number)):
                    yield line
            return
        gone = [line for line in self.vanished if self.born[line] <= number]
        lines = dict.fromkeys(self.state_lines(number))
        yield from sorted([*lines, *(line for line in gone if line not in lines)], key=self.place.__getitem__)

    def last_state_before(self, edits: int) -> int:
        """The last state that none but the first ``edits`` edits led to."""
        return bisect_left(self._reached, edits) - 1

    def state_reading(self, lines: Sequence[str], known_edits: int, last: int | None = None) -> int | None:
        """The state at which the document read exactly ``lines``, the latest of several.

        One that the first ``known_edits`` led to comes before those of later edits; none after ``last``.
        """
        for state in self.states[self._read_states :]:
            self._reading.setdefault(state.digest, []).append(self._read_states)
            self._read_states += 1
        reading = self._reading.get(_mixed(0, sum(map(hash, lines))), ())
        known = self.last_state_before(known_edits)
        for number in sorted(reading, key=lambda number: (number <= known, number), reverse=True):
            if (last is None or number <= last) and self._reads(self.state_lines(number), lines):
                return number
        return None

    def window(self, lines: Sequence[str]) -> Window:
        """Where a content differs from the document as it is now."""
        return Window(self, lines, self._standing)

    def nearest_state(
        self,
        lines: Sequence[str],
        known_edits: int | None = None,
        last: int | None = None,
        window: Window | None = None,
    ) -> int:
        """The state that has most of ``lines``, as a multiset; of equals the one nearest in size, the latest.

        What a state has beyond them does not count against it: a commit may leave recorded lines out,
        or have all of them in another form. Of equals, a state that one of the first ``known_edits`` led
        to comes before those of edits that may be later than the content. None after ``last`` is looked at.
        """
        window = window or self.window(lines)
        wanted, have, ever = window.wanted, Counter(window.have), Counter[str]()
        common = window.size + sum(min(count, have.get(text, 0)) for text, count in wanted.items())
        # No state can have more of the lines than had ever been by then: going back, it gets less.
        most = window.size + sum(min(count, window.ever(text)) for text, count in wanted.items())

        known = len(self.states) if known_edits is None else self.last_state_before(known_edits)
        number = len(self.states) - 1
        best, highest = 0, (-1, False, 0)
        ended = len(self.text)
        while number >= 0 and most >= highest[0]:
            state = self.states[number]
            if last is None or number <= last:
                # Where most of the lines are new or reshaped, sizes say nothing of which state it is.
                surplus = abs(state.size - len(lines)) if 2 * common >= len(lines) else 0
                rank = (common, number <= known, -surplus)
                if rank > highest:
                    best, highest = number, rank
            for splice in reversed(state.splices):
                for line in splice.inserted:
                    content = self.text[line]
                    have[content] -= 1
                    common -= have[content] < wanted.get(content, 0)
                for line in splice.removed:
                    content = self.text[line]
                    common += have[content] < wanted.get(content, 0)
                    have[content] += 1
            for content in self.text[self._sizes[number] : ended] if number else ():
                ever[content] += 1
                most -= window.ever(content) - ever[content] < wanted.get(content, 0)
            ended = self._sizes[number]
            number -= 1
        return best


def _changes(
    position: int, blocks: Sequence[Block], count: int, lines: Sequence[str]
) -> list[tuple[int, int, Sequence[str]]]:
    """What to replace, last first, so that ``count`` live lines at ``position`` become ``lines``.

    ``blocks`` says which of the lines are live ones, counted from ``position``.
    """
    at_old = at_new = 0
    changes: list[tuple[int, int, Sequence[str]]] = []
    for old, new, size in [*blocks, (count, len(lines), 0)]:
        if old > at_old or new > at_new:
            changes.append((position + at_old, old - at_old, lines[at_new:new]))
        at_old, at_new = old + size, new + size
    return changes[::-1]


def _less(counts: Counter[str], text: str) -> None:
    """One less of a text; none of a text is no entry."""
    counts[text] -= 1
    if not counts[text]:
        del counts[text]


def _none(_old: Sequence[str], _new: Sequence[str]) -> list[tuple[int, int, int]]:
    return []


def _mixed(digest: int, value: int) -> int:
    """A 64-bit sum of line hashes: the same for the same lines in any order, kept incrementally."""
    return (digest + value) & 0xFFFF_FFFF_FFFF_FFFF
