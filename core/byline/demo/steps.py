"""What can happen in the story, as values. Texts of code are whole lines; see :mod:`byline.demo.play`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A session of the story. ``model`` is what it starts with; ``parent`` the key of its parent."""

    key: str
    agent: str
    native_id: str
    title: str
    model: str
    version: str
    parent: str | None = None


# What a person says to an agent, and what the agent does.


@dataclass(frozen=True, slots=True)
class Prompt:
    """A person's message; the next steps answer it."""

    text: str


@dataclass(frozen=True, slots=True)
class Think:
    """The model's reasoning."""

    text: str


@dataclass(frozen=True, slots=True)
class Say:
    """What the model writes to the person."""

    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """A shell command that changes no file, and what it printed."""

    command: str
    output: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Reading a file; the output is what the file holds at that moment."""

    path: str


@dataclass(frozen=True, slots=True)
class Write:
    """A new file."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the one place where ``old`` stands. With ``refused`` the call failed, saying so."""

    path: str
    old: str
    new: str
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to the person, and the answer."""

    question: str
    options: tuple[str, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Switch:
    """From here on the session runs on another model."""

    model: str


@dataclass(frozen=True, slots=True)
class Delegate:
    """A sub-agent does the steps in a session of its own and reports ``answer``."""

    actor: str
    description: str
    prompt: str
    steps: "tuple[AgentStep, ...]"
    answer: str


AgentStep = Prompt | Think | Say | Run | Look | Write | Edit | Ask | Switch | Delegate

# What a person does to the files, unrecorded.


@dataclass(frozen=True, slots=True)
class Types:
    """A person replaces ``old`` by ``new``, makes the file if there is none, or appends without ``old``."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Rewords:
    """A person changes a word or two in lines that stay recognisable, line for line."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Formats:
    """A formatter re-indents, wraps or joins lines of one author; no token changes."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Moves:
    """A person cuts ``block`` out and pastes it at the end of another file."""

    path: str
    block: str
    to: str


@dataclass(frozen=True, slots=True)
class Renames:
    """``git mv``."""

    path: str
    to: str


@dataclass(frozen=True, slots=True)
class Places:
    """A person adds a binary file."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class MakesExecutable:
    """``chmod +x``."""

    path: str


@dataclass(frozen=True, slots=True)
class Commits:
    """Everything is committed."""

    subject: str
    author: str = "Mia Keller <mia@example.com>"
    body: str = ""


@dataclass(frozen=True, slots=True)
class Stages:
    """The files as they are become the index; what follows is only in the work tree."""


PersonStep = Types | Rewords | Formats | Moves | Renames | Places | MakesExecutable | Commits | Stages


@dataclass(frozen=True, slots=True)
class Scene:
    """Steps in a row. It begins ``days`` before the story's last day at ``clock`` (``HH:MM``, UTC).

    ``actor`` is the key of the session that speaks, None when only people act. Every step takes its time.
    """

    days: int
    clock: str
    actor: str | None
    steps: tuple[AgentStep | PersonStep, ...]
