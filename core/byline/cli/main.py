"""The command ``byline``: parse words, call, turn errors into one line and an exit code."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from byline.cli.help_text import HelpText, examples
from byline.errors import BylineError, UsageError

# Command to the module that registers and runs it: only the modules of words that were given are loaded.
# In the order of `--help`: who wrote it, what was said, keeping the record.
COMMANDS = {
    "show": "byline.cli.show",
    "blame": "byline.cli.blame",
    "why": "byline.cli.why",
    "log": "byline.cli.log",
    "stats": "byline.cli.stats",
    "sessions": "byline.cli.sessions",
    "search": "byline.cli.search",
    "transcript": "byline.cli.transcript",
    "import": "byline.cli.import_command",
    "setup": "byline.cli.setup",
    "doctor": "byline.cli.doctor",
    "config": "byline.cli.config",
    "forget": "byline.cli.forget",
}
_EXAMPLES = (
    "import              # bring in what agents recorded so far",
    "show HEAD           # the last commit, every line with its author",
    "why src/app.py:42   # the prompt, message and call behind a line",
    "                    # the browser",
)
_BROKEN_PIPE = 141
_INTERRUPTED = 130


def main(words: Sequence[str] | None = None) -> int:
    """Run ``byline`` with these words (the process's own by default); the exit code.

    0 fine, 1 failure, 2 usage, 130 interrupted, 141 when the reader of the output went away.
    """
    words = sys.argv[1:] if words is None else words
    try:
        args = _parse(words)
        code = int(args.run(args) or 0)
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
        return _BROKEN_PIPE
    except KeyboardInterrupt:
        return _INTERRUPTED
    except UsageError as error:
        return _fail(error, 2)
    except BylineError as error:
        return _fail(error, 1)
    return code


def _parse(words: Sequence[str]) -> argparse.Namespace:
    """The arguments. What follows ``--`` is kept apart for commands that take paths.

    argparse cannot tell a path behind ``--`` from a revision in front of it.
    """
    if "--" in words:
        dashes = list(words).index("--")
        args, _ = _parser(words).parse_known_args(words[:dashes])
        if getattr(args, "takes_paths", False):
            args = _parser(words).parse_args(words[:dashes])
            args.after_dashes = list(words[dashes + 1 :])
            return args
    return _parser(words).parse_args(words)


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="byline",
        description="Who wrote this line: which coding agent, session, model and prompt. "
        "Without a command: open the browser.",
        epilog=f"{examples(*_EXAMPLES)}\n\n`byline COMMAND --help` tells more.",
        formatter_class=HelpText,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    _add_common(parser, database=None, colour="auto")
    parser.add_argument("--demo", action="store_true", help="open the browser on bundled demo data")
    parser.set_defaults(run=_browse)
    commands: argparse._SubParsersAction[argparse.ArgumentParser] = parser.add_subparsers(
        metavar="COMMAND", title="commands", parser_class=_Command
    )
    named = [word for word in COMMANDS if word in words] or COMMANDS
    for name in named:
        import_module(COMMANDS[name]).register(commands)
    for command in commands.choices.values():
        command.formatter_class = HelpText
        # Behind a command as well as before it: only what is given there overrides.
        _add_common(command, database=argparse.SUPPRESS, colour=argparse.SUPPRESS)
    return parser


def _add_common(parser: argparse.ArgumentParser, *, database: str | None, colour: str) -> None:
    """The words that every command takes, with these defaults."""
    parser.add_argument(
        "--db",
        metavar="PATH",
        default=database,
        help="the store to use (default: $BYLINE_DB, else in the data folder)",
    )
    parser.add_argument(
        "--color",
        choices=("auto", "always", "never"),
        default=colour,
        help="when to colour (default: auto)",
    )


class _Command(argparse.ArgumentParser):
    """A command's words: options may stand before, between and behind the others."""

    _is_mixing = False

    def parse_known_args(  # type: ignore[override] # the overloads of typeshed say no more than this
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse, by way of argparse's own method for it, which comes back here.

        That method loses a ``--``: where there is one the words must be in argparse's own order.
        """
        if self._is_mixing or "--" in (args or ()):
            return super().parse_known_args(args, namespace)
        self._is_mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_mixing = False


class _Version(argparse.Action):
    """Print the version; the package's metadata is read only then."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,  # noqa: ARG002 - argparse's signature
        values: object,  # noqa: ARG002
        option_string: str | None = None,  # noqa: ARG002
    ) -> None:
        """Print it and exit with 0."""
        from byline import __version__  # noqa: PLC0415 - see the class

        parser.exit(message=f"byline {__version__}\n")


def _browse(args: argparse.Namespace) -> int:
    from byline.cli.browse import run  # noqa: PLC0415 - loads the browser, which no command needs

    return run(args)


def _fail(error: BylineError, code: int) -> int:
    from byline.text import safe_line  # noqa: PLC0415 - only for an error

    print(f"byline: {safe_line(str(error))}", file=sys.stderr)
    return code


def _forget_output() -> None:
    """Keep Python from reporting the broken pipe again when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
