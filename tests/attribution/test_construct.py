"""Replaying edits: bases, drift, whole-file writes, and what cannot be placed."""

from byline.attribution import Edit, Origin, Version, construct
from byline.patch import Hunk
from byline.patch.hunk_body import read_hunk

BASE = tuple(f"line {number}" for number in range(1, 11))


def origin(number: int) -> Origin:
    return Origin(number, f"cc_{number}", None, f"call_{number}", "opus", "Edit", number * 1000)


def edit(
    number: int, *hunks: Hunk, before: tuple[str, ...] | None = None, after: tuple[str, ...] | None = None
) -> Edit:
    return Edit(origin(number), hunks, before, after)


def hunk(start: int, *body: str) -> Hunk:
    return read_hunk(start, start, body)


def written(document: object) -> list[tuple[str, int]]:
    weave = document.weave  # type: ignore[attr-defined]
    return [(weave.text[line], weave.owner[line]) for line in weave.live]


def test_the_records_own_before_state_is_the_base() -> None:
    document = construct([edit(1, hunk(1, " a", "+b"), before=("a",))], [Version(0, ("other",))])
    assert written(document) == [("a", -1), ("b", 0)]
    assert not document.base_assumed


def test_the_base_is_the_version_nearest_in_time_at_which_the_edit_applies() -> None:
    versions = [Version(500, ("a", "old")), Version(900, BASE), Version(9000, ("a", "later"))]
    document = construct([edit(1, hunk(1, " a", "+b"))], versions)
    assert written(document) == [("a", -1), ("b", 0), ("old", -1)]


def test_a_base_found_only_by_context_is_said_to_be_assumed() -> None:
    document = construct([edit(1, hunk(2, " line 5", "+b"))], [Version(0, BASE)])
    assert ("b", 0) in written(document)
    assert document.base_assumed


def test_a_created_file_begins_from_nothing() -> None:
    document = construct([edit(1, read_hunk(0, 1, ["+a", "+b"]))], [])
    assert written(document) == [("a", 0), ("b", 0)]


def test_a_version_that_explains_a_drift_is_observed_before_the_edit() -> None:
    first = edit(1, hunk(10, " line 10", "+one"), before=BASE)
    second = edit(3, hunk(2, " typed 2", " line 1", "+two"))
    between = Version(2000, ("typed 1", "typed 2", *BASE, "one"))
    document = construct([first, second], [between])
    told = written(document)
    assert told[:4] == [("typed 1", -1), ("typed 2", -1), ("line 1", -1), ("two", 1)]
    assert told[-1] == ("one", 0)


def test_a_whole_write_without_before_state_owns_what_it_changed() -> None:
    document = construct([edit(1, before=None, after=("line 1", "new", *BASE[2:]))], [Version(0, BASE)])
    assert [entry for entry in written(document) if entry[1] == 0] == [("new", 0)]


def test_hunks_and_the_content_after_them_tell_the_content_before() -> None:
    after = ("typed", "line 1", "new", "line 2")
    document = construct([edit(1, hunk(2, " line 1", "+new", " line 2"), after=after)], [Version(0, BASE)])
    assert written(document) == [("typed", -1), ("line 1", -1), ("new", 0), ("line 2", -1)]


def test_a_record_whose_hunks_contradict_its_contents_is_taken_by_its_contents() -> None:
    document = construct([edit(1, hunk(1, " zzz", "+b"), before=("a",), after=("a", "b"))], [])
    assert written(document) == [("a", -1), ("b", 0)]


def test_an_edit_that_applies_nowhere_is_unplaced_and_harms_no_other() -> None:
    good = edit(1, hunk(1, " line 1", "+one"), before=BASE)
    lost = edit(2, hunk(4, "-never stood anywhere", "+x"))
    document = construct([good, lost], [Version(0, BASE)])
    assert list(document.unplaced) == [1]
    assert ("one", 0) in written(document)


def test_without_edits_there_is_an_empty_document() -> None:
    assert written(construct([], [])) == []


def test_a_hunk_whose_surroundings_a_person_changed_is_placed_by_what_it_saw_there() -> None:
    base = tuple(f"line {number}" for number in range(1, 31))
    first = edit(1, hunk(5, " line 5", "+from a"), before=base)
    second = edit(
        2,
        read_hunk(9, 9, [" line 8", " line 9", "+b one"]),
        read_hunk(
            19, 20, [" line 18", " line 19", " typed", "-line 20", "+}", "+b two", " line 21", " line 23"]
        ),
    )
    document = construct([first, second], [Version(0, base)])
    told = dict(written(document))
    assert not document.unplaced
    assert (told["b one"], told["}"], told["b two"], told["typed"], told["from a"]) == (1, 1, 1, -1, 0)
    assert "line 22" not in told


def test_a_hunk_without_a_place_costs_its_own_lines_only() -> None:
    lost = read_hunk(20, 20, ["-stood nowhere at all", "+x"])
    document = construct([edit(1, hunk(1, " line 1", "+one"), lost)], [Version(0, BASE)])
    assert ("one", 0) in written(document)
    assert document.unplaced == {0: (lost,)}


def test_an_edit_whose_clock_is_behind_follows_the_one_whose_result_it_found() -> None:
    first = edit(2, hunk(1, " a", "+b"), before=("a",), after=("a", "b"))
    second = edit(1, hunk(2, "-b", "+B"), before=("a", "b"), after=("a", "B"))
    document = construct([second, first], [])
    assert [entry.origin.edit_id for entry in document.edits] == [2, 1]
    assert written(document) == [("a", -1), ("B", 1)]


def test_what_a_formatter_in_a_shell_call_reshaped_stays_its_authors_and_the_rest_is_the_calls() -> None:
    wrote = edit(1, hunk(1, " line 1", "+  alpha = beta(gamma)"), before=BASE)
    shell = Edit(
        origin(2),
        (
            read_hunk(
                1, 1, [" line 1", "-  alpha = beta(gamma)", "+    alpha = beta(gamma)", "+made = by_command"]
            ),
        ),
        window=True,
    )
    told = dict(written(construct([wrote, shell], [])))
    assert told["    alpha = beta(gamma)"] == 0
    assert told["made = by_command"] == 1


def test_an_edit_without_a_place_is_replayed_once_a_content_shows_what_it_left() -> None:
    lost = edit(2, hunk(3, " typed", "-gone", "+from the second", "+}"))
    seen = (*BASE[:3], "typed", "from the second", "}", *BASE[3:])
    third = edit(3, hunk(1, " line 1", "+from the third"), before=seen)
    document = construct([edit(1, hunk(1, "-line 1", "+line 1"), before=BASE), lost, third], [])
    told = dict(written(document))
    assert not document.unplaced
    assert (told["typed"], told["from the second"], told["}"], told["from the third"]) == (-1, 1, 1, 2)
    assert 1 in [document.weave.killer[line] for line in range(1, len(document.weave.text))]


def test_edits_of_one_first_commit_find_their_base_in_it_in_turn() -> None:
    first = edit(1, hunk(1, " typed above", "+first of agent"))
    second = edit(2, hunk(2, " first of agent", "+second of agent", " typed below"))
    committed = Version(9000, ("typed above", "first of agent", "second of agent", "typed below"))
    document = construct([first, second], [committed])
    assert written(document) == [
        ("typed above", -1),
        ("first of agent", 0),
        ("second of agent", 1),
        ("typed below", -1),
    ]
    assert document.base_assumed
