"""Tokens and words: what formatting may change, and when a line is still recognisably the same."""

from byline.attribution.tokens import MIN_DICE, similarity, stream, tokens, words


def test_tokens_are_words_and_single_marks_whatever_the_white_space() -> None:
    assert tokens("  foo(a,  b_1) == 'x'") == ["foo", "(", "a", ",", "b_1", ")", "=", "=", "'x'"]


def test_white_space_inside_quotes_counts() -> None:
    assert tokens("f('a  b')") != tokens("f('a b')")
    assert tokens('f("a  b")') == ["f", "(", '"a  b"', ")"]


def test_an_apostrophe_in_a_word_begins_no_quote() -> None:
    assert tokens("don't say it's so") == ["don", "'", "t", "say", "it", "'", "s", "so"]


def test_a_comma_before_a_closing_bracket_is_a_formatters() -> None:
    assert stream(["call(", "    a,", "    b,", ")"]) == (
        ["call", "(", "a", ",", "b", ")"],
        [0, 0, 1, 1, 2, 3],
    )


def test_a_very_long_line_is_one_token() -> None:
    line = "x = 1;" * 1000
    assert tokens(line) == [line]
    assert words(line) == words("")


def test_dice_counts_shared_words_twice_over_both_sides() -> None:
    assert similarity(words("alpha beta gamma"), words("alpha beta gamma")) == 1.0
    assert similarity(words("alpha beta gamma delta"), words("alpha beta gamma other")) == 0.75


def test_the_threshold_is_three_fifths() -> None:
    recorded = words("alpha beta gamma one two")
    just = words("alpha beta gamma six seven")
    below = words("alpha beta gamma six seven eight")
    assert similarity(recorded, just) == 0.6 >= MIN_DICE
    assert 0 < similarity(recorded, below) < MIN_DICE


def test_fewer_than_three_shared_words_with_a_letter_are_no_evidence() -> None:
    assert similarity(words("alpha beta 1 2 3 4"), words("alpha beta 1 2 3 4")) == 0.0
    assert similarity(words("alpha beta gamma"), words("alpha beta gamma")) == 1.0


def test_a_flipped_literal_does_not_pass_as_the_same_line() -> None:
    assert similarity(words("enabled = True"), words("enabled = False")) == 0.0
