"""One run over many commits: the same answers, and a word on what cannot be used or is too large."""

import json
import zlib
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
from world import START_MS, World, told

from byline.git.repository import Repository
from byline.patch import parse_patch
from byline.record import Edit
from byline.review.json_form import review_json
from byline.review.json_text import review_json_text
from byline.review.log import shares
from byline.review.model import Review
from byline.review.review import Reviewer, review_commit, review_staged, review_worktree


@pytest.fixture
def limit(isolated_home: Path) -> Callable[[str, int], None]:
    """Set a limit in the user's configuration."""

    def make(name: str, number: int) -> None:
        folder = isolated_home / "config" / "byline"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text(f"[review]\n{name} = {number}\n")

    return make


def branched(world: World) -> None:
    """Agents that record numbered hunks only, on two branches that are merged, with a rename."""
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    world.person_writes("f.py", "".join(f"line {number}\n" for number in range(30)))
    world.commit("base")
    a.replaces("f.py", "line 3\n", "three by a\n")
    world.commit("a")
    world.git("switch", "-q", "-c", "side")
    b.replaces("f.py", "line 20\n", "twenty by b\n")
    world.commit("b")
    world.git("switch", "-q", "main")
    a.replaces("f.py", "line 10\n", "ten by a\n")
    world.person_replaces("f.py", "line 12\n", "twelve\n")
    world.commit("both")
    world.tick()
    world.git("merge", "-q", "-m", "merge", "side")
    world.git("mv", "f.py", "g.py")
    b.replaces("g.py", "line 25\n", "line 25 by b\n")
    world.commit("moved")


def test_a_run_gives_every_commit_the_answer_it_has_alone(world: World) -> None:
    branched(world)
    repository = Repository.open(world.path)
    commits = list(repository.log())
    alone = [review_commit(world.store, repository, commit.oid) for commit in commits]
    assert any("twenty by b | B" in line for review in alone for line in told(review))
    for tip in (None, commits[0].oid):
        for order in (commits, commits[::-1]):
            with Reviewer(world.store, repository, tip) as reviewer:
                found = {commit.oid: reviewer.commit(commit) for commit in order}
            assert [found[commit.oid] for commit in commits] == alone


def test_the_text_of_the_json_is_the_json(world: World) -> None:
    branched(world)
    world.person_writes("empty.txt", "")
    world.person_writes('qu"ote\n.txt', 'x\\"\u2028\x1b\n')
    world.commit("odd names")
    for oid in world.git("rev-list", "HEAD").split("\n"):
        review = world.review(oid)
        whole = json.dumps(review_json(review), ensure_ascii=False, indent=2)
        assert "".join(review_json_text(review)) == whole


def test_the_text_of_an_ambiguous_lines_json_is_its_json(
    world: World, clone_of: Callable[[World, str], Path]
) -> None:
    world.person_writes("f.py", "start\n")
    world.commit()
    side = clone_of(world, "side")
    world.agent("A", "opus").writes("f.py", "start\nthe very same line\n")
    world.agent("B", "gpt", checkout=side).writes("f.py", "start\nthe very same line\n")
    world.commit()
    review = world.review()
    assert [line.credit.reason for line in review.files[0].touched()] == ["ambiguous"]
    assert "".join(review_json_text(review)) == json.dumps(review_json(review), ensure_ascii=False, indent=2)


def damaged(world: World) -> Review:
    """Two edits of one file, one of them with a patch that cannot be read."""
    agent = world.agent("A")
    agent.writes("f.py", "one by a\n")
    world.commit()
    agent.replaces("f.py", "one by a\n", "one by a\ntwo by a\n")
    world.store.database.execute_sql("UPDATE diff_traces SET patch = '{not json' WHERE id = 1")
    world.commit()
    return world.review()


def test_a_patch_that_cannot_be_read_costs_that_edit_and_is_named(world: World) -> None:
    review = damaged(world)
    assert told(review) == ["+two by a | A opus exact"]
    (problem,) = review.problems
    assert problem.startswith(f"{world.path}/f.py: the stored patch of edit 1 is no JSON")
    assert review_json(review)["problems"] == [problem]


