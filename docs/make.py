"""Write the references in this folder from the code: the keys of every ``--json``, and the query language.

    python docs/make.py [FOLDER]

A key is documented where its JSON is built: ``Annotated[type, meaning]`` in a ``TypedDict``, and for one
that is not always there ``NotRequired[Annotated[type, meaning, when it is there]]``. ``mypy`` holds the
builders to these types, and ``tests/test_docs.py`` holds what the commands print, and these files, to them.
"""

import enum
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from byline.cli.config import SettingJson
from byline.cli.conversation import ConversationJson
from byline.cli.forget import ForgottenJson
from byline.cli.search import HitJson
from byline.cli.sessions import SessionJson
from byline.cli.setup import SetupJson
from byline.config_file import config_schema
from byline.doctor.finding import FindingJson
from byline.history.summary import SummaryJson as ImportedJson
from byline.query.filters import FILTERS, PART_FILTERS
from byline.query.parse import SHORTEST_PREFIX, TERMS_LIMIT
from byline.review.blame import BlamedLineJson
from byline.review.contenders import OUTCOMES
from byline.review.json_form import ReviewJson
from byline.review.log import CommitJson
from byline.review.reasons import ASSUMED, MATCHES, REASONS
from byline.review.why_json import WhyJson
from byline.statistics.json_form import StatisticsJson


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a JSON object. ``kind`` is its type, ``when`` it is there; None is always."""

    name: str
    kind: object
    meaning: str
    when: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """What one command prints: ``form`` is the type of an object, and ``shape`` says how many there are."""

    command: str
    shape: str
    form: type


LISTINGS = (
    Listing(
        "show [REV|A..B] --json",
        "One object for a revision, `--staged` and `--worktree`; for a range an array, oldest first.",
        ReviewJson,
    ),
    Listing("blame FILE [REV] --json", "An array, an object per line of the file.", BlamedLineJson),
    Listing("why FILE:LINE [REV|A..B] --json", "One object.", WhyJson),
    Listing("log [REV|A..B] --json", "An array, an object per commit, newest first.", CommitJson),
    Listing("stats [REV|A..B] --json", "One object.", StatisticsJson),
    Listing("sessions [QUERY] --json", "An array, an object per session, newest first.", SessionJson),
    Listing(
        "search QUERY --json",
        "An array, an object per place, the sessions newest first. A session found by its title or id alone "
        "is one object of the type `title`.",
        HitJson,
    ),
    Listing(
        "transcript SESSION --json",
        "One object. Keys and passwords are covered without `--no-mask`.",
        ConversationJson,
    ),
    Listing("import [PATH…] --json", "One object.", ImportedJson),
    Listing("setup --json", "One object. Nothing is done without `--yes`.", SetupJson),
    Listing("doctor --json", "An array, an object per finding.", FindingJson),
    Listing("config [KEY] --json", "An array, an object per key.", SettingJson),
    Listing("forget SESSION… --yes --json", "One object.", ForgottenJson),
)

INGEST_KEYS = {
    "conversation-trace": (
        "attempted",
        "persisted_messages",
        "persisted_parts",
        "updated",
        "duplicates",
        "skipped",
    ),
    "diff-trace": ("attempted", "persisted_edits", "updated", "duplicates", "skipped"),
}
INGEST_MEANINGS = {
    "attempted": "items in the payload; the other numbers add up to it",
    "persisted_messages": "messages that were not there before",
    "persisted_parts": "parts that were not there before",
    "persisted_edits": "edits that were not there before",
    "updated": "items that were there and told something new",
    "duplicates": "items that were there already",
    "skipped": "items that could not be stored; each is named on standard error with its reason",
}

EXAMPLES = {
    "retry upload": "both words, or longer ones that begin so, in one message or call",
    '"make uploads survive"': "these words, one after the other",
    "retry -flaky": "says `retry`, and not `flaky`",
    "agent:claude,codex since:7d": "Claude Code or Codex, active in the last seven days",
    "model:opus has:edits -is:subagent": "a model with `opus` in its name; edited files; no sub-agent",
    "repo:uploader branch:feature/* file:src/retry.py": "by where the work was done",
    'label:"to do" is:starred': "a value with a space is quoted",
    "role:user until:2026-01-31 timeout": "a person said `timeout`, in a session begun by the end of January",
    "tool:Bash pytest": "a call of this tool that says `pytest`",
}


VALUES = {
    "has": {
        "edits": "that edited files",
        "errors": "with a tool call that failed",
        "questions": "in which the agent asked a question with answers to choose from",
        "files": "that were given files",
        "commits": "with lines in commits that were read with their authors",
    },
    "is": {
        "subagent": "that another session began",
        "starred": "that you starred in the browser",
        "hidden": "that you hid in the browser; lists leave them out but for this filter",
        "automated": "in which nobody typed a prompt, or the only one is a program's",
        "oneshot": "with one prompt, answered without an edit",
        "missing": "whose file the agent has deleted since",
    },
}
"""What the values of these filters mean."""

_JSON_HEAD = """\
# The JSON of every command

