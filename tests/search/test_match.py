"""Hits in texts as data, and that they are the full-text index's."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from byline.query import Matcher, parse_query
from byline.store.query_sql import match_expression


def marked(query: str, text: str) -> str:
    snippet = Matcher(parse_query(query)).snippet(text, 60)
    return "".join(f"[{piece}]" if is_hit else piece for piece, is_hit in snippet.pieces())


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("retry", "please retry it", "please [retry] it"),
        ("retr", "please retrying it", "please [retrying] it"),
        ('"retr"', "please retrying it", "please retrying it"),
        ("brucke", "über die Brücke", "über die [Brücke]"),
        ("ÜBER", "über die Brücke", "[über] die Brücke"),
        ("covid-19", "of COVID 19 cases", "of [COVID 19] cases"),
        ('"make it survive"', "do make  it\nsurvive", "do [make it survive]"),
        ("foo_bar", "foo bar foo_bar", "foo bar [foo_bar]"),
        ("foo", "foo_bar", "[foo_bar]"),
        ("one -two", "one two", "[one] two"),
        ("日本語", "日本語のテキスト", "[日本語のテキスト]"),
        ("x", "nothing of it", "nothing of it"),
        ("scroll scrolling", "scrolling scroll", "[scrolling] [scroll]"),
    ],
)
def test_the_words_are_marked_as_the_index_finds_them(query: str, text: str, expected: str) -> None:
    assert marked(query, text) == expected


def test_a_snippet_is_where_most_words_are_together() -> None:
    text = "retry " + "x " * 200 + "the retry of uploads " + "y " * 200
    assert "[retry] of [uploads]" in marked("retry upload", text)
    assert marked("retry upload", text).startswith("…")
    assert marked("retry upload", text).endswith("…")


def test_a_snippet_is_one_line_of_about_the_width() -> None:
    snippet = Matcher(parse_query("retry")).snippet("a\tb\n\n" * 500 + "retry\r\n" + "c\n" * 500, 80)
    assert "\n" not in snippet.text
    assert len(snippet.text) <= 90
    assert [snippet.text[slice(*span)] for span in snippet.spans] == ["retry"]


@given(st.text(max_size=300), st.sampled_from(["a", "ab", '"a b"', "é ö", "x* y", "1-2"]), st.integers(5, 90))
@example("aaaa a", "a", 5)
@example("İ a", "a", 10)
def test_spans_are_in_order_and_inside(text: str, query: str, width: int) -> None:
    matcher = Matcher(parse_query(query))
    for spans, length in (
        (matcher.spans(text), len(text)),
        ((snippet := matcher.snippet(text, width)).spans, len(snippet.text)),
    ):
        end = 0
        for start, stop in spans:
            assert end <= start < stop <= length
            end = stop
    assert "".join(piece for piece, _ in snippet.pieces()) == snippet.text


WORDS = st.text(st.sampled_from("abAB1_éÉß -.\n\"'*日"), min_size=1, max_size=12)


@given(st.lists(WORDS, max_size=6).map(" ".join), WORDS)
@example("x AB_1", "ab_1")
def test_what_the_index_finds_is_marked_and_nothing_else(text: str, word: str) -> None:
    query = parse_query(word)
    assume(len(query.wanted) == 1 and query.wanted[0].has_token and not query.filters and not query.unwanted)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE f USING fts5(text, tokenize=\"unicode61 tokenchars '_'\")")
        connection.execute("INSERT INTO f VALUES (?)", (text,))
        sql = "SELECT count(*) FROM f WHERE f MATCH ?"
        found = connection.execute(sql, (match_expression(query.wanted),)).fetchone()[0]
    assert bool(Matcher(query).spans(text)) == bool(found)
