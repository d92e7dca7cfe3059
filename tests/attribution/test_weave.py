"""The weave: what every line was, at every state."""

from hypothesis import given
from hypothesis import strategies as st

from byline.attribution.weave import ALIVE, NOBODY, Weave

TEXT = st.lists(st.sampled_from("abcdefgh"), max_size=12)


def reads(weave: Weave) -> list[str]:
    return [weave.text[line] for line in weave.live]


def owners(weave: Weave) -> list[tuple[str, int]]:
    return [(weave.text[line], weave.owner[line]) for line in weave.live]


def test_a_line_sent_again_unchanged_keeps_its_owner() -> None:
    weave = Weave(["a", "b", "c"])
    weave.begin_state(0)
    weave.splice(0, 3, ["a", "x", "b", "c"])
    assert owners(weave) == [("a", NOBODY), ("x", 0), ("b", NOBODY), ("c", NOBODY)]


def test_a_removed_line_names_its_killer_and_stays_in_the_order() -> None:
    weave = Weave(["a", "b", "c"])
    weave.begin_state(4)
    weave.splice(1, 1, ["B"])
    assert [(weave.text[line], weave.killer[line]) for line in weave.order()] == [
        ("a", ALIVE),
        ("b", 4),
        ("B", ALIVE),
        ("c", ALIVE),
    ]


def test_strangers_seen_have_no_owner_and_missing_lines_no_killer() -> None:
    weave = Weave(["a"])
    weave.begin_state(0)
    weave.splice(1, 0, ["written"])
    assert weave.observe(["typed", "a"])
    assert owners(weave) == [("typed", NOBODY), ("a", NOBODY)]
    assert [weave.killer[line] for line in weave.order() if weave.text[line] == "written"] == [NOBODY]


def test_seeing_what_is_known_is_no_news() -> None:
    weave = Weave(["a", "b"])
    assert not weave.observe(["a", "b"])
    assert len(weave.states) == 1


def test_a_vanished_run_that_is_back_whole_is_the_same_lines() -> None:
    weave = Weave(["a", "b"])
    weave.begin_state(0)
    weave.splice(1, 0, ["one", "two"])
    weave.observe(["a", "b"])
    weave.observe(["a", "one", "two", "b"])
    assert owners(weave) == [("a", NOBODY), ("one", 0), ("two", 0), ("b", NOBODY)]


def test_a_part_of_a_vanished_run_that_is_back_is_somebody_elses() -> None:
    weave = Weave(["a", "b"])
    weave.begin_state(0)
    weave.splice(1, 0, ["one", "two"])
    weave.observe(["a", "b"])
    weave.observe(["a", "one", "b"])
    assert owners(weave) == [("a", NOBODY), ("one", NOBODY), ("b", NOBODY)]


@given(TEXT, st.lists(st.tuples(st.integers(0, 20), st.integers(0, 4), TEXT, st.booleans()), max_size=8))
def test_every_state_can_be_rebuilt_found_by_its_lines_and_is_in_order(
    base: list[str], steps: list[tuple[int, int, list[str], bool]]
) -> None:
    weave = Weave(base)
    history = [list(base)]
    for number, (place, count, lines, observed) in enumerate(steps):
        current = history[-1]
        position = min(place, len(current))
        after = [*current[:position], *lines, *current[position + count :]]
        if observed:
            if not weave.observe(after):
                continue
        else:
            weave.begin_state(number)
            weave.splice(position, min(count, len(current) - position), lines)
        history.append(after)
        assert reads(weave) == after
    order = {line: place for place, line in enumerate(weave.order())}
    for number, lines in enumerate(history):
        ids = weave.state_lines(number)
        assert [weave.text[line] for line in ids] == lines
        assert weave.state_reading(lines, 100) is not None
        places = [order[line] for line in ids]
        assert places == sorted(places)


def test_the_nearest_state_has_the_most_of_the_lines_and_is_the_latest_of_equals() -> None:
    weave = Weave(["a", "b", "c"])
    weave.begin_state(0)
    weave.splice(3, 0, ["d"])
    weave.begin_state(1)
    weave.splice(4, 0, ["e", "f", "g"])
    weave.begin_state(2)
    weave.splice(0, 1, [])
    assert weave.nearest_state(["a", "typed", "more", "still more"]) == 2
    assert weave.nearest_state(["a", "b", "c", "d", "e", "f"]) == 2
    assert weave.nearest_state(["b", "c"]) == 0
    assert weave.nearest_state(["nothing", "of", "it"]) == 3
