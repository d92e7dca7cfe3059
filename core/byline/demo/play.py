"""Play the story: scenes in order, agents' steps recorded, persons' not, commits as snapshots."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from byline.demo.conversation import Clock, Conversation, Records, session_of
from byline.demo.files import Author, File, Mode, Tree
from byline.demo.steps import (
    Actor,
    AgentStep,
    Commits,
    Delegate,
    Formats,
    MakesExecutable,
    Moves,
    PersonStep,
    Places,
    Prompt,
    Renames,
    Rewords,
    Scene,
    Stages,
    Types,
)
from byline.patch import Match

PERSON_SECONDS = 50
"""How long a person takes for one thing."""

Files = dict[str, tuple[Mode, bytes]]
"""Path to mode and content."""


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """The truth about a line of a file: who wrote it (None: a person), and what was done to it since."""

    text: str
    author: Author | None
    match: Match | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A commit of the story (or the index, or the work tree) and the truth about it.

    ``lines`` has every line of every text file; ``removed`` what was taken out since the commit
    before, by path, with who did it.
    """

    subject: str
    body: str
    author: str
    time_ms: int
    files: Files
    lines: dict[str, tuple[WrittenLine, ...]]
    removed: dict[str, tuple[tuple[str, Author | None], ...]]


@dataclass(frozen=True, slots=True)
class Performance:
    """What came of the story. ``index`` and ``worktree`` are the state after the last commit."""

    records: Records
    commits: tuple[Snapshot, ...]
    index: Snapshot
    worktree: Snapshot


class Player:
    """Plays scenes against files that really change."""

    def __init__(self, cast: Iterable[Actor], cwd: str, last_day: datetime) -> None:
        self._cast = {actor.key: actor for actor in cast}
        self._cwd = cwd
        self._midnight = last_day.replace(hour=0, minute=0, second=0, microsecond=0)
        self._tree = Tree()
        self._clock = Clock(0)
        self._records = Records()
        self._conversations: dict[str, Conversation] = {}
        self._commits: list[Snapshot] = []
        self._index: Snapshot | None = None

    def play(self, scenes: Iterable[Scene]) -> Performance:
        """Play every scene.

        Raises:
            ValueError: a step does not fit the files as they are then: the story is wrong.
        """
        for scene in scenes:
            hours, minutes = (int(number) for number in scene.clock.split(":"))
            start = self._midnight - timedelta(days=scene.days) + timedelta(hours=hours, minutes=minutes)
            self._clock.now_ms = max(self._clock.now_ms, int(start.timestamp()) * 1000)
            for step in scene.steps:
                if isinstance(step, PersonStep):
                    self._person(step)
                elif scene.actor is not None:
                    self._agent(scene.actor, step)
        worktree = self._snapshot(Commits("Work tree"))
        return Performance(self._records, tuple(self._commits), self._index or worktree, worktree)

    def _agent(self, key: str, step: AgentStep) -> None:
        conversation = self._conversation(key)
        if isinstance(step, Delegate):
            # The parent's call has its place before the child's steps and ends with the child's answer.
            conversation.play(step)
            child = self._conversation(step.actor)
            child.play(Prompt(step.prompt))
            for own in step.steps:
                child.play(own)
        else:
            conversation.play(step)

    def _conversation(self, key: str) -> Conversation:
        if key not in self._conversations:
            actor = self._cast[key]
            parent = self._conversation(actor.parent).session.id if actor.parent else None
            session = session_of(actor, self._cwd, parent)
            self._records.sessions.append(session)
            self._conversations[key] = Conversation(actor, session, self._tree, self._clock, self._records)
        return self._conversations[key]

    def _person(self, step: PersonStep) -> None:
        self._clock.wait(PERSON_SECONDS)
        match step:
            case Types(path, old, new):
                self._tree.replace(path, old, new, None)
            case Rewords(path, old, new):
                self._tree.alter(path, old, new, "edited")
            case Formats(path, old, new):
                self._tree.alter(path, old, new, "reformatted")
            case Moves(path, block, to):
                self._tree.move(path, block, to)
            case Renames(path, to):
                self._tree.rename(path, to)
            case Places(path, data):
                self._tree.files[path] = File(data=data)
            case MakesExecutable(path):
                self._tree.files[path].mode = "100755"
            case Stages():
                self._index = self._snapshot(Commits("Index"))
            case Commits():
                self._commits.append(self._snapshot(step))
                self._tree.settle()

    def _snapshot(self, step: Commits) -> Snapshot:
        lines = {
            path: tuple(WrittenLine(line.text, line.author, line.match) for line in file.lines)
            for path, file in self._tree.files.items()
            if file.data is None
        }
        return Snapshot(
            step.subject,
            step.body,
            step.author,
            self._clock.now_ms,
            {path: (file.mode, file.content()) for path, file in self._tree.files.items()},
            lines,
            {path: tuple(gone) for path, gone in self._tree.removed.items() if gone},
        )
