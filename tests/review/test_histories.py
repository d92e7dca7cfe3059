"""Random histories over real git repositories: git's own diffs, and history rewritten in every usual way.

The truth is kept by ``histories.Manuscript``; agents work through the store, people and git do not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

import pytest
from histories import Committed, Line, Manuscript, Style, hunks, texts
from verdicts import Tally, judge_common, judge_distinct
from world import Agent, World

from byline.attribution import Change, Credit, Touched
from byline.patch import FilePatch
from byline.record import Edit
from byline.review.model import Review

PATH = "src/work.txt"
STYLES: tuple[Style, ...] = ("contents", "numbered", "after")


@dataclass
class Desk:
    """A file of a world that agents and people write in turns, with its truth."""

    world: World
    random: Random
    path: str = PATH
    folder: Path | None = None
    page: Manuscript = field(init=False)
    agents: list[Agent] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    states: list[tuple[Line, ...]] = field(default_factory=list)
    dead: set[int] = field(default_factory=set)
    kept: list[Line] = field(default_factory=list)
    """Every line there ever was, so that none's ``id()`` is used again."""

    def __post_init__(self) -> None:
        self.page = Manuscript(self.random)
        self.page.lines = [Line(self.page.fresh(0.2)) for _ in range(self.random.randint(20, 40))]
        self.agents = [self.world.agent(f"{name}", model) for name, model in (("A", "opus"), ("B", "gpt"))]
        self.write()

    def write(self) -> None:
        """Put the page into the work tree."""
        place = (self.folder or self.world.path) / self.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(
            "".join(f"{text}\n" for text in texts(self.page.lines)), encoding="utf-8", newline="\n"
        )

    def agent_edits(self, style: Style | None = None) -> None:
        """One recorded call of one of the agents."""
        style = style or self.random.choice(STYLES)
        number = len(self.calls) + 1
        before, lines = texts(self.page.lines), list(self.page.lines)
        after = tuple(self.page.agent_writes(number, regions=self.random.choice((1, 2))))
        if after == before:
            return
        gone = set(lines) - set(self.page.lines)
        self.kept += gone
        self.dead |= set(map(id, gone))
        call = f"call_{number}"
        self.calls[call] = number
        agent = self.random.choice(self.agents)
        patch = FilePatch(self.path, self.path, "modified", tuple(hunks(before, after)))
        contents = ["".join(f"{text}\n" for text in side) for side in (before, after)]
        edit = Edit(
            agent.session_id,
            f"{self.folder or self.world.path}/{self.path}",
            patch,
            self.world.tick(self.random.choice((5, 60, 400))),
            "claude",
            "vendor_diff",
            tool_call_id=call,
            model_id=agent.model,
            tool="Edit",
            seq=number,
            before=contents[0] if style == "contents" else None,
            after=contents[1] if style in {"contents", "after"} else None,
        )
        with self.world.store.write() as writer:
            writer.edits([edit])
        self.write()
        self.states.append(tuple(self.page.lines))

    def person_changes(self) -> None:
        lines = list(self.page.lines)
        self.page.person_changes()
        self.kept += set(lines) - set(self.page.lines)
        self.write()
        self.world.tick(self.random.choice((5, 60, 400)))

    def judge(self, rev: str, old: tuple[Line, ...], new: tuple[Line, ...], dead: frozenset[int]) -> Tally:
        """What the review of a commit has right and wrong."""
        review = self.world.review(rev)
        lines = [line for file in review.files for line in file.touched()]
        touched = tuple(Touched(line.kind, line.line_number - 1) for line in lines)
        change = Change(texts(old), texts(new), touched, 0)
        for line in lines:
            side = change.new if line.kind == "added" else change.old
            assert side[line.line_number - 1] == line.content
        answers = [self._by_number(line.credit) for line in lines]
        commit = Committed(old, new, 0, "whole", dead)
        tally = judge_distinct(commit, change, answers)
        tally.add(judge_common(commit, change, answers))
        return tally

    def _by_number(self, credit: Credit) -> Credit:
        if credit.origin is None:
            return credit
        number = self.calls[credit.origin.tool_call_id or ""]
        return replace(credit, origin=replace(credit.origin, edit_id=number))


def stage(world: World, lines: tuple[Line, ...], path: str = PATH) -> None:
    """Let the index hold these lines, whatever the work tree has."""
    blob = world.git("hash-object", "-w", "--stdin", stdin="".join(f"{text}\n" for text in texts(lines)))
    world.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")


def play(
    desk: Desk, commits: int
) -> Iterator[tuple[str, tuple[Line, ...], tuple[Line, ...], frozenset[int]]]:
    """Work and commits: of the work tree, now and then of an index that is an edit or two stale."""
    committed: tuple[Line, ...] = ()
    for _ in range(commits):
        desk.states.clear()
        for _ in range(desk.random.randint(2, 5)):
            desk.agent_edits()
            if desk.random.random() < 0.4:
                desk.person_changes()
        stale = len(desk.states) > 1 and desk.random.random() < 0.4
        new = desk.random.choice(desk.states[-3:-1]) if stale else tuple(desk.page.lines)
        stage(desk.world, new)
        dead = frozenset(id(line) for line in new if id(line) in desk.dead)
        yield desk.world.commit(all_files=False), committed, new, dead
        committed = new