@pytest.mark.parametrize("patch", ['{"files":[{"hunks":3}]}', "[]", '{"files":[{"old_path":"f.py"}]}', "7"])
def test_a_patch_of_another_form_costs_that_edit_and_is_named(world: World, patch: str) -> None:
    damaged(world)
    world.store.database.execute_sql("UPDATE diff_traces SET patch = ? WHERE id = 1", (patch,))
    review = world.review()
    assert told(review) == ["+two by a | A opus exact"]
    assert len(review.problems) == 1


def test_a_stored_content_that_is_damaged_leaves_the_edits_hunks(world: World) -> None:
    world.person_writes("f.py", "base\n")
    world.commit()
    agent = world.agent("A", with_before=True)
    agent.writes("f.py", "base\nfrom a\n")
    world.store.database.execute_sql("UPDATE contents SET data = ?", (zlib.compress(b"base\n")[:-3],))
    world.person_writes("f.py", "base\nfrom a\ntyped\n")
    world.commit()
    review = world.review()
    assert told(review) == ["+from a | A opus exact", "+typed | unknown no_edit"]
    assert [problem.partition(": ")[2] for problem in review.problems] == [
        "a content of edit 1 cannot be read: only its hunks are used"
    ]


def test_a_blob_that_git_cannot_read_is_named_and_the_others_are_answered(world: World) -> None:
    agent = world.agent("A")
    agent.writes("a.py", "from a\n")
    agent.writes("lost.py", "lost\n")
    world.commit()
    oid = world.git("rev-parse", "HEAD:lost.py")
    lost = world.path / ".git" / "objects" / oid[:2] / oid[2:]
    lost.unlink()
    (world.path / "lost.py").unlink()
    review = world.review()
    assert told(review) == ["+from a | A opus exact"]
    assert review.files[1].notes == ("its content cannot be read",)
    assert review.problems == (
        "lost.py: git cannot read its content: run `git fsck`, or `git fetch` what a partial clone left out",
    )
    repository = Repository.open(world.path)
    (share,) = shares(world.store, repository, repository.log())
    assert share.counts().total() == 1


def test_a_file_beyond_the_limit_is_said_to_be_too_large(
    world: World, limit: Callable[[str, int], None]
) -> None:
    agent = world.agent("A")
    agent.writes("large.py", "x" * 2000 + "\nlast\n")
    agent.writes("small.py", "small\n")
    world.commit()
    limit("max_file_bytes", 1000)
    review = world.review()
    assert told(review, "small.py") == ["+small | A opus exact"]
    assert {line.credit.reason for line in review.files[0].touched()} == {"too_large"}
    note = "too large: more than 1,000 bytes (review.max_file_bytes)"
    assert review.files[0].notes == (note,)
    assert review_json(review)["files"][0]["notes"] == [note]
    assert review_json(review)["summary"]["unknown_reasons"] == {"too_large": 2}


def test_a_file_of_the_work_tree_beyond_the_limit_is_too_large_too(
    world: World, limit: Callable[[str, int], None]
) -> None:
    limit("max_file_bytes", 1000)
    world.agent("A").writes("large.py", "x" * 2000 + "\n")
    repository = Repository.open(world.path)
    for read in (review_worktree, review_staged):
        review = read(world.store, repository)
        assert [line.credit.reason for line in review.files[0].touched()] == ["too_large"]
        world.git("add", "-A")


def test_another_limit_makes_kept_answers_anew(world: World, limit: Callable[[str, int], None]) -> None:
    world.agent("A").writes("large.py", "x" * 2000 + "\n")
    world.commit()
    repository = Repository.open(world.path)
    counts = []
    for bytes_ in (1000, 1000, 5000):
        limit("max_file_bytes", bytes_)
        (share,) = shares(world.store, repository, repository.log())
        counts.append((share.is_new, share.summary().added.ai))
    assert counts == [(True, 0), (False, 0), (True, 1)]


def test_of_too_many_contents_only_the_hunks_are_used(
    world: World, limit: Callable[[str, int], None]
) -> None:
    limit("max_contents_bytes", 1000)
    world.person_writes("f.py", "".join(f"line {number * 7919 % 10007}\n" for number in range(400)))
    world.commit()
    agent = world.agent("A", with_before=True)
    for number in (7919, 5831):
        agent.replaces("f.py", f"line {number}\n", f"line {number} by a\n")
    world.commit()
    review = world.review()
    assert [line for line in told(review) if line.startswith("+")] == [
        "+line 7919 by a | A opus exact",
        "+line 5831 by a | A opus exact",
    ]
    (problem,) = review.problems
    assert problem.startswith("f.py: 2 edits carry more than 1,000 bytes of contents")


