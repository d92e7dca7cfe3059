"""The evidence for lines of a review: removed ones, lines of the index, and of several commits as one."""

from world import World

from byline.git.repository import Repository
from byline.review.model import Review
from byline.review.review import review_span, review_staged, review_worktree
from byline.review.why import Why, explain_touched


def why(world: World, review: Review, text: str) -> Why:
    """The evidence for the one line of the review that reads ``+text`` or ``-text``."""
    kind = {"+": "added", "-": "removed"}[text[0]]
    found = [
        (file, line)
        for file in review.files
        for line in file.touched()
        if (line.kind, line.content) == (kind, text[1:])
    ]
    assert len(found) == 1, found
    return explain_touched(world.store, Repository.open(world.path), review, *found[0])


def claims(answer: Why) -> list[str]:
    """The edits considered, as ``call outcome``, with the call that undid them."""
    return [
        f"{entry.origin.tool_call_id} {entry.outcome}" + (f" by {entry.by.tool_call_id}" if entry.by else "")
        for entry in answer.considered
    ]


def test_a_removed_line_names_who_wrote_it_beside_who_took_it_out(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    wrote = a.writes("f.py", "head = 0\nlimit = compute_limit()\ntail = 0\n")
    world.commit()
    took = b.replaces("f.py", "limit = compute_limit()\n", "")
    world.commit()
    answer = why(world, world.review(), "-limit = compute_limit()")
    assert answer.is_removed
    assert answer.edit is not None
    assert answer.edit.origin.tool_call_id == took
    assert "-limit = compute_limit()\n" in answer.edit.hunk
    assert [(entry.origin.tool_call_id, entry.content) for entry in answer.earlier] == [
        (wrote, "limit = compute_limit()")
    ]
    assert answer.considered == ()


def test_of_equal_removed_lines_each_has_the_author_of_its_place(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    first = a.writes("f.py", "one = 1\nlimit = compute_limit()\ntwo = 2\nthree = 3\nfour = 4\n")
    second = b.replaces("f.py", "four = 4\n", "four = 4\nlimit = compute_limit()\nfive = 5\n")
    world.commit()
    a.writes("f.py", "one = 1\ntwo = 2\nthree = 3\nfour = 4\nfive = 5\n")
    world.commit()
    review = world.review()
    file = review.files[0]
    answers = [
        explain_touched(world.store, Repository.open(world.path), review, file, line)
        for line in file.touched()
    ]
    assert [[entry.origin.tool_call_id for entry in answer.earlier] for answer in answers] == [
        [first],
        [second],
    ]


def test_a_removal_that_was_put_back_before_is_told_with_who_put_it_back(world: World) -> None:
    world.person_writes("f.py", "head = 0\nlimit = compute_limit()\ntail = 0\n")
    world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    lost = a.replaces("f.py", "limit = compute_limit()\n", "")
    world.commit()
    back = a.replaces("f.py", "head = 0\n", "head = 0\nlimit = compute_limit()\n")
    world.commit()
    won = b.replaces("f.py", "limit = compute_limit()\n", "")
    world.commit()
    answer = why(world, world.review(), "-limit = compute_limit()")
    assert answer.edit is not None
    assert answer.edit.origin.tool_call_id == won
    assert claims(answer) == [f"{lost} put_back by {back}"]


def test_a_removal_of_the_line_written_again_later_is_told(world: World) -> None:
    world.person_writes("f.py", "head = 0\nlimit = compute_limit()\ntail = 0\n")
    world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    won = a.replaces("f.py", "limit = compute_limit()\n", "")
    a.replaces("f.py", "head = 0\n", "head = 0\nlimit = compute_limit()\n")
    later = b.replaces("f.py", "limit = compute_limit()\n", "")
    world.commit()
    answer = why(world, world.review(), "-limit = compute_limit()")
    assert answer.edit is not None
    assert answer.edit.origin.tool_call_id == won
    assert claims(answer) == [f"{later} written_again"]


def test_a_line_that_a_person_removed_names_the_removal_recorded_after_the_commit(world: World) -> None:
    world.person_writes("f.py", "head = 0\nlimit = compute_limit()\ntail = 0\n")
    world.commit()
    world.person_replaces("f.py", "limit = compute_limit()\n", "")
    world.commit()
    world.tick(4000)
    late = world.agent("A").records(
        "f.py", "head = 0\nlimit = compute_limit()\ntail = 0\n", "head = 0\ntail = 0\n"
    )
    answer = why(world, world.review(), "-limit = compute_limit()")
    assert answer.edit is None
    assert claims(answer) == [f"{late} after_commit"]


def test_a_removal_in_another_file_of_the_name_is_told(world: World) -> None:
    for folder in ("one", "two"):
        world.person_writes(f"{folder}/f.py", "head = 0\nlimit = compute_limit()\ntail = 0\n")
    world.commit()
    other = world.agent("A").replaces("two/f.py", "limit = compute_limit()\n", "")
    world.person_writes("two/f.py", "head = 0\nlimit = compute_limit()\ntail = 0\n")
    world.person_replaces("one/f.py", "limit = compute_limit()\n", "")
    world.commit()
    assert claims(why(world, world.review(), "-limit = compute_limit()")) == [f"{other} other_file"]


def test_a_line_of_the_index_has_the_edits_that_lost(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    lost = a.writes("f.py", "head = 0\nlimit = 30\ntail = 0\n")
    won = b.replaces("f.py", "limit = 30", "timeout_of_everything = None")
    world.git("add", "-A")
    world.person_writes("f.py", "something else\n")
    review = review_staged(world.store, Repository.open(world.path), now_ms=world.now_ms)
    answer = why(world, review, "+timeout_of_everything = None")
    assert answer.line.commit is None
    assert claims(answer) == [f"{lost} replaced by {won}"]


def test_lines_of_the_work_tree_have_the_edits_that_lost_on_both_sides(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    wrote = a.writes("f.py", "head = 0\nlimit = 30\ntail = 0\n")
    world.commit()
    b.replaces("f.py", "limit = 30", "timeout_of_everything = None")
    review = review_worktree(world.store, Repository.open(world.path), now_ms=world.now_ms)
    added = why(world, review, "+timeout_of_everything = None")
    removed = why(world, review, "-limit = 30")
    assert [entry.origin.tool_call_id for entry in added.considered] == [wrote]
    assert [entry.origin.tool_call_id for entry in removed.earlier] == [wrote]


def test_several_commits_as_one_have_the_edits_of_all_of_them(world: World) -> None:
    world.person_writes("f.py", "head = 0\ntail = 0\n")
    base = world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    lost = a.replaces("f.py", "head = 0\n", "head = 0\nlimit = 30\n")
    world.commit()
    won = b.replaces("f.py", "limit = 30", "timeout_of_everything = None")
    world.commit()
    review = review_span(world.store, Repository.open(world.path), base, "HEAD")
    answer = why(world, review, "+timeout_of_everything = None")
    assert answer.edit is not None
    assert answer.edit.origin.tool_call_id == won
    assert claims(answer) == [f"{lost} replaced by {won}"]
    from_the_beginning = review_span(world.store, Repository.open(world.path), None, "HEAD")
    assert claims(why(world, from_the_beginning, "+timeout_of_everything = None")) == claims(answer)


def test_the_lines_of_a_deleted_file_name_their_authors(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    wrote = a.writes("f.py", "limit = compute_limit()\n")
    world.commit()
    took = b.deletes("f.py")
    world.commit()
    answer = why(world, world.review(), "-limit = compute_limit()")
    assert answer.edit is not None
    assert answer.edit.origin.tool_call_id == took
    assert [entry.origin.tool_call_id for entry in answer.earlier] == [wrote]
