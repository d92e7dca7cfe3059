"""Many commits with who wrote them: counted as a review counts, kept, and renewed only where needed."""

from collections.abc import Callable, Sequence

from world import World

from byline.git.repository import Repository
from byline.review.authors import UNKNOWN, Who, count_lines
from byline.review.blame import literal
from byline.review.keep import keep_commit
from byline.review.log import CommitShare, shares
from byline.review.summary import summarise


def logged(world: World, paths: Sequence[str] = ()) -> list[CommitShare]:
    repository = Repository.open(world.path)
    specs = literal(paths)
    return list(shares(world.store, repository, repository.log(paths=specs), specs))


def renewed(world: World) -> list[str]:
    """The subjects of the commits that were worked out just now."""
    return [share.commit.subject for share in logged(world) if share.is_new]


def a_history(world: World) -> None:
    """Three commits by two sessions and a person."""
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("a.py", "one\ntwo\nthree\n")
    world.commit("first")
    b.replaces("a.py", "two\n", "zwei\nzwo\n")
    world.person_writes("b.py", "typed\n")
    world.commit("second")
    b.writes("src/c.py", "c\n")
    world.commit("third")


def test_a_share_counts_what_the_review_counts_kept_or_not(world: World) -> None:
    a_history(world)
    for is_new in (True, False):
        for share in logged(world):
            review = world.review(share.commit.oid)
            assert share.summary() == summarise(review.files)
            assert share.counts() == count_lines(review.files)
            assert share.is_new is is_new


def test_commits_come_in_the_order_given_as_they_become_known(world: World) -> None:
    a_history(world)
    repository = Repository.open(world.path)
    found = shares(world.store, repository, repository.log())
    assert next(found).commit.subject == "third"
    kept = "SELECT count(*) FROM post_commit_patch_intersections"
    assert world.store.database.execute_sql(kept).fetchone() == (1,)
    assert [share.commit.subject for share in found] == ["second", "first"]


def test_an_edit_that_comes_later_renews_only_the_commits_it_can_change(world: World) -> None:
    a_history(world)
    assert renewed(world) == ["third", "second", "first"]
    late = world.agent("L", "late")
    late.records("b.py", "", "typed\n", time_ms=world.now_ms - 400_000)
    late.records("elsewhere.py", "", "typed\n")
    assert renewed(world) == ["second"]
    assert renewed(world) == []


def test_the_renewed_answer_knows_the_late_edit(world: World) -> None:
    late = world.agent("L", "late")
    world.person_writes("b.py", "typed by somebody\n")
    world.commit("only")
    assert logged(world)[0].counts() == {UNKNOWN: 1}
    late.records("b.py", "", "typed by somebody\n", time_ms=world.now_ms - 90_000)
    assert logged(world)[0].counts() == {Who("session", "cc_L", "late"): 1}


def test_an_edit_that_is_changed_or_forgotten_renews(world: World) -> None:
    a_history(world)
    logged(world)
    world.store.database.execute_sql("UPDATE diff_traces SET model_id = 'other' WHERE path LIKE '%c.py'")
    assert renewed(world) == ["third"]
    world.store.database.execute_sql("DELETE FROM diff_traces WHERE path LIKE '%c.py'")
    assert renewed(world) == ["third"]
    assert logged(world)[0].counts() == {UNKNOWN: 1}


def test_an_edit_under_the_name_a_file_had_before_its_commit_renews(world: World) -> None:
    content = "written under\nanother name\n"
    world.person_writes("final.py", content)
    world.commit("only")
    assert logged(world)[0].counts() == {UNKNOWN: 2}
    draft = world.agent("D", "opus", with_before=True)
    draft.records("draft.py", "", content, time_ms=world.now_ms - 90_000)
    assert renewed(world) == ["only"]
    assert logged(world)[0].counts() == {Who("session", "cc_D", "opus"): 2}


def test_a_session_that_gets_its_repository_renews_what_it_wrote(world: World) -> None:
    world.person_writes("src/app.py", "from afar\n")
    world.commit("only")
    far = world.agent("F", "opus")
    far.recorded_root = "/gone/app"
    world.store.database.execute_sql("UPDATE sessions SET cwd = '/gone/app'")
    far.records("src/app.py", "", "from afar\n", time_ms=world.now_ms - 90_000)
    assert logged(world)[0].counts() == {UNKNOWN: 1}
    assert renewed(world) == []
    world.store.repositories.bind_sessions(["cc_F"], world.row())
    assert renewed(world) == ["only"]
    assert logged(world)[0].counts() == {Who("session", "cc_F", "opus"): 1}


def test_an_edit_of_another_repository_renews_nothing(
    world: World, other_world: Callable[[World], World]
) -> None:
    a_history(world)
    logged(world)
    other = other_world(world)
    other.agent("O").writes("a.py", "one\ntwo\nthree\n")
    other.commit()
    assert renewed(world) == []
    world.store.repositories.bind_sessions(["cc_O"], other.row())
    assert renewed(world) == []


def test_binding_sessions_on_the_way_is_no_reason_to_do_it_again(world: World) -> None:
    a_history(world)
    unbound = "SELECT count(*) FROM sessions WHERE repository_id IS NULL"
    assert world.store.database.execute_sql(unbound).fetchone() == (2,)
    assert len(renewed(world)) == 3
    assert renewed(world) == []


def test_another_version_of_the_engine_makes_it_anew(world: World) -> None:
    a_history(world)
    logged(world)
    world.store.database.execute_sql(
        "UPDATE post_commit_patch_intersections SET engine = 0, counts = '{\"files\":[]}'"
    )
    assert renewed(world) == ["third", "second", "first"]


def test_paths_limit_what_is_counted_and_not_what_is_kept(world: World) -> None:
    a_history(world)
    limited = logged(world, ["a.py"])
    assert [(share.commit.subject, share.counts().total()) for share in limited] == [
        ("second", 3),
        ("first", 3),
    ]
    assert [share.counts().total() for share in logged(world)] == [1, 4, 3]
    assert [share.is_new for share in logged(world, ["src"])] == [False]


def test_a_merge_and_an_empty_commit_have_no_lines(world: World) -> None:
    a_history(world)
    world.git("switch", "-q", "-c", "side", "HEAD~1")
    world.person_writes("side.py", "x\n")
    world.commit("side")
    world.git("switch", "-q", "main")
    world.commit("empty")
    world.git("merge", "-q", "-m", "merge", "side")
    counts = {share.commit.subject: share.counts().total() for share in logged(world)}
    assert counts["empty"] == 0
    assert counts["merge"] == 1
    assert renewed(world) == []


def test_the_record_that_post_commit_kept_stays(world: World) -> None:
    a_history(world)
    repository = Repository.open(world.path)
    keep_commit(world.store, repository, "HEAD")
    trace = world.store.commits.trace(world.row(), world.git("rev-parse", "HEAD"))
    assert trace is not None
    assert logged(world)[0].counts() == {Who("session", "cc_B", "gpt"): 1}
    assert world.store.commits.trace(world.row(), world.git("rev-parse", "HEAD")) == trace
    assert renewed(world) == []


def test_what_is_kept_is_the_attributed_patch_without_files_nobody_is_known_for(world: World) -> None:
    a_history(world)
    logged(world)
    second = world.store.commits.intersection(world.row(), world.git("rev-parse", "HEAD~1"))
    assert second is not None
    assert [file["new_path"] for file in second["files"]] == ["a.py"]
