"""A replay oracle: where an edit's record carries the whole file, what construct must make of it is known."""

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest
from histories import Taste, play
from hypothesis import example, given, settings
from hypothesis import strategies as st
from known_credits import known_authors, verdicts

from byline.attribution import Document, Edit, Origin, construct
from byline.patch import Hunk
from byline.patch.hunk_body import hunk_body, read_hunk

MIXED = Taste(styles=("contents", "after", "numbered", "strings"))


def disagreements(document: Document) -> Iterator[str]:
    """What the replay makes other than the record says, in words, for edits that carry contents."""
    weave = document.weave
    for number, state in enumerate(weave.states):
        if state.edit < 0:
            continue
        edit = document.edits[state.edit]
        ids, earlier = weave.state_lines(number), weave.state_lines(number - 1)
        if edit.after is not None and [weave.text[line] for line in ids] != list(edit.after):
            yield f"edit {edit.origin.edit_id}: other lines than recorded after it"
            continue
        if edit.before is not None and [weave.text[line] for line in earlier] != list(edit.before):
            yield f"edit {edit.origin.edit_id}: other lines than recorded before it"
            continue
        strangers = set(ids) - set(earlier)
        if any(weave.owner[line] != state.edit for line in strangers):
            yield f"edit {edit.origin.edit_id}: lines that came with it are not its own"
        if edit.before is not None and edit.after is not None:
            yield from _wrong_counts(document, edit, ids, earlier)


def _wrong_counts(document: Document, edit: Edit, ids: list[int], earlier: list[int]) -> Iterator[str]:
    """The lines that came and went are the recorded ones, apart from those sent again unchanged."""
    text = document.weave.text
    recorded: dict[str, Counter[str]] = {"+": Counter(), "-": Counter()}
    for hunk in edit.hunks:
        for mark, content in hunk_body(hunk):
            if mark in recorded:
                recorded[mark][content.removesuffix("\r")] += 1
    came = Counter(text[line] for line in set(ids) - set(earlier))
    went = Counter(text[line] for line in set(earlier) - set(ids))
    again = recorded["+"] & recorded["-"]
    for words, found, marked in (("came", came, recorded["+"]), ("went", went, recorded["-"])):
        if found - marked:
            yield f"edit {edit.origin.edit_id}: {sorted(found - marked)} {words} without a mark"
        if marked - again - found:
            yield f"edit {edit.origin.edit_id}: {sorted(marked - again - found)} should have {words}"


def kept_by_context(document: Document) -> Iterator[str]:
    """Lines that an edit's own diff shows as context, and that are another line after it."""
    weave = document.weave
    for number, state in enumerate(weave.states):
        edit = document.edits[state.edit] if state.edit >= 0 else None
        if edit is None or edit.before is None:
            continue
        ids, earlier = weave.state_lines(number), weave.state_lines(number - 1)
        for hunk in edit.hunks:
            old = hunk.old_start - 1 + (hunk.old_count == 0)
            new = hunk.new_start - 1 + (hunk.new_count == 0)
            for mark, content in hunk_body(hunk):
                if mark == " " and earlier[old] != ids[new]:
                    yield f"edit {edit.origin.edit_id}: {content!r} was context and is another line"
                old += mark != "+"
                new += mark != "-"


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6))
def test_the_replay_has_the_recorded_contents_and_the_recorded_changes(seed: int) -> None:
    history = play(Random(seed), MIXED)
    edits, versions = history.known(len(history.commits) - 1)
    assert list(disagreements(construct(edits, versions))) == []


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6))
def test_a_line_that_an_edit_shows_as_context_stays_the_line_it_was(seed: int) -> None:
    history = play(Random(seed), MIXED)
    edits, versions = history.known(len(history.commits) - 1)
    assert list(kept_by_context(construct(edits, versions))) == []


@pytest.mark.parametrize("seed", range(5))
def test_without_unrecorded_changes_every_state_is_a_recorded_one(seed: int) -> None:
    history = play(Random(seed), Taste(styles=("contents",), people=False), steps=40)
    edits, versions = history.known(len(history.commits) - 1)
    document = construct(edits, versions)
    assert not document.unplaced
    assert [state.edit for state in document.weave.states if state.edit >= 0] == list(range(len(edits)))
    last = edits[-1]
    assert [document.weave.text[line] for line in document.weave.live] == list(last.after or ())


@settings(max_examples=30)
@given(seed=st.integers(0, 10**6))
@example(seed=10_753)  # a file that is made anew
def test_a_line_whose_author_two_contents_tell_is_credited_to_that_edit_and_to_no_other(seed: int) -> None:
    edits = play(Random(seed), Taste(styles=("contents",), common=0.1)).edits
    found = [verdict for verdict in verdicts(edits) if edits[0].before]
    assert [verdict for verdict in found if verdict.credited != verdict.author] == []


def test_the_oracle_knows_written_typed_and_moved_lines_apart() -> None:
    def edit(number: int, before: str, after: str, *hunks: Hunk) -> Edit:
        origin = Origin(number, "cc_A", None, f"call_{number}", "opus", "Edit", number)
        return Edit(origin, hunks, tuple(before.split()), tuple(after.split()))

    moved = read_hunk(1, 1, ["-mine", " typed", " base", "+mine"])
    edits = [
        edit(1, "base", "mine base", read_hunk(1, 1, ["+mine", " base"])),
        edit(2, "mine typed base", "typed base mine", moved),
    ]
    assert [authors for _, authors in known_authors(edits)] == [
        {"base": None, "mine": 1},
        {"base": None, "typed": None},
    ]
