"""The words of a query on the command line."""

import argparse

from byline.errors import UsageError
from byline.query import Query, parse_query
from byline.query.filters import FILTERS


def add_query(parser: argparse.ArgumentParser) -> None:
    """Add ``QUERY`` and the options that stand for filters; see :func:`query_of`."""
    parser.add_argument("query", nargs="*", metavar="QUERY", help="words, phrases and filters")
    parser.add_argument("--agent", action="append", default=[], metavar="A", help="the same as agent:A")
    width = max(map(len, FILTERS)) + 1
    lines = [
        "QUERY: words (or their beginnings), '\"a phrase\"', -without, and filters; -- before a first -word:",
        *(
            f"  {kind.name + ':':<{width}} {kind.meaning}"
            + (f" ({', '.join(kind.values)})" if kind.values else "")
            for kind in FILTERS.values()
        ),
        'Several values: agent:claude,codex. With spaces: label:"to do". Not: -agent:codex.',
    ]
    parser.epilog = "\n".join(lines)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter


def query_of(args: argparse.Namespace) -> Query:
    """The query that was given.

    Raises:
        UsageError: a filter in it makes no sense.
    """
    agents = [f'agent:"{agent}"' for agent in args.agent]
    query = parse_query(" ".join([*args.query, *agents]))
    if query.problems:
        raise UsageError(query.problems[0].message)
    return query
