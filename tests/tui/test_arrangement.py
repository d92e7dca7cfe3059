"""Sessions in the order of a list: groups, and sub-agents below the sessions that started them."""

from datetime import date

from byline.store.listing import Place
from byline_tui.widgets.arrangement import arrange

NOON = 1_763_380_800_000
DAY = 86_400_000
TODAY = date(2025, 11, 17)


def place(key: str, time_ms: int | None = NOON, parent: str | None = None, **facts: object) -> Place:
    agent, repository = str(facts.get("agent", "claude")), facts.get("repository")
    return Place(key, time_ms, parent, agent, repository if isinstance(repository, int) else None)


def test_a_day_heading_with_its_count_stands_above_the_first_session_of_each_day() -> None:
    places = [place("a"), place("b", NOON - 1000), place("c", NOON - DAY), place("d", None)]
    assert arrange(places, TODAY).headings == {
        0: "Today · 2", 2: "Yesterday · 1", 3: "No time recorded · 1",
    }  # fmt: skip


def test_days_come_newest_first_whatever_sessions_are_sorted_by() -> None:
    places = [place("old", NOON - DAY), place("new"), place("older", NOON - 2 * DAY), place("next", NOON - 5)]
    assert arrange(places, TODAY).keys == ("new", "next", "old", "older")


def test_sub_agents_follow_their_parent_to_any_depth_and_no_session_is_lost() -> None:
    places = [
        place("grandchild", 5, "child"), place("stray", 4, "elsewhere"), place("child", 3, "root"),
        place("root", 2), place("egg", 1, "hen"), place("hen", 1, "egg"), place("self", 1, "self"),
    ]  # fmt: skip
    arranged = arrange(places, TODAY)
    assert arranged.keys == ("stray", "root", "child", "grandchild", "self", "hen", "egg")
    assert arranged.depths == {"child": 1, "grandchild": 2, "egg": 1}
    assert arranged.below == {"root": 2, "child": 1, "hen": 1}
    assert arranged.total == 7


def test_sub_agents_are_folded_away_but_for_those_of_sessions_that_are_unfolded() -> None:
    places = [place("root"), place("one", parent="root"), place("two", parent="one"), place("else")]
    folded = arrange(places, TODAY, unfolded=())
    assert (folded.keys, folded.folded, folded.below["root"]) == (("root", "else"), {"root"}, 2)
    half = arrange(places, TODAY, unfolded={"root"})
    assert (half.keys, half.folded) == (("root", "one", "else"), {"one"})


def test_sessions_group_by_repository_and_by_agent_in_the_order_of_their_first() -> None:
    places = [
        place("a", repository=2), place("b", repository=1, agent="codex"), place("c"),
        place("d", repository=2),
    ]  # fmt: skip
    by_repository = arrange(places, TODAY, "repository", {1: "tools", 2: "uploader"})
    assert by_repository.keys == ("a", "d", "b", "c")
    assert by_repository.headings == {0: "uploader · 2", 2: "tools · 1", 3: "No repository · 1"}
    assert arrange(places, TODAY, "agent").headings == {0: "claude · 3", 3: "codex · 1"}
    ungrouped = arrange(places, TODAY, "none")
    assert (ungrouped.keys, dict(ungrouped.headings)) == (("a", "b", "c", "d"), {})


def test_a_long_chain_of_sub_agents_is_counted_without_recursion() -> None:
    places = [place("0")] + [place(str(n), parent=str(n - 1)) for n in range(1, 5000)]
    arranged = arrange(places, TODAY)
    assert arranged.below["0"] == 4999
    assert len(arranged.keys) == 5000
