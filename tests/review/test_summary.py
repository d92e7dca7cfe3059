"""What reviews add up to, and the patch that is kept of them."""

from world import World

from byline.git.repository import Repository
from byline.patch import patch_from_json, patch_to_json
from byline.review.json_form import attributed_patch, review_json
from byline.review.keep import keep_commit
from byline.review.repositories import repository_row
from byline.review.summary import summarise
from byline.store.models import AgentTrace, Commit, PostCommitPatchIntersection
from byline.trace.validate import validate_trace


def a_commit(world: World) -> None:
    world.person_writes("f.txt", "one\ntwo\nthree\n")
    world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", None)
    a.writes("f.txt", "one\nTWO by a\nthree\n")
    b.writes("f.txt", "one\nTWO by a\nthree\nfour by b\n")
    world.person_writes("f.txt", "one\nTWO by a\nthree\nfour by b\ntyped\n")
    world.commit()


def test_a_summary_counts_every_touched_line_once(world: World) -> None:
    a_commit(world)
    summary = summarise(world.review().files)
    assert (summary.added.ai, summary.added.unknown, summary.added.total) == (2, 1, 3)
    assert (summary.removed.ai, summary.removed.total) == (1, 1)
    assert {name: share.total for name, share in summary.sessions.items()} == {"cc_A": 2, "cc_B": 1}
    assert summary.unknown_reasons == {"no_edit": 1}


def test_a_call_without_a_known_model_counts_for_no_model(world: World) -> None:
    a_commit(world)
    assert list(summarise(world.review().files).models) == ["opus"]


def test_the_attributed_patch_carries_origins_and_survives_json(world: World) -> None:
    a_commit(world)
    patch = attributed_patch(world.review())
    lines = patch.files[0].hunks[0].lines
    assert [(line.content, line.session_id, line.model_id) for line in lines] == [
        ("two", "cc_A", "opus"),
        ("TWO by a", "cc_A", "opus"),
        ("four by b", "cc_B", None),
        ("typed", None, None),
    ]
    assert patch_from_json(patch_to_json(patch)) == patch


def test_the_index_has_no_commit_in_json(world: World) -> None:
    from byline.review.review import review_staged

    world.agent("A").writes("f.txt", "one\n")
    world.git("add", "-A")
    value = review_json(review_staged(world.store, Repository.open(world.path), now_ms=world.now_ms))
    assert (value["commit"], value["parent"], value["subject"]) == (None, None, None)
    assert value["summary"]["added"]["ai"] == 1


def test_keeping_a_commit_twice_keeps_one_answer_and_a_valid_record(world: World) -> None:
    a_commit(world)
    repository = Repository.open(world.path)
    keep_commit(world.store, repository, "HEAD")
    keep_commit(world.store, repository, "HEAD")
    row, oid = repository_row(world.store, repository), world.git("rev-parse", "HEAD")
    trace = world.store.commits.trace(row.id, oid)
    assert trace is not None
    assert validate_trace(trace) == []
    kept = world.store.commits.intersection(row.id, oid)
    assert kept == patch_to_json(attributed_patch(world.review()))
    tables = (Commit, PostCommitPatchIntersection, AgentTrace)
    counts = [len(table.select(table.id).tuples().execute(world.store.database)) for table in tables]
    assert counts == [1, 1, 1]


def test_a_merge_a_root_an_empty_and_a_binary_commit_can_be_kept(world: World) -> None:
    repository = Repository.open(world.path)
    world.person_writes("f.txt", "one\n")
    (world.path / "image.png").write_bytes(b"\x89PNG\0\1")
    world.commit("root and binary")
    keep_commit(world.store, repository, "HEAD")
    world.commit("empty")
    keep_commit(world.store, repository, "HEAD")
    world.git("checkout", "-qb", "topic")
    world.person_writes("g.txt", "g\n")
    world.commit()
    world.git("checkout", "-q", "main")
    world.git("merge", "-q", "--no-ff", "topic", "-m", "merge")
    review = keep_commit(world.store, repository, "HEAD")
    assert [file.path for file in review.files] == ["g.txt"]
