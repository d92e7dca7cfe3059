"""The words of a query on the command line."""

import argparse

from byline.errors import UsageError
from byline.query import Query, parse_query
from byline.query.filters import FILTERS


def add_query(parser: argparse.ArgumentParser) -> None:
    """Add ``QUERY`` and the options that stand for filters, and explain it before what the epilog has.

    See :func:`query_of`.
    """
    parser.add_argument("query", nargs="*", metavar="QUERY", help="words, phrases and filters: see below")
    parser.add_argument(
        "--agent", action="append", default=[], metavar="AGENT", help="the same as agent:AGENT"
    )
    width = max(map(len, FILTERS)) + 1
    lines = [
        'QUERY: words (or how they begin), "a phrase", -without, and filters. Quote it for the shell.',
        *(
            f"  {kind.name + ':':<{width}} {kind.meaning}"
            + (f" ({', '.join(kind.values)})" if kind.values else "")
            for kind in FILTERS.values()
        ),
        'Several: agent:claude,codex. With a space: label:"to do". Not: -agent:codex.',
        "-- goes before a query that begins with a minus.",
    ]
    parser.epilog = "\n".join([*lines, "", parser.epilog or ""])


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