Made by `python docs/make.py` from the code: edit it there.

- UTF-8, not escaped but for what a terminal would obey when standard output is one.
- Keys whose name ends in `_ms` are Unix milliseconds; git's own times are seconds.
- Every key is always there, null where its meaning says so, but those that say *only*.
- New keys may come: a reader ignores those it does not know.
- A command that fails prints one line on standard error, and ends with 1, or with 2 where its words make no
  sense. (`doctor` and `setup` end with 1 after their JSON when they found a problem, or left a file alone.)
- `byline show --trace` prints Agent Trace 0.1.0 records instead, whose schema is not Byline's.
"""

_QUERY_HEAD = f"""\
# The query language

Made by `python docs/make.py` from the code: edit it there.

One language for `byline sessions`, `byline search` and the browser. Any text is a query; spaces separate its
pieces, and all of them must hold.

- A **word** is found whatever its case and accents. From {SHORTEST_PREFIX} letters on it also finds
  longer words that begin so; the last word of a query does from {SHORTEST_PREFIX - 1}, as one with `*` does.
- A **phrase** in quotes, `"like this"`, is found as it is.
- All words and phrases must be said in one message or tool call (its input or output), or in the title; some
  may be in the title and the others in one message.
- A **minus** before a word or phrase leaves out sessions that say it anywhere, before a filter those that
  have it. On the command line `--` goes before a query that begins with one.
- A **filter** is `name:value`. Of several values, separated by commas, one must hold. One with a space or a
  comma is quoted: `label:"to do",later`. What names no filter is a word: `std::move`, `app.py:42`.
- A filter given twice must hold twice where a session can have several values (*both* below); else *either*
  will do.
- A session's id, or eight letters of its beginning, finds that session.
- Of a long text the first {TERMS_LIMIT} different words and phrases are looked for.

