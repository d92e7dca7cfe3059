"""A :class:`~byline.query.Query` as SQL: conditions on sessions, on parts, and FTS5's expression for its
words.

Raw SQL: these statements run at every keystroke. Values are always bound; nothing of what was typed gets into
a statement, and FTS5 sees quoted strings only."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from byline.query import Filter, Query, Term
from byline.query.filters import FILTERS, PART_FILTERS
from byline.store.text_form import storable
from byline.wording import short_repository

IS_HIDDEN = "(s.hidden OR EXISTS (SELECT 1 FROM sessions up WHERE up.id = s.parent_id AND up.hidden))"
"""Hidden by a person, itself or the session that started it."""

IS_AUTOMATED = """(s.parent_id IS NULL AND s.messages > 0 AND (s.prompts = 0 OR (
  s.prompts = 1 AND s.title_source IS 'prompt' AND (s.title LIKE 'You are %' OR s.title LIKE 'Warmup%'))))"""
"""Nobody typed a prompt in it, or the only one is a program's: it tells the model who it is."""

IS_ONE_SHOT = "(s.parent_id IS NULL AND s.messages > 0 AND s.prompts <= 1 AND s.edits = 0)"
"""One prompt, answered without an edit. What is automated is that first."""

JOIN_MESSAGE = " LEFT JOIN messages m ON m.session_id = p.session_id AND m.message_id = p.message_id"

_LAST = "\U0010ffff"


@dataclass(slots=True)
class Conditions:
    """SQL conditions joined by AND, with the values for their question marks."""

    clauses: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, clause: str, *values: object) -> None:
        """One more that must hold."""
        self.clauses.append(clause)
        self.values += values

    def say(self, expression: str, tables: str, index: str = "parts_fts") -> str:
        """Ask that part ``p`` of ``tables`` says an FTS5 expression as well; the tables for that.

        ``index`` is the full-text index to look in: ``parts_fts``, or ``newest``.
        """
        self.clauses[:0] = [f"f.{index} MATCH ?", "p.id = f.rowid"]
        self.values[:0] = [expression]
        # CROSS JOIN: SQLite looks for the words first, they are rarer than the kinds of parts.
        return f"{index} f CROSS JOIN {tables}"

    def where(self) -> str:
        """`` WHERE …``, or nothing."""
        return " WHERE " + " AND ".join(self.clauses) if self.clauses else ""


def match_expression(terms: Iterable[Term]) -> str:
    """FTS5's expression for parts that say all of the terms; empty when it could find none of them."""
    return " AND ".join(
        '"' + bindable(term.text).replace('"', '""') + '"' + ("*" if term.prefix else "")
        for term in terms
        if term.has_token
    )


def bindable(text: str) -> str:
    """What was typed as SQLite can take it: no surrogates and no NUL, which would end an FTS5 expression."""
    return storable(text).replace("\0", " ")


def session_conditions(connection: sqlite3.Connection, query: Query, *, without: str = "") -> Conditions:
    """What the query's filters ask of a session (``s``), but for those with the name ``without``."""
    conditions = Conditions()
    for name in FILTERS:
        given = query.named(name)
        if name == without or name in PART_FILTERS or not given:
            continue
        _add_filters(conditions, given, partial(_of_session, connection, name))
    return conditions


def part_conditions(query: Query) -> Conditions:
    """What the query's filters ask of a part (``p``) and its message (``m``)."""
    conditions = Conditions()
    for name in PART_FILTERS:
        _add_filters(conditions, query.named(name), partial(_of_part, name))
    return conditions


_Clause = tuple[str, list[object]]


def _add_filters(
    conditions: Conditions, filters: Sequence[Filter], clause_of: Callable[[str], _Clause]
) -> None:
    wanted = [each for each in filters if not each.negated]
    if wanted and not FILTERS[wanted[0].name].is_many and wanted[0].time_ms is None:
        # A session has one agent: given twice, either will do.
        values = tuple(value for each in wanted for value in each.values)
        wanted = [Filter(wanted[0].name, values, False, wanted[0].span)]
    for each in [*wanted, *(each for each in filters if each.negated)]:
        values = (str(each.time_ms),) if each.time_ms is not None else each.values
        clauses = [clause_of(bindable(value)) for value in values]
        either = " OR ".join(clause for clause, _ in clauses)
        bound = [value for _, values in clauses for value in values]
        conditions.add(f"NOT COALESCE(({either}), 0)" if each.negated else f"({either})", *bound)


def _of_session(connection: sqlite3.Connection, name: str, value: str) -> _Clause:
    if name == "repo":
        return _repository(connection, value)
    if name in {"since", "until"}:
        return _ACTIVE[name], [int(value)]
    if name in {"has", "is"}:
        return (_HAS if name == "has" else _IS)[value], []
    return _BY_NAME[name](value)


