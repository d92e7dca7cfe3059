"""The query language: words, phrases, filters, and what is wrong with them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byline.query import Query, complete, parse_query

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(codec=None), max_size=60)
PIECES = [
    "agent:", "agent:claude", "-repo:x", 'file:"a b', "since:7d", "has:edits,", '"', "-", "*", "NEAR(", "AND",
    "c++", "covid-19", "\0", "until:", "is:starred", 'label:"a,b",c', ":", '-"', "word", " ", "\n", "\ud800",
]  # fmt: skip
QUERYISH = st.lists(st.one_of(st.sampled_from(PIECES), ANY_TEXT), max_size=8).map(" ".join)


def words(query: Query) -> list[str]:
    return [term.text for term in query.terms]


def filters(query: Query) -> list[tuple[str, tuple[str, ...], bool]]:
    return [(each.name, each.values, each.negated) for each in query.filters]


def test_words_phrases_and_what_is_left_out_are_told_apart() -> None:
    query = parse_query('retry "make uploads survive" -flaky -"by the way"')
    assert [(term.text, term.is_phrase, term.negated) for term in query.terms] == [
        ("retry", False, False),
        ("make uploads survive", True, False),
        ("flaky", False, True),
        ("by the way", True, True),
    ]
    assert [term.text for term in query.wanted] == ["retry", "make uploads survive"]


@pytest.mark.parametrize(
    ("text", "prefixes"),
    [
        ("scroll", [True]),
        ("to", [True]),  # being typed
        ("to do", [False, True]),
        ("a", [False]),
        ("scroll a", [True, False]),
        ('"scroll"', [False]),
        ('"how to scro', [True]),  # a phrase being typed
        ("c++", [False]),
        ("covid-19", [True]),
        ("go* home", [True, True]),
        ("foo(", [False]),
    ],
)
def test_a_word_of_three_letters_matches_beginnings_and_one_of_two_while_it_is_typed(
    text: str, prefixes: list[bool]
) -> None:
    assert [term.prefix for term in parse_query(text).terms] == prefixes


def test_filters_take_several_values_quotes_and_a_minus() -> None:
    query = parse_query('agent:claude,codex -repo:"my app" label:"to do, now",later File:a.py')
    assert filters(query) == [
        ("agent", ("claude", "codex"), False),
        ("repo", ("my app",), True),
        ("label", ("to do, now", "later"), False),
        ("file", ("a.py",), False),
    ]
    assert not query.terms


@pytest.mark.parametrize(
    "text", ["std::move", "app.py:42", "https://example.com", "TODO:", "agnet:claude", ":", "a:b:c"]
)
def test_what_is_no_filters_name_is_a_word(text: str) -> None:
    query = parse_query(text)
    assert words(query) == [text]
    assert not query.filters
    assert not query.problems


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("agent:", "needs a value"),
        ("repo:,", "needs a value"),
        ("has:everything", "knows no 'everything': edits,"),
        ("is:starred,nice", "knows no 'nice'"),
        ("since:soon", "'soon' is no time"),
        ("-since:7d", "without a minus"),
        ("since:7d,8d", "takes one time"),
        ("role:robot", "knows no 'robot'"),
    ],
)
def test_a_filter_that_makes_no_sense_is_named_and_not_searched_with(text: str, said: str) -> None:
    query = parse_query(f"retry {text} upload")
    assert words(query) == ["retry", "upload"]
    assert not query.filters
    [problem] = query.problems
    assert said in problem.message
    assert query.text[slice(*problem.span)] == text
    assert [token.kind for token in query.tokens] == ["word", "invalid", "word"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("since:2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("since:2026-03-01T08:30+02:00", datetime(2026, 3, 1, 6, 30, tzinfo=UTC)),
        ("since:7d", datetime(2026, 3, 3, 12, 0, tzinfo=UTC)),
        ('since:"2 weeks ago"', datetime(2026, 2, 24, 12, 0, tzinfo=UTC)),
        ("since:yesterday", datetime(2026, 3, 9, tzinfo=UTC)),
        ("since:today", datetime(2026, 3, 10, tzinfo=UTC)),
        ("until:2026-03-01", datetime(2026, 3, 1, 23, 59, 59, 999_000, tzinfo=UTC)),
        ("until:yesterday", datetime(2026, 3, 9, 23, 59, 59, 999_000, tzinfo=UTC)),
        ("until:12h", datetime(2026, 3, 10, 0, 0, tzinfo=UTC)),
    ],
)
def test_times_are_dates_ages_and_days_and_until_is_to_the_end_of_a_day(
    text: str, expected: datetime
) -> None:
    [found] = parse_query(text, NOW).filters
    assert found.time_ms == round(expected.timestamp() * 1000)


def test_of_a_pasted_page_the_first_words_count() -> None:
    query = parse_query(" ".join(f"word{number}" for number in range(100)))
    assert len(query.terms) == 16
    assert [token.kind for token in query.tokens][15:17] == ["word", "ignored"]


def test_punctuation_is_looked_for_only_where_it_stands_alone() -> None:
    assert words(parse_query("hello - world")) == ["hello", "world"]
    assert words(parse_query("*")) == ["*"]
    assert words(parse_query('"')) == ['"']
    assert words(parse_query("-- -")) == ["-"]


@given(st.one_of(ANY_TEXT, QUERYISH))
def test_any_text_is_a_query_whose_tokens_are_its_text(text: str) -> None:
    query = parse_query(text, NOW)
    end = 0
    covered = set()
    for token in query.tokens:
        start, stop = token.span
        assert end <= start < stop <= len(text)
        end = stop
        covered |= set(range(start, stop))
    assert all(text[place].isspace() for place in range(len(text)) if place not in covered)
    spans = {token.span: token.kind for token in query.tokens}
    assert all(spans[problem.span] == "invalid" for problem in query.problems)
    assert all(spans[each.span] == "filter" for each in query.filters)
    assert all(spans[term.span] in {"word", "phrase"} for term in query.terms)
    assert all(term.text.strip() for term in query.terms)


@given(st.one_of(ANY_TEXT, QUERYISH), st.integers(-5, 70))
def test_suggestions_stand_in_place_of_what_was_typed(text: str, cursor: int) -> None:
    for suggestion in complete(text, cursor, {"label": ["to do", 'say "x"', "a,b"]}):
        start, end = suggestion.span
        assert 0 <= start <= end == min(max(cursor, 0), len(text))
        after, place = suggestion.apply(text)
        assert after[:start] == text[:start]
        assert after[place:] == text[end:]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("age", "agent:"),
        ("retry rep", "retry repo:"),
        ("-age", "-agent:"),
        ("agent:", "agent:codex"),
        ("agent:cl", "agent:claude"),
        ("agent:codex,cl", "agent:codex,claude"),
        ("has:e", "has:edits"),
        ("label:t", 'label:"to do"'),
        ('label:"to', 'label:"to do"'),
        ("model:opus", "model:claude-opus-4-6"),
        ("since:y", "since:yesterday"),
    ],
)
def test_names_and_values_are_completed(text: str, first: str) -> None:
    known = {"agent": ["codex", "claude"], "label": ["to do"], "model": ["claude-opus-4-6"]}
    assert complete(text, len(text), known)[0].apply(text)[0] == first


@pytest.mark.parametrize("text", ["retry", "", "retry ", "std::m", "is:starred"])
def test_nothing_is_suggested_for_plain_words_or_what_is_complete(text: str) -> None:
    assert complete(text, len(text)) == []


def test_a_completion_is_at_the_cursor_and_not_at_the_end() -> None:
    text = "age retry"
    [suggestion] = complete(text, 3)
    assert suggestion.apply(text) == ("agent: retry", 6)
