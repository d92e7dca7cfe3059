"""One construction for many commits: the same documents as constructing each on its own."""

from random import Random

import pytest
from histories import Taste, play

from byline.attribution import Construction, Document, Edit, Origin, Version, construct
from byline.attribution.weave import Weave
from byline.patch.hunk_body import read_hunk

TASTES = {
    "plain": Taste(),
    "people who reformat, reword and retype": Taste(reformat=True, reword=True, retype=True),
    "numbered hunks": Taste(styles=("numbered",)),
    "hunks with little context": Taste(styles=("bare",)),
    "replaced strings": Taste(styles=("strings",)),
    "contents after": Taste(styles=("after",)),
}


def facts(document: Document) -> tuple[object, ...]:
    """Everything that a document says."""
    return document.edits, woven(document.weave), dict(document.unplaced), document.base_assumed


def woven(weave: Weave) -> tuple[object, ...]:
    columns = [list(column) for column in (weave.text, weave.owner, weave.killer, weave.born, weave.died)]
    states = [(state.edit, state.digest, state.size, tuple(state.splices)) for state in weave.states]
    return columns, states, list(weave.live), list(weave.order()), dict(weave.form), weave.returns


@pytest.mark.parametrize("taste", TASTES.values(), ids=TASTES)
def test_commits_in_any_order_get_the_documents_they_get_alone(taste: Taste) -> None:
    for seed in range(8):
        random = Random(seed)
        history = play(random, taste, steps=40)
        commits = list(range(len(history.commits)))
        alone = [facts(construct(*history.known(commit))) for commit in commits]
        one = Construction()
        for visits in (commits, commits[::-1], random.sample(commits, len(commits))):
            for commit in visits:
                assert facts(one.document(*history.known(commit))) == alone[commit]


def edit(number: int, *body: str, at: int = 1, time_ms: int | None = None) -> Edit:
    origin = Origin(number, "cc_1", None, f"call_{number}", "opus", "Edit", time_ms or number * 1000)
    return Edit(origin, (read_hunk(at, at, list(body)),))


def test_a_version_that_becomes_known_later_counts_for_the_edits_it_is_of() -> None:
    edits = [edit(1, " one", "+two"), edit(5, " typed by hand", "+three", at=3)]
    first = [Version(500, ("one",))]
    both = [*first, Version(4000, ("one", "two", "typed by hand"))]
    one = Construction()
    assert one.document(edits, first).unplaced
    assert not one.document(edits, both).unplaced
    assert facts(one.document(edits, first)) == facts(construct(edits, first))
    assert facts(one.document(edits, both)) == facts(construct(edits, both))


def test_other_edits_than_before_are_replayed_from_where_they_differ() -> None:
    base = [Version(0, ("one",))]
    first, second, other = edit(1, " one", "+two"), edit(2, " one", "+x"), edit(3, " one", "+y")
    one = Construction()
    for edits in ([first, second], [first, other], [second, other], [], [first]):
        assert facts(one.document(edits, base)) == facts(construct(edits, base))


def test_a_replay_that_broke_off_is_taken_up_where_it_was_whole() -> None:
    class Unreadable(Version):
        @property
        def lines(self) -> tuple[str, ...]:  # type: ignore[override] # fails where the value would be read
            raise OSError("gone")

        def __init__(self) -> None:
            object.__setattr__(self, "time_ms", 3000)

    base = [Version(0, ("one",))]
    edits = [edit(1, " one", "+two"), edit(4, " elsewhere", "+three", at=9)]
    one = Construction()
    one.document(edits[:1], base)
    with pytest.raises(OSError, match="gone"):
        one.document(edits, [*base, Unreadable()])
    assert facts(one.document(edits, base)) == facts(construct(edits, base))


def test_a_weave_taken_back_is_what_it_was() -> None:
    weave, same = Weave(["a", "b"]), Weave(["a", "b"])
    for made in (weave, same):
        made.begin_state(0)
        made.splice(1, 0, ["run of mine", "and its end"])
        made.observe(["a", "b"])
    states, before = len(weave.states), woven(weave)
    weave.observe(["a", "run of mine", "and its end", "b"])
    weave.begin_state(1)
    weave.splice(0, 2, ["new"])
    assert woven(weave) != before
    weave.take_back(states)
    assert woven(weave) == before
    for made in (weave, same):
        made.observe(["a", "run of mine", "and its end", "b", "c"])
    assert woven(weave) == woven(same)
