"""Intersecting with a commit: positions, slides, checkouts that disagree, content as last resort."""

from byline.attribution import Change, Credit, Edit, Origin, Touched, Version, construct, intersect
from byline.patch.hunk_body import read_hunk

BASE = tuple(f"line {number}" for number in range(1, 11))


def origin(number: int, call: str | None = None) -> Origin:
    return Origin(number, f"cc_{number}", None, call or f"call_{number}", "opus", "Edit", number * 1000)


def insertion(number: int, after_line: int, text: str, call: str | None = None) -> Edit:
    hunk = read_hunk(after_line, after_line, [f" line {after_line}", f"+{text}"])
    return Edit(origin(number, call), (hunk,), BASE)


def change(new: tuple[str, ...], *added: int, old: tuple[str, ...] = BASE, time_ms: int = 10**6) -> Change:
    return Change(old, new, tuple(Touched("added", index) for index in added), time_ms)


def said(credit: Credit) -> str:
    return credit.origin.session_id if credit.origin else f"{credit.contributor} {credit.reason}"


def test_a_commit_that_is_a_known_state_is_read_off() -> None:
    document = construct([insertion(1, 3, "new")], [])
    new = (*BASE[:3], "new", *BASE[3:])
    assert [said(credit) for credit in intersect([document], change(new, 3)).credits] == ["cc_1"]


def test_a_line_nobody_recorded_stays_unknown_between_credited_ones() -> None:
    document = construct([insertion(1, 3, "new")], [])
    new = (*BASE[:3], "new", "typed by hand", *BASE[3:])
    assert [said(credit) for credit in intersect([document], change(new, 3, 4)).credits] == [
        "cc_1",
        "unknown no_edit",
    ]


def test_without_documents_everything_is_unknown() -> None:
    assert [said(credit) for credit in intersect([], change(("a",), 0, old=())).credits] == [
        "unknown no_edit"
    ]


def test_checkouts_that_credit_different_calls_credit_nobody_and_name_both() -> None:
    one, two = construct([insertion(1, 3, "new")], []), construct([insertion(2, 3, "new")], [])
    (credit,) = intersect([one, two], change((*BASE[:3], "new", *BASE[3:]), 3)).credits
    assert (credit.reason, credit.candidates) == ("ambiguous", ("call_1", "call_2"))


def test_a_checkout_that_knows_nothing_does_not_stand_in_the_way() -> None:
    one, two = construct([insertion(1, 3, "new")], []), construct([insertion(2, 8, "other")], [])
    (credit,) = intersect([one, two], change((*BASE[:3], "new", *BASE[3:]), 3)).credits
    assert said(credit) == "cc_1"


def test_braces_amid_a_rewritten_file_are_not_the_agents() -> None:
    wrote = Edit(origin(1), (), (), ("def f() {", "  a();", "}", "def g() {", "  b();", "}"))
    document = construct([wrote], [])
    new = ("alpha one", "beta two", "gamma three", "}", "delta four", "epsilon five", "zeta six")
    credits_of = intersect([document], change(new, *range(7), old=())).credits
    assert {said(credit) for credit in credits_of} == {"unknown no_edit"}


def test_an_edit_newer_than_the_commit_but_within_two_minutes_assumes_the_clock() -> None:
    document = construct([insertion(1, 3, "new")], [])
    new = (*BASE[:3], "new", *BASE[3:])
    (credit,) = intersect([document], change(new, 3, time_ms=500)).credits
    assert (said(credit), credit.assumed) == ("cc_1", "clock")


def test_content_decides_for_an_unplaced_edit_only_where_it_is_distinct() -> None:
    lost = Edit(origin(1), (read_hunk(50, 50, ["-gone gone gone", "+return compute_total(x)", "+}"]),))
    document = construct([lost], [Version(0, BASE)])
    new = (*BASE, "return compute_total(x)", "typed", "}")
    answers = intersect([document], change(new, 10, 11, 12)).credits
    assert [said(credit) for credit in answers] == ["cc_1", "unknown no_edit", "unknown unplaced"]


