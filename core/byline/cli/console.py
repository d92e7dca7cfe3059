"""Rich's console, which takes a reader that went away for what it is."""

from rich.console import Console


class PipeConsole(Console):
    """A console that lets :class:`BrokenPipeError` through, where Rich's own exits with 1."""

    def on_broken_pipe(self) -> None:
        """Raise it again: the pager's end is no failure, a closed pipe exits with 141."""
        raise BrokenPipeError
