"""The evidence for one line, and who else had a claim on it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from world import Agent, World

from byline.errors import GitError
from byline.git.repository import Repository
from byline.record import Message, Part
from byline.review.model import Review
from byline.review.review import review_staged
from byline.review.why import Why, explain_line, explain_touched
from byline.review.why_json import why_json

BASE = "".join(f"base line number {number}\n" for number in range(1, 21))
DISTINCT = "retries_of_the_uploader = compute_retries(configuration)\n"
"""A line that says enough to be known for a copy where it stands twice."""


def why(world: World, place: str, rev: str | None = "HEAD") -> Why:
    path, _, line = place.rpartition(":")
    return explain_line(world.store, Repository.open(world.path), path, int(line), rev)


def claims(answer: Why) -> list[str]:
    """The edits considered, as ``call outcome``, with the call that undid them."""
    return [
        f"{entry.origin.tool_call_id} {entry.outcome}" + (f" by {entry.by.tool_call_id}" if entry.by else "")
        for entry in answer.considered
    ]


def twins(answer: Why) -> list[str]:
    """The lines it repeats, as ``path:line call commit``."""
    return [
        f"{twin.path}:{twin.line_number} {twin.origin.tool_call_id} {twin.commit}" for twin in answer.twins
    ]


def touched(world: World, review: Review, path: str, number: int) -> Why:
    """The evidence for an added line of a review."""
    (found,) = [
        (file, line)
        for file in review.files
        for line in file.touched()
        if (file.path, line.kind, line.line_number) == (path, "added", number)
    ]
    return explain_touched(world.store, Repository.open(world.path), review, *found)


def says(world: World, agent: Agent, text: str) -> None:
    """A person's prompt in an agent's session."""
    now = world.tick()
    with world.store.write() as writer:
        writer.messages([Message(agent.session_id, f"p{now}", "user", now)])
        writer.parts([Part(agent.session_id, f"p{now}", "1", "text", text, now)])


def test_a_line_has_its_prompt_session_call_and_recorded_hunk(world: World) -> None:
    a = world.agent("A", "opus")
    says(world, a, "Write the first file.")
    a.writes("f.py", "first = 1\n")
    says(world, a, "Now a second line,\nplease.")
    call = a.writes("f.py", "first = 1\nsecond = 2\n")
    says(world, a, "Thanks.")
    world.commit("the subject")
    answer = why(world, "f.py:2")
    assert answer.prompt == "Now a second line,\nplease."
    assert answer.session is not None
    assert answer.session.id == "cc_A"
    assert answer.edit is not None
    assert (answer.edit.origin.tool_call_id, answer.edit.precision) == (call, "vendor_diff")
    assert answer.edit.content == "second = 2"
    assert answer.edit.hunk == "--- a/f.py\n+++ b/f.py\n@@ -1,1 +1,2 @@\n first = 1\n+second = 2\n"
    assert (answer.subject, answer.considered, answer.earlier) == ("the subject", (), ())
    assert why(world, "f.py:1").prompt == "Write the first file."


def test_only_the_hunk_that_has_the_line_is_shown(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a = world.agent("A")
    text = world.read("f.txt")
    a.writes("f.txt", "at the top\n" + text + "at the bottom\n")
    world.commit()
    hunk = why(world, "f.txt:22").edit
    assert hunk is not None
    assert "+at the bottom\n" in hunk.hunk
    assert "+at the top\n" not in hunk.hunk


def test_an_edited_line_shows_how_it_was_written(world: World) -> None:
    a = world.agent("A")
    a.writes("f.py", "first = 1\nlimit = compute_limit(user, request, window)\nlast = 3\n")
    world.person_replaces("f.py", "request, window", "response, window")
    world.commit()
    answer = why(world, "f.py:2")
    assert answer.line.credit.match == "edited"
    assert answer.edit is not None
    assert answer.edit.content == "limit = compute_limit(user, request, window)"
    assert "+limit = compute_limit(user, request, window)\n" in answer.edit.hunk


def test_s29_a_line_that_an_edit_wrapped_names_its_earlier_author(world: World) -> None:
    a, b, c = world.agent("A", "opus"), world.agent("B", "gpt"), world.agent("C", "flash")
    lines = [f"step_{number} = run(number_{number})" for number in range(5)]
    first = a.writes("f.py", "".join(f"{line}\n" for line in lines))
    second = b.writes("f.py", "with lock:\n" + "".join(f"    {line}\n" for line in lines))
    c.writes("f.py", "with lock:\n    if ready:\n" + "".join(f"        {line}\n" for line in lines))
    world.commit()
    answer = why(world, "f.py:4")
    assert answer.line.credit.origin is not None
    assert answer.line.credit.origin.session_id == "cc_C"
    assert [(entry.origin.tool_call_id, entry.content, entry.match) for entry in answer.earlier] == [
        (second, f"    {lines[1]}", "reformatted"),
        (first, lines[1], "reformatted"),
    ]
    assert why(world, "f.py:2").earlier == ()


def test_an_edit_whose_lines_were_replaced_is_told_with_what_it_wrote(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    lost = a.writes("f.py", "head = 0\nlimit = 30\ntail = 0\n")
    won = b.replaces("f.py", "limit = 30", "timeout_of_everything = None")
    world.commit()
    answer = why(world, "f.py:2")
    assert claims(answer) == [f"{lost} replaced by {won}"]
    assert answer.considered[0].content == "limit = 30"


def test_an_edit_that_was_undone_before_a_person_retyped_the_line_is_told(world: World) -> None:
    world.person_writes("f.py", "head = 0\ntail = 0\n")
    world.commit()
    a = world.agent("A")
    lost = a.replaces("f.py", "head = 0\n", "head = 0\nlimit = compute_limit()\n")
    undo = a.replaces("f.py", "limit = compute_limit()\n", "")
    world.person_replaces("f.py", "head = 0\n", "head = 0\nlimit = compute_limit()\n")
    world.commit()
    answer = why(world, "f.py:2")
    assert answer.line.credit.reason == "no_edit"
    assert claims(answer) == [f"{lost} removed by {undo}"]
    assert (answer.edit, answer.prompt, answer.session) == (None, None, None)


def test_what_a_person_overwrote_is_told_with_what_stood_there(world: World) -> None:
    a = world.agent("A")
    call = a.writes("f.py", "alpha = 1\nbeta = 2\ngamma = 3\n")
    world.person_replaces("f.py", "beta = 2", "print('something else entirely')")
    world.commit()
    answer = why(world, "f.py:2")
    assert answer.line.credit.origin is None
    assert claims(answer) == [f"{call} gone"]
    assert answer.considered[0].content == "beta = 2"


def test_an_edit_after_the_commit_is_told(world: World) -> None:
    world.person_writes("f.py", "limit = compute_limit()\n")
    world.commit()
    world.tick(600)
    late = world.agent("A").records("f.py", "", "limit = compute_limit()\n")
    assert claims(why(world, "f.py:1")) == [f"{late} after_commit"]


def test_a_copy_names_its_twin_in_the_same_file(world: World) -> None:
    a = world.agent("A")
    call = a.writes("f.py", "def one():\n    value = compute_value()\n\n\ndef two():\n    pass\n")
    first = world.commit()
    world.person_replaces("f.py", "    pass\n", "    value = compute_value()\n")
    world.commit()
    answer = why(world, "f.py:6")
    assert answer.line.credit.reason == "no_edit"
    assert claims(answer) == [f"{call} gone"], "where the twin stands tells more than that there is one"
    assert twins(answer) == [f"f.py:2 {call} {first}"]


def test_a_copy_in_the_commit_that_its_original_came_in_names_its_twin(world: World) -> None:
    a = world.agent("A")
    call = a.writes("f.py", DISTINCT + "head = 0\n")
    world.person_writes("f.py", world.read("f.py") + DISTINCT)
    commit = world.commit()
    answers = [why(world, f"f.py:{number}") for number in (1, 3)]
    assert [answer.line.credit.reason for answer in answers] == [None, "copy"]
    assert [twins(answer) for answer in answers] == [[], [f"f.py:1 {call} {commit}"]]


def test_a_copy_in_another_file_names_its_twin(world: World) -> None:
    call = world.agent("A").writes("one.py", "head = 0\n" + DISTINCT)
    first = world.commit()
    world.person_writes("one.py", "top = 0\n" + world.read("one.py"))
    world.person_writes("two.py", DISTINCT)
    world.agent("B").writes("unrelated.py", "nothing = 1\n")
    world.commit()
    found = touched(world, world.review(), "two.py", 1)
    assert found.line.credit.reason == "copy"
    assert twins(found) == [f"one.py:3 {call} {first}"]


def test_a_copy_that_is_not_committed_names_its_twin(world: World) -> None:
    call = world.agent("A").writes("f.py", DISTINCT + "tail = 0\n")
    first = world.commit()
    world.person_writes("f.py", world.read("f.py") + DISTINCT)
    answer = why(world, "f.py:3", None)
    assert answer.line.credit.reason == "copy"
    assert twins(answer) == [f"f.py:1 {call} {first}"]
    world.git("add", "-A")
    staged = touched(world, review_staged(world.store, Repository.open(world.path)), "f.py", 3)
    assert twins(staged) == [f"f.py:1 {call} {first}"]


def test_a_text_that_two_edits_wrote_is_no_twin_of_a_line_that_is_not_known_for_a_copy(world: World) -> None:
    a, b = world.agent("A"), world.agent("B")
    line = "value = compute_value()\n"
    first = a.writes("f.py", f"one = 1\n{line}two = 2\nthree = 3\n")
    second = b.replaces("f.py", "three = 3\n", f"three = 3\n{line}four = 4\nfive = 5\n")
    world.commit()
    world.person_writes("f.py", world.read("f.py") + line)
    world.commit()
    answer = why(world, "f.py:8")
    assert answer.line.credit.reason == "no_edit"
    assert (twins(answer), claims(answer)) == ([], [f"{first} elsewhere", f"{second} elsewhere"])


def test_a_text_that_a_person_wrote_twice_has_no_twin(world: World) -> None:
    world.person_writes("f.py", DISTINCT + "tail = 0\n")
    world.commit()
    world.person_writes("f.py", world.read("f.py") + DISTINCT)
    world.commit()
    assert why(world, "f.py:3").twins == ()


def test_equal_claims_from_two_checkouts_are_told_as_such(
    world: World, clone_of: Callable[[World, str], Path]
) -> None:
    world.person_writes("f.py", "head = 0\n")
    world.commit()
    b = world.agent("B", "gpt", checkout=clone_of(world, "side"))
    other = b.writes("f.py", "head = 0\nlimit = compute_limit()\n")
    own = world.agent("A", "opus").writes("f.py", "head = 0\nlimit = compute_limit()\n")
    world.commit()
    answer = why(world, "f.py:2")
    assert answer.line.credit.reason == "ambiguous"
    assert claims(answer) == [f"{other} ambiguous", f"{own} ambiguous"]


def test_a_line_taken_back_in_another_checkout_has_lost(
    world: World, clone_of: Callable[[World, str], Path]
) -> None:
    world.person_writes("f.py", "head = 0\n")
    world.commit()
    b = world.agent("B", "gpt", checkout=clone_of(world, "side"))
    lost = b.writes("f.py", "head = 0\nlimit = compute_limit()\n")
    undo = b.writes("f.py", "head = 0\n")
    own = world.agent("A", "opus").writes("f.py", "head = 0\nlimit = compute_limit()\n")
    world.commit()
    answer = why(world, "f.py:2")
    assert answer.edit is not None
    assert answer.edit.origin.tool_call_id == own
    assert claims(answer) == [f"{lost} removed by {undo}"]


def test_edits_of_other_repositories_files_and_unknown_ones_are_told_apart(
    world: World, other_world: Callable[[World], World]
) -> None:
    world.person_writes("src/f.py", "limit = compute_limit()\n")
    world.commit()
    other = other_world(world)
    foreign = other.agent("O").writes("src/f.py", "limit = compute_limit()\n")
    other.commit()
    other.row()
    world.store.repositories.bind_sessions(["cc_O"], other.row())
    same_name = world.agent("S").records("doc/f.py", "", "limit = compute_limit()\n")
    world.store.repositories.bind_sessions(["cc_S"], world.row())
    lost = world.agent("U")
    lost.recorded_root = "/gone"
    unbound = lost.records("src/f.py", "", "limit = compute_limit()\n")
    world.store.database.execute_sql("UPDATE sessions SET cwd = '/gone' WHERE id = 'cc_U'")
    assert claims(why(world, "src/f.py:1")) == [
        f"{foreign} other_repository",
        f"{same_name} other_file",
        f"{unbound} unbound",
    ]


def test_equal_lines_that_say_nothing_are_no_claims(world: World) -> None:
    a, b = world.agent("A"), world.agent("B")
    a.writes("f.c", "int a() {\n  return 1;\n}\n")
    b.writes("f.c", world.read("f.c") + "\nint b() {\n  return 2;\n}\n")
    world.commit()
    assert why(world, "f.c:7").considered == ()
    assert why(world, "f.c:3").considered == ()


def test_a_line_of_the_work_tree_is_explained_staged_or_not(world: World) -> None:
    world.person_writes("f.txt", BASE)
    world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    staged = a.replaces("f.txt", "number 3\n", "number 3\nfrom a, staged\n")
    world.git("add", "-A")
    unstaged = b.replaces("f.txt", "number 9\n", "number 9\nfrom b, not staged\n")
    for place, call in (("f.txt:4", staged), ("f.txt:11", unstaged)):
        answer = why(world, place, None)
        assert answer.edit is not None
        assert (answer.edit.origin.tool_call_id, answer.subject) == (call, None)


def test_a_line_moved_from_another_file_has_its_edit(world: World) -> None:
    a = world.agent("A")
    block = "def moved():\n    first = compute_first()\n    second = compute_second()\n    return first\n"
    call = a.writes("a.py", f"import os\n\n\n{block}")
    world.person_writes("b.py", "import sys\n")
    world.commit()
    world.person_writes("a.py", "import os\n")
    world.person_writes("b.py", f"import sys\n\n\n{block}")
    world.commit()
    answer = why(world, "b.py:5")
    assert answer.edit is not None
    assert (answer.edit.origin.tool_call_id, answer.edit.content) == (call, "    first = compute_first()")
    assert answer.line.credit.match == "moved"


def test_the_json_has_the_line_and_the_evidence(world: World) -> None:
    a = world.agent("A", "opus")
    a.writes("f.py", "first = 1\n")
    oid = world.commit("subject")
    value = why_json(why(world, "f.py:1"))
    assert value["commit"] == oid
    assert (value["line_number"], value["original_line"], value["content"]) == (1, 1, "first = 1")
    assert (value["contributor"], value["match"], value["model_id"]) == ("ai", "exact", "opus")
    assert value["edit"]["tool_call_id"] == "call_cc_A_1"
    assert value["prompt"] is None
    assert value["earlier"] == value["considered"] == []
    assert set(value) >= {"prompt", "edit", "considered", "session_id", "message_id", "tool", "time_ms"}


def test_a_line_that_is_not_there_is_said(world: World) -> None:
    world.person_writes("f.py", "one\n")
    world.person_writes("empty.py", "")
    world.commit()
    with pytest.raises(GitError, match=r"f\.py has 1 line: there is no line 9"):
        why(world, "f.py:9")
    with pytest.raises(GitError, match=r"empty\.py has no lines: there is no line 1"):
        why(world, "empty.py:1")