def test_content_does_not_decide_for_a_line_that_stands_twice() -> None:
    lost = Edit(origin(1), (read_hunk(50, 50, ["-gone gone gone", "+return compute_total(x)"]),))
    document = construct([lost], [Version(0, BASE)])
    new = (*BASE, "return compute_total(x)", "return compute_total(x)")
    answers = intersect([document], change(new, 10, 11)).credits
    assert {said(credit) for credit in answers} == {"unknown unplaced"}


def test_the_same_input_gives_the_same_answer() -> None:
    edits = [insertion(number, number, f"new {number}") for number in (1, 2, 3)]
    new = ("line 1", "new 1", "line 2", "new 2", "line 3", "new 3", *BASE[3:])
    wanted = change(new, 1, 3, 5)
    first, again = (intersect([construct(edits, [])], wanted) for _ in range(2))
    assert first.credits == again.credits
    assert list(first.vanished()) == list(again.vanished())


def test_a_line_that_may_be_one_of_two_edits_is_ambiguous_and_names_both() -> None:
    first = insertion(1, 3, "    return None")
    second = Edit(origin(2), (read_hunk(4, 4, ["     return None", "+    return None"]),))
    document = construct([first, second], [])
    new = (*BASE[:3], "    return None", *BASE[3:], "typed one", "typed two")
    credit = intersect([document], change(new, 3, 11, 12)).credits[0]
    assert said(credit) == "unknown ambiguous"
    assert credit.candidates == ("call_1", "call_2")


def test_two_equal_lines_of_two_edits_committed_together_are_one_of_each() -> None:
    first = insertion(1, 3, "    return None")
    second = Edit(origin(2), (read_hunk(4, 4, ["     return None", "+    return None"]),))
    document = construct([first, second], [])
    new = (*BASE[:3], "    return None", "    return None", *BASE[3:-1])
    assert sorted(said(credit) for credit in intersect([document], change(new, 3, 4)).credits) == [
        "cc_1",
        "cc_2",
    ]


def test_a_parent_holds_nothing_of_edits_that_were_made_after_it() -> None:
    later = Edit(
        origin(500), (read_hunk(3, 3, [" line 3", "-line 4", "+}"]),), BASE, (*BASE[:3], "}", *BASE[4:])
    )
    old = (*BASE[:3], "}", "line 4", *BASE[4:])
    new = (*BASE[:3], "line 4", *BASE[4:])
    document = construct([later], [Version(0, BASE)])
    explained = Change(old, new, (Touched("removed", 3),), 10**9, old_ms=1000)
    assert [said(credit) for credit in intersect([document], explained).credits] == ["unknown no_edit"]


def test_lines_in_another_order_keep_their_authors() -> None:
    body = ["import alpha_module", "import beta_module"]
    wrote = Edit(origin(1), (read_hunk(0, 1, [f"+{line}" for line in body]),), ())
    answers = intersect([construct([wrote], [])], change(tuple(body[::-1]), 0, 1, old=())).credits
    assert [said(credit) for credit in answers] == ["cc_1", "cc_1"]
    assert {credit.match for credit in answers} == {"exact", "moved"}


def test_an_edit_without_a_place_is_found_by_its_whole_result_braces_and_all() -> None:
    lost = Edit(origin(1), (read_hunk(50, 50, [" typed by somebody", "+}", "+", "-stood there"]),))
    new = (*BASE, "typed by somebody", "}", "")
    answers = intersect([construct([lost], [Version(0, BASE)])], change(new, 10, 11, 12)).credits
    assert [said(credit) for credit in answers] == ["unknown no_edit", "cc_1", "cc_1"]
    assert {credit.assumed for credit in answers[1:]} == {"base"}


def test_a_common_line_that_an_edit_without_a_place_may_have_written_is_ambiguous() -> None:
    lost = Edit(origin(2), (read_hunk(50, 50, ["-stood there", "+}"]),))
    document = construct([insertion(1, 3, "}"), lost], [Version(0, BASE)])
    new = (*BASE[:3], "}", *BASE[3:], "typed")
    assert [said(credit) for credit in intersect([document], change(new, 3, 11)).credits] == [
        "unknown ambiguous",
        "unknown no_edit",
    ]
