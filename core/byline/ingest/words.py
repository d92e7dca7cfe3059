"""The words of the command line. Read by hand: argparse alone takes longer than storing a payload."""

from byline.errors import UsageError
from byline.frozen import dataclass

PAYLOAD_COMMANDS = ("conversation-trace", "diff-trace", "hook")
COMMANDS = (*PAYLOAD_COMMANDS, "post-commit", "post-rewrite", "commit-msg", "drain", "replay")

USAGE = """\
usage: byline-ingest [--db PATH] [--strict] [--verbose] COMMAND

  conversation-trace   store the messages and parts that standard input brings
  diff-trace           store the edit that standard input brings
  hook --agent NAME    store all that an agent's raw hook event tells:
                       conversation, edit, session; around a shell call it
                       looks at what changes in the work tree
                       (these three: --defer puts it aside and returns; it is
                       stored within a second)
  post-commit [--vcs git] [--remote-url URL] [--commit REV] [--defer]
                       attribute a commit of the repository it is run in;
                       with --defer within a second
  post-rewrite METHOD  attribute the commits that amend or rebase made;
                       git's pairs are standard input
  commit-msg FILE      add the configured trailer when an agent wrote a
                       staged line
  drain                store what was put aside
  replay [--discard]   try the payloads again that were rejected; --discard
                       drops those that are again

Standard input is one JSON document, or JSON Lines: a normalised payload or a
raw hook event. Without --strict it always exits with 0; with it: 2 usage, 3
something rejected or skipped, 4 the store could not be written.

BYLINE_DISABLED=1 turns it off. BYLINE_DB or --db names the store. On a machine
with far too much to do it puts payloads aside as --defer does, but for
--strict and BYLINE_DEFER=never.
"""

_VALUES = {
    "--db": COMMANDS,
    "--agent": ("hook",),
    "--vcs": ("post-commit",),
    "--remote-url": ("post-commit",),
    "--commit": ("post-commit",),
}
_ARGUMENTS = {"post-rewrite": "METHOD", "commit-msg": "FILE"}


@dataclass(frozen=True, slots=True)
class Words:
    """What was asked for: a command (or ``help``), its options, and the argument that some take."""

    command: str
    strict: bool = False
    database: str | None = None
    remote_url: str | None = None
    commit: str = "HEAD"
    agent: str | None = None
    defer: bool = False
    verbose: bool = False
    argument: str | None = None
    discard: bool = False

    def kind(self) -> str:
        """What a payload is kept under: the command, with the agent of raw events."""
        return self.command if self.agent is None else f"{self.command} --agent {self.agent}"


def read_words(words: list[str]) -> Words:
    """Understand the arguments; options may stand before or behind the command, as ``--db=X`` too.

    Raises:
        UsageError: an unknown command or option, or one that lacks its value.
    """
    command: str | None = None
    argument: str | None = None
    flags = {"--strict": False, "--defer": False, "--verbose": False, "--discard": False}
    values: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if word in {"-h", "--help"}:
            return Words("help")
        if word in flags:
            flags[word] = True
        elif name in _VALUES:
            values[name] = value if equals else next(rest, "")
            if not values[name]:
                raise UsageError(f"{name} needs a value")
        elif word.startswith("-"):
            raise UsageError(f"unknown option {name}")
        elif command in _ARGUMENTS and argument is None:
            argument = word
        elif command is not None:
            raise UsageError(f"unexpected argument {word!r} behind {command}")
        elif word not in COMMANDS:
            raise UsageError(f"unknown command {word!r}: it is one of {', '.join(COMMANDS)}")
        else:
            command = word
    if command is None:
        raise UsageError(f"a command is missing: one of {', '.join(COMMANDS)}")
    _check(command, argument, values, flags)
    return Words(
        command,
        flags["--strict"],
        values.get("--db"),
        values.get("--remote-url"),
        values.get("--commit", "HEAD"),
        values.get("--agent"),
        flags["--defer"],
        flags["--verbose"],
        argument,
        flags["--discard"],
    )


def _check(command: str, argument: str | None, values: dict[str, str], flags: dict[str, bool]) -> None:
    """Raise UsageError for words that do not go together."""
    for name in values:
        if command not in _VALUES[name]:
            raise UsageError(f"{name} does not belong to {command}")
    if command in _ARGUMENTS and argument is None:
        raise UsageError(f"{command} needs its {_ARGUMENTS[command]}")
    if command == "hook" and "--agent" not in values:
        raise UsageError("hook needs --agent NAME")
    if flags["--defer"] and command not in (*PAYLOAD_COMMANDS, "post-commit"):
        raise UsageError(f"--defer does not belong to {command}")
    if flags["--discard"] and command != "replay":
        raise UsageError(f"--discard does not belong to {command}")
    if values.get("--vcs", "git") != "git":
        raise UsageError(f"--vcs {values['--vcs']}: only git is supported")