def _agent(value: str) -> _Clause:
    return "s.agent BETWEEN ? AND ?", [value.lower(), value.lower() + _LAST]


def _model(value: str) -> _Clause:
    # The first condition spares SQLite the JSON of those that cannot have it.
    clause = (
        "(s.models LIKE ? ESCAPE '\\'"
        " AND EXISTS (SELECT 1 FROM json_each(s.models) WHERE value LIKE ? ESCAPE '\\'))"
    )
    return clause, [f"%{_escaped(value)}%"] * 2


def _branch(value: str) -> _Clause:
    if _is_pattern(value):
        return "s.branch GLOB ?", [value]
    return "s.branch LIKE ? ESCAPE '\\'", [f"{_escaped(value)}%"]


def _label(value: str) -> _Clause:
    # Few have labels: SQLite need not look into the others' JSON.
    labels = (
        "SELECT l.id FROM sessions l, json_each(l.labels) WHERE l.labels <> '[]' AND value = ? COLLATE NOCASE"
    )
    return f"s.id IN ({labels})", [value]


_ACTIVE = {"since": "s.updated_ms >= ?", "until": "COALESCE(s.started_ms, s.updated_ms) <= ?"}
_HAS = {
    "edits": "s.edits > 0",
    "errors": "EXISTS (SELECT 1 FROM parts e WHERE e.session_id = s.id AND e.status = 'error')",
    "questions": "EXISTS (SELECT 1 FROM parts e WHERE e.session_id = s.id AND e.type = 'question')",
    "files": "EXISTS (SELECT 1 FROM parts e WHERE e.session_id = s.id AND e.type = 'file')",
    "commits": "s.id IN (SELECT key FROM post_commit_patch_intersections, json_each(counts, '$.sessions'))",
}
_IS = {
    "subagent": "s.parent_id IS NOT NULL",
    "starred": "s.starred",
    "hidden": IS_HIDDEN,
    "automated": IS_AUTOMATED,
    "oneshot": f"({IS_ONE_SHOT} AND NOT {IS_AUTOMATED})",
    "missing": "s.source_missing_since IS NOT NULL",
}


def _of_part(name: str, value: str) -> _Clause:
    if name == "role":
        if value == "injected":
            return "m.kind IS NOT NULL", []
        return "(COALESCE(m.role, 'assistant') = ? AND m.kind IS NULL)", [value]
    if name == "tool":
        return "p.tool = ? COLLATE NOCASE", [value]
    return "p.type = ?", [value]


def _repository(connection: sqlite3.Connection, value: str) -> _Clause:
    """Its name contains the value or its identity ends with it; else the folder's name contains it."""
    wanted = value.lower().removesuffix("/")
    ids = [
        row[0]
        for row in connection.execute("SELECT id, identity FROM repositories")
        if wanted in short_repository(row[1]).lower() or row[1].lower().removesuffix(".git").endswith(wanted)
    ]
    folders = [
        row[0] for row in connection.execute(_LOOSE_FOLDERS) if wanted in short_repository(row[0]).lower()
    ]
    clause = (
        f"(s.repository_id IN ({', '.join('?' * len(ids))})"
        " OR (s.repository_id IS NULL AND s.cwd IN (SELECT value FROM json_each(?))))"
    )
    return clause, [*ids, json.dumps(folders)]


_LOOSE_FOLDERS = "SELECT DISTINCT cwd FROM sessions WHERE repository_id IS NULL AND cwd IS NOT NULL"


def _file(value: str) -> _Clause:
    """By the index on names: the whole name, its beginning, the end of a path, or a pattern."""
    path = value.replace("\\", "/").removeprefix("./")
    folder, _, name = path.rpartition("/")
    if _is_pattern(path):
        if not folder:
            condition, values = "basename GLOB ?", [name]
        else:
            condition, values = "(path GLOB ? OR path GLOB ?)", [path, f"*/{path.removeprefix('/')}"]
    elif not folder:
        condition, values = "basename BETWEEN ? AND ?", [name, name + _LAST]
    elif not name:
        end = f"%/{_escaped(path.removeprefix('/'))}%"
        condition, values = "'/' || path LIKE ? ESCAPE '\\'", [end]
    else:
        end = f"%/{_escaped(path.removeprefix('/'))}"
        condition = "basename = ? AND '/' || replace(path, '\\', '/') LIKE ? ESCAPE '\\'"
        values = [name, end]
    return f"s.id IN (SELECT session_id FROM diff_traces WHERE {condition})", list[object](values)


_BY_NAME: dict[str, Callable[[str], _Clause]] = {
    "agent": _agent,
    "model": _model,
    "branch": _branch,
    "label": _label,
    "file": _file,
}


def _is_pattern(value: str) -> bool:
    return any(char in value for char in "*?[")


def _escaped(value: str) -> str:
    r"""For LIKE with ``ESCAPE '\'``."""
    return value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
