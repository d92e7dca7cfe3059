"""How often the engine is right about a history whose truth is known (:mod:`histories`)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from histories import Committed, History, is_common

from byline.attribution import Change, Credit, construct, intersect


@dataclass(slots=True)
class Tally:
    """How often the engine was right. Lines that stood on both sides all the time are not counted."""

    credited: int = 0
    right: int = 0
    recorded: int = 0
    found: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def add(self, other: "Tally", where: str = "") -> None:
        self.credited += other.credited
        self.right += other.right
        self.recorded += other.recorded
        self.found += other.found
        self.wrong += [where + word for word in other.wrong]
        self.missed += [where + word for word in other.missed]

    @property
    def precision(self) -> float:
        return self.right / self.credited if self.credited else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.recorded if self.recorded else 1.0


def judge_history(history: History) -> tuple[Tally, Tally]:
    """Every commit of a history as the engine explains it: distinct lines, common lines."""
    distinct, common = Tally(), Tally()
    for number, commit in enumerate(history.commits):
        change = commit.change()
        answers = intersect([construct(*history.known(number))], change).credits
        for total, judge in ((distinct, judge_distinct), (common, judge_common)):
            total.add(judge(commit, change, answers), f"commit {number} ({commit.kind}): ")
    return distinct, common


def judge_distinct(commit: Committed, change: Change, answers: Sequence[Credit]) -> Tally:
    """The answers for lines whose text is distinct: each has one truth."""
    tally = Tally()
    sides = {
        "added": (commit.new, set(map(id, commit.old))),
        "removed": (commit.old, set(map(id, commit.new))),
    }
    for line_touched, credit in zip(change.touched, answers, strict=True):
        side, other = sides[line_touched.kind]
        line = side[line_touched.index]
        if not line.distinct or id(line) in other:
            continue
        truth = line.author if line_touched.kind == "added" else line.gone_with()
        said = credit.origin.edit_id if credit.origin else None
        word = f"{line_touched.kind} {line_touched.index} {line.text!r}: {said} for {truth} ({credit.reason})"
        if said is not None:
            tally.credited += 1
            tally.right += said == truth
            if said != truth:
                tally.wrong.append(word)
        if truth is not None and not (line_touched.kind == "added" and id(line) in commit.dead):
            tally.recorded += 1
            tally.found += said == truth
            if said != truth:
                tally.missed.append(word)
    return tally


def judge_common(commit: Committed, change: Change, answers: Sequence[Credit]) -> Tally:
    """The answers for common lines: of equal ones only the number per edit is known.

    A diff may show another line of the same text as touched than the one that was: any assignment of the
    texts that came and went to the lines shown is right, as long as no edit gets more of them than it has.
    Found are counted only where as many are shown as really came or went. What is carried stood there before.
    """
    tally = Tally()
    old, new = set(map(id, commit.old)), set(map(id, commit.new))
    came = [line for line in commit.new if id(line) not in old and not line.distinct]
    went = [line for line in commit.old if id(line) not in new and not line.distinct]
    truth: dict[tuple[str, str], Counter[int | None]] = {}
    for kind, lines in (("added", came), ("removed", went)):
        for line in lines:
            who = line.author if kind == "added" else line.gone_with()
            truth.setdefault((kind, line.text), Counter())[who] += 1
    undone = {line.text for line in came if id(line) in commit.dead}
    said: dict[tuple[str, str], Counter[int | None]] = {}
    for shown, credit in zip(change.touched, answers, strict=True):
        text = (change.new if shown.kind == "added" else change.old)[shown.index]
        if is_common(text) and not credit.carried:
            who = credit.origin.edit_id if credit.origin else None
            said.setdefault((shown.kind, text), Counter())[who] += 1
    for key, counts in said.items():
        real = truth.get(key, Counter())
        whole = counts.total() == real.total() and not (key[0] == "added" and key[1] in undone)
        for who in {*counts, *real} - {None}:
            tally.credited += counts[who]
            tally.right += min(counts[who], real[who])
            if counts[who] > real[who]:
                tally.wrong.append(f"{key}: {counts[who]} of edit {who}, really {real[who]}")
            if whole:
                tally.recorded += real[who]
                tally.found += min(counts[who], real[who])
                if counts[who] < real[who]:
                    tally.missed.append(f"{key}: {counts[who]} of edit {who}, really {real[who]}")
    return tally
