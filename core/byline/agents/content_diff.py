"""Whole contents and hunks: make the hunks between two contents, and apply hunks to a content.

For agents that record a file before and after instead of a diff. Standard library only; difflib is
loaded when it is needed.
"""

from collections.abc import Callable, Sequence

from byline.patch import Hunk
from byline.patch.hunk_body import hunk_body, read_hunk
from byline.text import split_lines

CONTEXT = 3
_LARGEST_COMPARISON = 4_000_000
"""Lines times lines that difflib may compare; beyond it (2,000 changed lines against as many) the whole
changed stretch is one replacement."""


def diff_contents(before: str, after: str) -> tuple[Hunk, ...]:
    r"""The hunks from one content to another, three lines of context; lines end at ``\n`` only."""
    start, end = _changed_stretch(before, after)
    skipped = before.count("\n", 0, start)
    old = split_lines(before[start : len(before) - end])
    new = split_lines(after[start : len(after) - end])
    groups: list[list[tuple[str, int, int, int, int]]] = [[]]
    opcodes = _opcodes(old, new)
    for number, (tag, i1, i2, j1, j2) in enumerate(opcodes, 1):
        if tag != "equal":
            groups[-1].append((tag, i1, i2, j1, j2))
            continue
        is_gap = i2 - i1 > 2 * CONTEXT
        if groups[-1]:
            stop = min(i1 + CONTEXT, i2) if is_gap or number == len(opcodes) else i2
            groups[-1].append((tag, i1, stop, j1, j1 + stop - i1))
        if is_gap and groups[-1]:
            groups.append([])
        if not groups[-1]:
            first = max(i2 - CONTEXT, i1)
            groups[-1].append((tag, first, i2, j2 - (i2 - first), j2))
    changed = [group for group in groups if any(opcode[0] != "equal" for opcode in group)]
    return tuple(_hunk(group, old, new, skipped) for group in changed)


def diff_strings(before: str, after: str) -> tuple[Hunk, ...]:
    """One unplaced hunk from one string to another: starts and line numbers count from 0.

    Context and removed lines together are the old string, context and added ones the new. Its
    first and last line may be fragments of the file's lines. Empty when the strings are equal.
    """
    if before == after:
        return ()
    old, new = split_lines(before), split_lines(after)
    if old == new:
        return ()
    return (read_hunk(0, 0, _body(_opcodes(old, new), old, new)),)


def created_hunk(content: str) -> tuple[Hunk, ...]:
    """The hunk ``@@ -0,0 +1,N @@`` of a file created with this content; none for an empty one."""
    lines = split_lines(content)
    return (read_hunk(0, 1, ["+" + line for line in lines]),) if lines else ()


def apply_hunks(before: str, hunks: Sequence[Hunk]) -> list[str] | None:
    """The lines after the hunks; None when context or removed lines are not what ``before`` has there."""
    old = split_lines(before)
    result: list[str] = []
    at = 0
    for hunk in hunks:
        start = hunk.old_start - (hunk.old_count > 0)
        if start < at or start > len(old):
            return None
        result += old[at:start]
        at = start
        for mark, content in hunk_body(hunk):
            if mark != "+":
                if at >= len(old) or old[at] != content:
                    return None
                at += 1
            if mark != "-":
                result.append(content)
    return result + old[at:]


def _changed_stretch(before: str, after: str) -> tuple[int, int]:
    """How many characters may be left off at the front, and at the end: whole lines that are the same.

    What a hunk shows around a change is not left off. Most edits change a little of a large file, and
    comparing its texts costs a fraction of comparing its lines.
    """
    shorter = min(len(before), len(after))
    front = _common(shorter, lambda length: before.startswith(after[:length]))
    back = _common(shorter - front, lambda length: before.endswith(after[len(after) - length :]))
    start = front
    for _ in range(CONTEXT + 1):
        start = before.rfind("\n", 0, max(start, 0))
    end = len(before) - back - 1
    for _ in range(CONTEXT + 1):
        end = before.find("\n", end + 1) if end < len(before) else -1
        end = len(before) if end < 0 else end
    return start + 1, max(len(before) - end - 1, 0)


def _common(most: int, is_common: Callable[[int], bool]) -> int:
    """The greatest length up to ``most`` that is common, where all that are shorter are."""
    low, high = 0, most
    if is_common(most):
        return most
    while high - low > 1:
        middle = (low + high) // 2
        if is_common(middle):
            low = middle
        else:
            high = middle
    return low


def _opcodes(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """difflib's opcodes, with what is equal at both ends set aside first."""
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    opcodes = [("equal", 0, head, 0, head)] if head else []
    if len(middle_old) * len(middle_new) > _LARGEST_COMPARISON or not (middle_old and middle_new):
        if middle_old or middle_new:
            opcodes.append(("replace", head, len(old) - tail, head, len(new) - tail))
    else:
        from difflib import SequenceMatcher  # noqa: PLC0415 - a hook with the agent's own diff need not pay

        matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=False)
        opcodes += [
            (tag, i1 + head, i2 + head, j1 + head, j2 + head) for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        ]
    if tail:
        opcodes.append(("equal", len(old) - tail, len(old), len(new) - tail, len(new)))
    return opcodes


def _hunk(
    opcodes: Sequence[tuple[str, int, int, int, int]], old: Sequence[str], new: Sequence[str], skipped: int
) -> Hunk:
    """The hunk of these changes; ``skipped`` lines come before ``old`` and ``new``."""
    first, last = opcodes[0], opcodes[-1]
    # In the unified format an empty side is named by the line before it.
    old_start = skipped + first[1] + (last[2] > first[1])
    new_start = skipped + first[3] + (last[4] > first[3])
    return read_hunk(old_start, new_start, _body(opcodes, old, new))


def _body(
    opcodes: Sequence[tuple[str, int, int, int, int]], old: Sequence[str], new: Sequence[str]
) -> list[str]:
    body: list[str] = []
    for tag, i1, i2, j1, j2 in opcodes:
        if tag == "equal":
            body += [" " + line for line in old[i1:i2]]
        else:
            body += ["-" + line for line in old[i1:i2]]
            body += ["+" + line for line in new[j1:j2]]
    return body
