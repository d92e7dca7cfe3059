"""The query language of lists and searches: words, phrases, negation and filters, as values.

A room of its own, without dependencies on other rooms, because three of them read it: the store searches with
a :class:`~byline.query.model.Query`, the command line parses one, and the browser colours and completes it
while it is typed. Pure functions; any text is a valid query.

* :func:`parse_query` — a text to a :class:`Query` with the place of every token and what is wrong with it;
* :func:`complete` — what could stand at the cursor;
* :class:`Matcher` — where a text says what a query asks for, and a snippet around it.
"""

from byline.query.complete import Suggestion, complete
from byline.query.match import Matcher, Snippet
from byline.query.model import Filter, Problem, Query, Span, Term, Token
from byline.query.parse import parse_query

__all__ = [
    "Filter",
    "Matcher",
    "Problem",
    "Query",
    "Snippet",
    "Span",
    "Suggestion",
    "Term",
    "Token",
    "complete",
    "parse_query",
]
