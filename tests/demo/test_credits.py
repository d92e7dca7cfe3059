"""The engine's answers about the demo are what the builder knows to be true."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from byline.attribution import AttributedLine, Credit
from byline.demo.build import Demo, build_demo
from byline.demo.files import Author
from byline.demo.play import Snapshot
from byline.git.repository import Repository
from byline.review.model import Review, ReviewedFile
from byline.review.review import review_commit, review_staged, review_worktree
from byline.store.store import Store

Answer = tuple[Author | None, str | None]


def answer_of(credit: Credit) -> Answer:
    origin = credit.origin
    if origin is None:
        return None, credit.match
    return Author(origin.session_id, origin.model_id or "", origin.tool_call_id or ""), credit.match


def truth_of(line: AttributedLine, file: ReviewedFile, snapshot: Snapshot) -> set[Answer]:
    """What may be said about a line: of equal removed lines each may be either's."""
    if line.kind == "added":
        written = snapshot.lines[file.path][line.line_number - 1]
        assert written.text == line.content
        return {(written.author, written.match)}
    gone = snapshot.removed.get(file.path, ()) or snapshot.removed.get(file.old_path, ())
    return {(author, "exact" if author else None) for text, author in gone if text == line.content}


def wrong_lines(review: Review, snapshot: Snapshot) -> Iterator[str]:
    for file in review.files:
        for line in file.touched():
            # Of two equal blank lines git may show the other one.
            if line.content and answer_of(line.credit) not in truth_of(line, file, snapshot):
                yield f"{file.path}:{line.line_number} {line.kind} {line.content!r}: {line.credit}"


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return build_demo(tmp_path)


def test_every_line_of_every_commit_is_credited_to_its_author(demo: Demo) -> None:
    repository = Repository.open(demo.repository)
    with Store(demo.database) as store:
        for oid, snapshot in zip(demo.oids, demo.story.commits, strict=True):
            review = review_commit(store, repository, oid)
            assert list(wrong_lines(review, snapshot)) == [], snapshot.subject
            assert review.problems == ()


def test_every_line_of_index_and_work_tree_is_credited_to_its_author(demo: Demo) -> None:
    repository = Repository.open(demo.repository)
    now = demo.story.worktree.time_ms
    with Store(demo.database) as store:
        assert list(wrong_lines(review_staged(store, repository, now_ms=now), demo.story.index)) == []
        assert list(wrong_lines(review_worktree(store, repository, now_ms=now), demo.story.worktree)) == []


def test_the_story_has_every_match_and_both_unknown_and_several_models_in_one_commit(demo: Demo) -> None:
    repository = Repository.open(demo.repository)
    matches: set[str | None] = set()
    models: dict[str, set[str | None]] = {}
    with Store(demo.database) as store:
        for oid in demo.oids:
            review = review_commit(store, repository, oid)
            answers = [line.credit for file in review.files for line in file.touched()]
            matches |= {credit.match for credit in answers}
            models[oid] = {credit.origin.model_id for credit in answers if credit.origin}
    assert matches == {"exact", "edited", "reformatted", "moved", None}
    assert max(len(found) for found in models.values()) >= 2
    assert len(set().union(*models.values())) == 4
