"""Foreign text on its way to a terminal, and lines as git splits them."""

import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byline.text import safe_line, safe_text, shorten, split_lines

BIDI = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
INVISIBLE = [0x180E, 0x200B, 0x200C, 0x2028, 0x2029, 0x2060, 0xFEFF, 0xFFF9, 0xFFFA, 0xFFFB, 0xE0041, 0xE007F]


def dangerous(text: str) -> list[str]:
    """The characters that a terminal obeys or that reorder or hide text; an emoji's joiner is none."""
    return [
        char
        for char in text
        if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} or ord(char) in {*BIDI, *INVISIBLE}
    ]


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0)])
def test_no_control_reaches_a_line(code: int) -> None:
    shown = safe_line(f"a{chr(code)}b")
    assert dangerous(shown) == []
    if chr(code) != "\t":
        assert shown.startswith("a")
        assert shown.endswith("b")
        assert len(shown) > 2


@pytest.mark.parametrize("code", [*BIDI, *INVISIBLE])
def test_what_reorders_or_hides_text_is_shown_by_its_code(code: int) -> None:
    assert safe_line(f"a{chr(code)}b") == safe_text(f"a{chr(code)}b") == f"a‹{code:04X}›b"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x9b31m", "‹9B›31m"),
        ("a\0b", "a␀b"),
        ("\x7f", "␡"),
        ("a\r", "a␍"),
        ("a\nb", "a␊b"),
        ("half \ud83d", "half \ufffd"),
        ("caf\udce9", "caf\ufffd"),
        ("日本語 naïve 👩‍👩‍👧 é", "日本語 naïve 👩‍👩‍👧 é"),
        ("[bold]not markup[/bold]", "[bold]not markup[/bold]"),
    ],
)
def test_a_line_shows_what_is_there(text: str, shown: str) -> None:
    assert safe_line(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", "a\nb"),
        ("a\r\nb\r\n", "a\nb\n"),
        ("a\rb", "a␍b"),
        ("a\x0bb\x0cc\x85d\u2028e", "a␋b␌c‹85›d‹2028›e"),
        ("\x1b[2J\n\x9b", "␛[2J\n‹9B›"),
    ],
)
def test_a_text_keeps_its_newlines_and_nothing_else(text: str, shown: str) -> None:
    assert safe_text(text) == shown


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("\tx", 4, "    x"),
        ("a\tx", 4, "a   x"),
        ("abcd\tx", 4, "abcd    x"),
        ("a\tb\tc", 8, "a       b       c"),
        ("\x1b\tx", 4, "␛   x"),
    ],
)
def test_a_tab_goes_to_the_next_column(text: str, width: int, shown: str) -> None:
    assert safe_line(text, width) == shown


def test_tabs_of_every_line_of_a_text_count_from_its_start() -> None:
    assert safe_text("abc\n\tx\na\ty") == "abc\n    x\na   y"


@given(st.text(st.characters(exclude_categories=[])))
def test_nothing_dangerous_is_left_in_any_text(text: str) -> None:
    assert dangerous(safe_line(text)) == []
    assert set(dangerous(safe_text(text))) <= {"\n"}
    assert safe_text(text).encode().decode() == safe_text(text)


@given(st.text(st.characters(exclude_categories=[])))
def test_what_is_safe_stays_as_it_is(text: str) -> None:
    assert safe_line(safe_line(text)) == safe_line(text)
    assert safe_text(safe_text(text)) == safe_text(text)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("\n", [""]),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\n\n", ["a", ""]),
        ("a\r\nb\r", ["a\r", "b\r"]),
        ("a\rb", ["a\rb"]),
    ],
)
def test_lines_end_at_newlines_only(text: str, lines: list[str]) -> None:
    assert split_lines(text) == lines


@pytest.mark.parametrize("code", [0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x85, 0x2028, 0x2029])
def test_what_python_calls_a_line_end_and_git_does_not_is_content(code: int) -> None:
    text = f"a{chr(code)}b\n"
    assert len(text.splitlines()) == 2
    assert split_lines(text) == [f"a{chr(code)}b"]


@given(st.text(st.sampled_from("ab\n\r\f\u2028"), max_size=30))
def test_joined_lines_are_the_text(text: str) -> None:
    lines = split_lines(text)
    assert all("\n" not in line for line in lines)
    assert "".join(f"{line}\n" for line in lines) == (
        text if text.endswith("\n") or not text else text + "\n"
    )


def test_lines_are_numbered_as_git_numbers_them(tmp_path: Path) -> None:
    text = "one\ftwo\x85\u2028\r\nthree\rfour\n\nfive"
    (tmp_path / "f").write_bytes(text.encode())
    words = ["git", "grep", "-n", "--no-index", "-a", "", "--", "f"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout.count(b"\n") == len(split_lines(text)) == 4


@pytest.mark.parametrize(
    ("text", "width", "short"),
    [
        ("hello", 5, "hello"),
        ("hello", 4, "hel…"),
        ("hello", 1, "…"),
        ("  first \nsecond", 20, "first"),
        ("\n\nfirst\nsecond", 20, "first"),
        ("", 5, ""),
    ],
)
def test_a_text_is_shortened_to_its_first_line(text: str, width: int, short: str) -> None:
    assert shorten(text, width) == short


def test_the_module_needs_nothing_but_itself() -> None:
    code = "import sys; before = set(sys.modules); import byline.text; print(set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in (
        "{'byline', 'byline.text'}",
        "{'byline.text', 'byline'}",
        "{'byline.text'}",
    )
