"""A tool call in words, whatever its input is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byline.reading.tool_words import asked, asked_diff, delegated, one_line, place_asked, questions
from byline.store.conversations import PartRow


def part(tool: str, given_input: object, text: str = "") -> PartRow:
    return PartRow("p", "tool", text, 0, tool, "c", json.dumps(given_input), None, None)


@pytest.mark.parametrize(
    ("given_input", "words"),
    [
        ({"file_path": "/w/src/a.py"}, "src/a.py"),
        ({"command": "make\nmake test"}, "make …"),
        ({"command": ["bash", "-lc", "ls"]}, "bash -lc ls"),
        (
            {"input": "*** Begin Patch\n*** Update File: a.py\n@@\n*** Add File: b.py\n*** End Patch"},
            "a.py, b.py",
        ),
        ({"limit": 3, "deep": {"x": 1}}, "limit: 3"),
        (["not", "an", "object"], "not an object"),
        (7, "input: 7"),
        ({}, ""),
    ],
)
def test_a_call_is_told_in_one_line(given_input: object, words: str) -> None:
    assert one_line(part("x", given_input), "/w") == words


def test_an_edit_that_failed_still_shows_what_it_asked_for() -> None:
    asked_for = asked_diff(
        part("Edit", {"file_path": "a.py", "old_string": "one", "new_string": "two\nthree"})
    )
    assert asked_for is not None
    assert [(line.kind, line.content) for line in asked_for.hunks[0].lines] == [
        ("removed", "one"), ("added", "two"), ("added", "three"),
    ]  # fmt: skip
    assert asked_diff(part("Bash", {"command": "ls"})) is None


@pytest.mark.parametrize(
    ("given_input", "place"),
    [
        ({"file_path": "a.py", "offset": 40}, ("a.py", 40)),
        ({"path": "b.py"}, ("b.py", 1)),
        ({"path": "b.py", "offset": -3}, ("b.py", 1)),
        ({"path": "b.py", "line": True}, ("b.py", 1)),
        ({"path": "", "command": "ls"}, None),
        ({"command": "ls"}, None),
    ],
)
def test_the_file_a_call_is_about_is_known_with_its_line(
    given_input: object, place: tuple[str, int] | None
) -> None:
    assert place_asked(part("Read", given_input)) == place


def test_a_sub_agent_belongs_to_the_call_that_names_it_or_asked_for_it() -> None:
    assert delegated(part("Task", {"prompt": "go"}, "agentId: abc123"), "agent-abc123", None)
    assert delegated(part("Task", {"description": "Look around the code"}), "agent-x", "Look around…")
    assert not delegated(part("Task", {"description": "Look around"}), "agent-x", "Another")
    assert not delegated(part("Task", {"description": "Look around"}), "agent-x", None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
)


@given(
    st.text(max_size=40)
    | JSON.map(json.dumps)
    | st.dictionaries(st.sampled_from(["file_path", "edits", "offset", "command", "new_string"]), JSON).map(
        json.dumps
    )
)
def test_no_input_and_no_answer_is_too_strange_to_be_told(text: str) -> None:
    strange = PartRow("p", "tool", text, 0, None, None, text, None, text)
    assert "\n" not in one_line(strange, "/w")
    asked(strange, shows_diff=True)
    asked_diff(strange)
    place_asked(strange)
    questions(text)
