"""How ``--help`` is set: paragraphs are filled to the terminal's width, indented lines stay as they are."""

import argparse


class HelpText(argparse.HelpFormatter):
    """Each line of a description or epilog is a paragraph; one that begins with a space is kept as it is."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        # What argparse's own formatters override; there is no public place for it.
        from textwrap import fill  # noqa: PLC0415 - only help needs it

        return "\n".join(
            line
            if line.startswith(" ")
            else fill(line, width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
            for line in text.split("\n")
        )


def examples(*lines: str) -> str:
    """An epilog that shows how a command is called."""
    return "\n".join(["examples:", *(f"  byline {line}" for line in lines)])