@pytest.mark.parametrize("seed", range(6))
def test_no_line_of_any_commit_is_credited_to_an_edit_that_did_not_touch_it(world: World, seed: int) -> None:
    desk = Desk(world, Random(seed))
    tally = Tally()
    for rev, old, new, dead in play(desk, commits=4):
        tally.add(desk.judge(rev, old, new, dead))
    assert tally.wrong == []
    assert tally.recall > 0.9


def owners(review: Review) -> dict[tuple[str, str], tuple[str, str | None] | None]:
    """Session and model by kind and text, of lines whose text is distinct."""
    return {
        (line.kind, line.content): (line.credit.origin.session_id, line.credit.origin.model_id)
        if line.credit.origin
        else None
        for file in review.files
        for line in file.touched()
        if "value" in line.content
    }


def history(world: World, seed: int, commits: int = 3) -> tuple[Desk, list[str]]:
    """A base on main, and a branch ``topic`` with random work on it; the branch's commits."""
    (world.path / "other.txt").write_text("other\n", encoding="utf-8")
    world.commit("base")
    world.git("checkout", "-qb", "topic")
    desk = Desk(world, Random(seed))
    return desk, [rev for rev, *_ in play(desk, commits)]


@pytest.mark.parametrize("seed", range(3))
def test_amend_rebase_and_cherry_pick_keep_every_owner(world: World, seed: int) -> None:
    desk, revs = history(world, seed)
    desk.write()
    world.git("stash", "-q", "--include-untracked")
    first = [owners(world.review(rev)) for rev in revs]
    assert any(owner is not None for found in first for owner in found.values())
    world.tick(3600)
    world.git("commit", "--amend", "-qm", "amended")
    assert owners(world.review("topic")) == first[-1]
    world.git("checkout", "-q", "main")
    world.person_writes("other.txt", "other\nmore\n")
    world.commit("meanwhile")
    world.tick(3600)
    world.git("checkout", "-q", "topic")
    world.git("rebase", "-q", "main")
    rebased = world.git("rev-list", "--reverse", "main..topic").split()
    assert [owners(world.review(rev)) for rev in rebased] == first
    world.git("checkout", "-qb", "picked", "main")
    world.git("cherry-pick", *rebased)
    picked = world.git("rev-list", "--reverse", "main..picked").split()
    assert [owners(world.review(rev)) for rev in picked] == first


@pytest.mark.parametrize("seed", range(3))
def test_squashing_keeps_the_owner_of_every_line_that_is_left(world: World, seed: int) -> None:
    _, revs = history(world, seed)
    told: dict[str, tuple[str, str | None] | None] = {}
    for rev in revs:
        told |= {text: owner for (kind, text), owner in owners(world.review(rev)).items() if kind == "added"}
    world.git("checkout", "-qf", "main")
    world.git("merge", "-q", "--squash", "topic")
    world.commit("squashed")
    squashed = owners(world.review("main"))
    assert squashed
    assert squashed == {key: told[key[1]] for key in squashed}


@pytest.mark.parametrize("seed", range(3))
def test_work_that_was_stashed_and_came_back_has_the_same_owners(world: World, seed: int) -> None:
    desk, _ = history(world, seed, commits=2)
    world.commit("all of it")
    for _ in range(3):
        desk.agent_edits()
    world.git("add", "-A")
    world.git("stash", "-q")
    world.tick(600)
    world.git("stash", "pop", "-q")
    world.commit("popped")
    popped = owners(world.review())
    world.git("reset", "-q", "--soft", "HEAD^")
    world.commit("at once")
    assert popped == owners(world.review())
    assert all(owner is not None for owner in popped.values())


@pytest.mark.parametrize("seed", range(3))
def test_a_renamed_file_keeps_the_owners_of_what_was_not_committed_before(world: World, seed: int) -> None:
    desk, _ = history(world, seed, commits=2)
    world.commit("all of it")
    desk.agent_edits("contents")
    desk.agent_edits("numbered")
    world.git("checkout", "-qb", "kept")
    world.commit("under its name")
    kept = owners(world.review())
    world.git("checkout", "-qb", "renamed", "HEAD^")
    world.git("checkout", "-q", "kept", "--", PATH)
    world.git("mv", PATH, "moved.txt")
    world.commit("renamed")
    review = world.review()
    assert [file.status for file in review.files] == ["renamed"]
    assert owners(review) == kept
    assert all(owner is not None for owner in kept.values())


@pytest.mark.parametrize("seed", range(3))
def test_another_work_tree_gives_its_branch_the_same_answers(
    world: World, clone_of: Callable[[World, str], Path], seed: int
) -> None:
    desk, _ = history(world, seed, commits=2)
    world.commit("all of it")
    desk.folder = clone_of(world, "side")
    for _ in range(3):
        desk.agent_edits()
    world.tick()
    world.git("commit", "-qam", "on the side", folder=desk.folder)
    side = owners(world.review("side"))
    assert all(owner is not None for owner in side.values())
    world.git("merge", "-q", "--no-ff", "-m", "merged", "side")
    assert owners(world.review()) == side