def test_a_line_of_megabytes_is_answered(world: World) -> None:
    before = "var a=" + ",".join(map(str, range(400_000)))
    world.person_writes("min.js", before)
    world.commit()
    agent = world.agent("A")
    time_ms = world.tick()
    patch = parse_patch(f"--- a/min.js\n+++ b/min.js\n@@ -1 +1 @@\n-{before}\n+{before}+1\n").files[0]
    with world.store.write() as writer:
        writer.edits([
            Edit(agent.session_id, f"{world.path}/min.js", patch, time_ms, "claude", "vendor_diff",
                 message_id="m", tool_call_id="c", model_id="opus", tool="Edit", cwd=str(world.path)),
        ])  # fmt: skip
    world.person_writes("min.js", f"{before}+1")
    world.commit()
    assert [line.rpartition(" | ")[2] for line in told(world.review())] == ["A opus exact"] * 2


def test_what_was_worked_out_before_an_interruption_stays(world: World) -> None:
    branched(world)
    repository = Repository.open(world.path)
    running = shares(world.store, repository, repository.log())
    assert [share.is_new for share in islice(running, 2)] == [True, True]
    running.close()  # type: ignore[attr-defined] # a generator, as an interruption ends it
    again = [share.is_new for share in shares(world.store, repository, repository.log())]
    assert again[:2] == [False, False]
    assert all(again[2:])


def test_an_import_renews_only_the_commits_that_the_names_touch(world: World) -> None:
    for number in range(6):
        world.person_writes(f"src/{number}.py", f"typed {number}\n")
        world.commit(f"commit {number}")
    repository = Repository.open(world.path)
    assert all(share.is_new for share in shares(world.store, repository, repository.log()))
    late = world.agent("L", "late")
    for number in (1, 4):
        late.records(f"src/{number}.py", "", f"typed {number}\n", time_ms=START_MS + 1)
    late.records("never/committed.py", "", "typed 2\n", time_ms=START_MS + 1)
    found = list(shares(world.store, repository, repository.log()))
    assert [share.commit.subject for share in found if share.is_new] == ["commit 4", "commit 1"]


def test_an_edit_that_left_what_another_edit_found_renews_where_the_file_is_added(world: World) -> None:
    content = "written under\nanother name\n"
    agent = world.agent("D", with_before=True)
    agent.records("final.py", content, content + "and more\n", time_ms=world.tick())
    world.person_writes("final.py", content + "and more\n")
    world.commit("only")
    repository = Repository.open(world.path)
    (share,) = shares(world.store, repository, repository.log())
    assert share.summary().added.ai == 1
    agent.records("draft.py", "", content, time_ms=START_MS + 1)
    (share,) = shares(world.store, repository, repository.log())
    assert (share.is_new, share.summary().added.ai) == (True, 3)


def test_sessions_are_bound_once_in_a_run(world: World, tmp_path: Path) -> None:
    branched(world)
    repository = Repository.open(world.path)
    other = world.agent("late", checkout=tmp_path)
    with Reviewer(world.store, repository) as reviewer:
        assert reviewer.records.bind()
        assert not reviewer.records.bind()
        reviewer.records.refresh()
        assert not reviewer.records.bind()
    assert other.session_id == "cc_late"


def test_in_a_hook_of_one_repository_sessions_of_another_are_not_taken_for_its_own(
    world: World, other_world: Callable[[World], World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.person_writes("f.py", "same\n")
    other = other_world(world)
    other.agent("O").writes("f.py", "same\nfrom o\n")
    world.person_writes("f.py", "same\nfrom o\n")
    world.commit()
    monkeypatch.chdir(world.path)
    monkeypatch.setenv("GIT_DIR", str(world.path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(world.path / ".git" / "index"))
    review = review_commit(world.store, Repository.open(Path.cwd()), "HEAD")
    assert {line.credit.contributor for line in review.files[0].touched()} == {"unknown"}