## Filters
"""

_TIMES = (
    "among sessions. A time is a date (`2026-01-31`), with a time (`2026-01-31T14:30`), `today`, `yesterday`",
    'or an age (`30m`, `12h`, `7d`, `2w`, `"2 weeks ago"`), in your own time zone; it takes no minus.',
    "",
)


def keys_of(form: type) -> list[Key]:
    """The keys of a ``TypedDict`` in their order.

    Raises:
        TypeError: a key has no meaning.
    """
    return [_key(name, hint) for name, hint in get_type_hints(form, include_extras=True).items()]


def _key(name: str, hint: object) -> Key:
    is_optional = get_origin(hint) is NotRequired
    inner = get_args(hint)[0] if is_optional else hint
    kind, *said = get_args(inner)
    if get_origin(inner) is not Annotated or len(said) != 1 + is_optional:
        raise TypeError(f"{name} needs a meaning, and one that is not always there says when it is")
    return Key(name, kind, said[0], said[1] if is_optional else None)


def nested(form: type) -> list[type]:
    """The objects in an object, each once and before those in it."""
    found: list[type] = []
    for key in keys_of(form):
        for each in _objects(key.kind):
            found += [inner for inner in (each, *nested(each)) if inner not in found]
    return found


def _objects(kind: object) -> Iterator[type]:
    if isinstance(kind, type) and is_typeddict(kind):
        yield kind
    for each in get_args(kind):
        yield from _objects(each)


def words(kind: object) -> str:
    """A type as the documentation names it.

    Raises:
        TypeError: there is no word for it.
    """
    if isinstance(kind, type) and is_typeddict(kind):
        return f"[{_name(kind)}](#{_anchor(_name(kind))})"
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return " ".join(f"`{member.value}`" for member in kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return " ".join(f"`{json.dumps(value) if value is True else value}`" for value in inner)
    if origin in {Union, UnionType}:
        return " or ".join(words(each) for each in inner)
    if origin is list:
        return f"array of {words(inner[0])}"
    if origin is dict:
        return f"object of {words(inner[1])}"
    plain: dict[object, str] = {
        str: "text",
        int: "integer",
        float: "number",
        bool: "boolean",
        object: "any",
        NoneType: "null",
    }
    for known, word in plain.items():
        if kind is known:
            return word
    raise TypeError(f"there is no word for {kind}")


def _name(form: type) -> str:
    """``SideCountsJson`` is documented as ``SideCounts``."""
    return form.__name__.removesuffix("Json")


def _anchor(heading: str) -> str:
    """The fragment that a heading gets on GitHub and its like."""
    kept = "".join(char for char in heading.lower() if char.isalnum() or char in "-_ ")
    return kept.replace(" ", "-")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"
    yield ""


def _object_table(form: type) -> Iterator[str]:
    rows = [
        (f"`{key.name}`", words(key.kind), key.meaning + (f" (only {key.when})" if key.when else ""))
        for key in keys_of(form)
    ]
    yield from _table(("key", "type", "meaning"), rows)


def json_document() -> str:
    """``json.md``."""
    return "\n".join(_json_lines())


def _json_lines() -> Iterator[str]:
    yield from _JSON_HEAD.split("\n")
    shared: list[type] = []
    for listing in LISTINGS:
        yield from (f"## byline {listing.command}", "", listing.shape, "")
        yield from _object_table(listing.form)
        for each in nested(listing.form):
            if each not in shared:
                shared.append(each)
    yield from _ingest_lines()
    yield from ("# The objects in them", "")
    listed = {listing.form for listing in LISTINGS}
    for form in shared:
        yield from (f"## {_name(form)}", "", form.__doc__ or "", "")
        if form in listed:
            command = next(listing.command for listing in LISTINGS if listing.form is form)
            yield from (f"See [byline {command}](#{_anchor(f'byline {command}')}).", "")
        else:
            yield from _object_table(form)
    yield from ("# The words", "")
    tables: Mapping[str, Mapping[Any, str]] = {
        "match": {name: meaning.partition(": ")[2] for name, meaning in MATCHES.items()},
        "reason": REASONS,
        "assumed": ASSUMED,
        "outcome": OUTCOMES,
    }
    for name, meanings in tables.items():
        yield from (f"## {name}", "")
        yield from _table((name, "meaning"), [(f"`{word}`", meaning) for word, meaning in meanings.items()])


def _ingest_lines() -> Iterator[str]:
    yield from (
        "## byline-ingest conversation-trace, byline-ingest diff-trace",
        "",
        "One line of text, for normalised payloads only: raw hook events and `--defer` print nothing.",
        "",
        *(f"    {kind}: {' '.join(f'{name}=N' for name in names)}" for kind, names in INGEST_KEYS.items()),
        "",
    )
    yield from _table(("name", "meaning"), [(f"`{name}`", text) for name, text in INGEST_MEANINGS.items()])


def query_document() -> str:
    """``query.md``."""
    return "\n".join(_query_lines())


def _query_lines() -> Iterator[str]:
    yield from _QUERY_HEAD.split("\n")
    rows = [
        (
            f"`{kind.name}:`",
            kind.meaning,
            " ".join(f"`{value}`" for value in kind.values) or ("a time" if kind.is_time else "any"),
            "—" if kind.is_time else "both" if kind.is_many else "either",
        )
        for kind in FILTERS.values()
    ]
    yield from _table(("filter", "meaning", "values", "given twice"), rows)
    parts = ", ".join(f"`{name}:`" for name in PART_FILTERS)
    yield from (
        f"{parts} choose among what is said: the words must be said there. The others choose",
        *_TIMES,
    )
    for name, meanings in VALUES.items():
        yield from (f"## {name}:", "")
        yield from _table(
            ("value", "finds sessions"), [(f"`{name}:{word}`", text) for word, text in meanings.items()]
        )
    yield from ("## Examples", "")
    yield from _table(("query", "finds"), [(f"`{query}`", meaning) for query, meaning in EXAMPLES.items()])


def documents() -> dict[str, str]:
    """File name to its text, of every file in this folder that is made from the code."""
    return {
        "config.schema.json": json.dumps(config_schema(), ensure_ascii=False, indent=2) + "\n",
        "json.md": json_document(),
        "query.md": query_document(),
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for name, text in documents().items():
        (folder / name).write_text(text, encoding="utf-8")
