"""The words of the command line. Read by hand: argparse alone takes longer than storing a payload."""

from typing import NamedTuple

from byline.errors import UsageError

PAYLOAD_COMMANDS = ("conversation-trace", "diff-trace")
COMMANDS = (*PAYLOAD_COMMANDS, "post-commit")

USAGE = """\
usage: byline-ingest [--db PATH] [--strict] COMMAND

  conversation-trace   store the messages and parts that standard input brings
  diff-trace           store the edit that standard input brings
  post-commit [--vcs git] [--remote-url URL] [--commit REV]
                       attribute a commit of the repository it is run in

Standard input is one JSON document, or JSON Lines: a normalised payload or a raw hook event.
Without --strict it always exits with 0; with it: 2 usage, 3 something rejected or skipped, 4 the
store could not be written. BYLINE_DISABLED=1 turns it off. BYLINE_DB or --db names the store.
"""

_VALUES = {
    "--db": COMMANDS,
    "--vcs": ("post-commit",),
    "--remote-url": ("post-commit",),
    "--commit": ("post-commit",),
}


class Words(NamedTuple):
    """What was asked for: a command (or ``help``) and its options."""

    command: str
    strict: bool = False
    database: str | None = None
    remote_url: str | None = None
    commit: str = "HEAD"


def read_words(words: list[str]) -> Words:
    """Understand the arguments; options may stand before or behind the command, as ``--db=X`` too.

    Raises:
        UsageError: an unknown command or option, or one that lacks its value.
    """
    command: str | None = None
    strict = False
    values: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if word in {"-h", "--help"}:
            return Words("help")
        if word == "--strict":
            strict = True
        elif name in _VALUES:
            values[name] = value if equals else next(rest, "")
            if not values[name]:
                raise UsageError(f"{name} needs a value")
        elif word.startswith("-"):
            raise UsageError(f"unknown option {name}")
        elif command is not None:
            raise UsageError(f"unexpected argument {word!r} behind {command}")
        elif word not in COMMANDS:
            raise UsageError(f"unknown command {word!r}: it is one of {', '.join(COMMANDS)}")
        else:
            command = word
    if command is None:
        raise UsageError(f"a command is missing: one of {', '.join(COMMANDS)}")
    for name in values:
        if command not in _VALUES[name]:
            raise UsageError(f"{name} does not belong to {command}")
    if values.get("--vcs", "git") != "git":
        raise UsageError(f"--vcs {values['--vcs']}: only git is supported")
    return Words(
        command, strict, values.get("--db"), values.get("--remote-url"), values.get("--commit", "HEAD")
    )
