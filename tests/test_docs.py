"""The documents: made from the code, and true of what the commands print."""

import enum
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Literal, Union, get_args, get_origin, is_typeddict

import pytest

from byline.cli.main import COMMANDS
from byline.demo.build import Demo, build_demo
from byline.query import parse_query
from byline.query.filters import FILTERS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"


@pytest.fixture(scope="module")
def make() -> ModuleType:
    """``docs/make.py``, which is a script."""
    spec = importlib.util.spec_from_file_location("docs_make", DOCS / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    """A repository whose commits two agents and a person wrote, and its store."""
    return build_demo(tmp_path)


def run(
    folder: Path, database: Path, program: str, *words: str, stdin: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    """Run one of Byline's programs as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", program, *words],
        cwd=folder,
        input=stdin,
        capture_output=True,
        env={**os.environ, "BYLINE_DB": str(database)},
        check=False,
    )


def listed(folder: Path, database: Path, *words: str) -> object:
    """What ``byline`` prints as JSON."""
    done = run(folder, database, "byline.cli.main", *words)
    assert done.returncode in {0, 1}, done.stderr
    return json.loads(done.stdout)


def differences(make: ModuleType, value: object, kind: object, place: str) -> Iterator[str]:
    """Where a JSON value is not what its declared type says."""
    if isinstance(kind, type) and is_typeddict(kind):
        yield from _of_object(make, value, kind, place)
    elif get_origin(kind) is list:
        assert isinstance(value, list), place
        for number, each in enumerate(value):
            yield from differences(make, each, get_args(kind)[0], f"{place}[{number}]")
    elif get_origin(kind) is dict:
        assert isinstance(value, dict), place
        for name, each in value.items():
            yield from differences(make, each, get_args(kind)[1], f"{place}[{name}]")
    elif get_origin(kind) in {Union, UnionType}:
        tried = [list(differences(make, value, each, place)) for each in _fitting(value, get_args(kind))]
        if not tried or all(tried):
            yield from tried[0] if tried else [f"{place}: {value!r}"]
    elif get_origin(kind) is Literal:
        yield from () if value in get_args(kind) else [f"{place}: {value!r}"]
    elif isinstance(kind, type) and issubclass(kind, enum.Enum):
        yield from () if value in [member.value for member in kind] else [f"{place}: {value!r}"]
    elif kind is not object and not (type(value) is kind or (kind is float and type(value) is int)):
        yield f"{place}: {value!r}"


def _fitting(value: object, kinds: Sequence[object]) -> list[object]:
    """Those of several kinds that a value can be of at all: null is of one kind, a list of another."""
    return [
        kind
        for kind in kinds
        if (kind is NoneType) == (value is None) and (get_origin(kind) is list) == isinstance(value, list)
    ]


def _of_object(make: ModuleType, value: object, form: type, place: str) -> Iterator[str]:
    assert isinstance(value, dict), place
    keys = {key.name: key for key in make.keys_of(form)}
    yield from (f"{place}.{name} is not documented" for name in value.keys() - keys.keys())
    for name, key in keys.items():
        if name in value:
            yield from differences(make, value[name], key.kind, f"{place}.{name}")
        elif key.when is None:
            yield f"{place}.{name} is not there"


def holds(make: ModuleType, value: object, command: str) -> None:
    """What a command printed is what is documented of it, and there is something to see."""
    (listing,) = [each for each in make.LISTINGS if each.command.split()[0] == command]
    values = value if isinstance(value, list) else [value]
    assert values, command
    assert [each for one in values for each in differences(make, one, listing.form, command)] == []


def test_what_is_made_from_the_code_is_up_to_date(make: ModuleType) -> None:
    for name, text in make.documents().items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, f"run `python docs/make.py`: {name} is old"


def test_every_command_that_prints_json_is_documented(make: ModuleType) -> None:
    assert {listing.command.split()[0] for listing in make.LISTINGS} == set(COMMANDS)


def test_every_link_in_the_json_document_leads_to_a_heading(make: ModuleType) -> None:
    text = make.json_document()
    anchors = [make._anchor(line.lstrip("# ")) for line in text.split("\n") if line.startswith("#")]
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= set(anchors)


def test_keys_that_are_undocumented_missing_or_of_another_type_are_seen(make: ModuleType) -> None:
    value = {"key": "x", "value": [1], "source": None, "colour": "red"}
    (form,) = [listing.form for listing in make.LISTINGS if listing.command.startswith("config")]
    assert sorted(differences(make, value, form, "config")) == [
        "config.colour is not documented",
        "config.meaning is not there",
        "config.value[0]: 1",
    ]


def test_what_is_printed_of_a_repository_is_documented(make: ModuleType, demo: Demo) -> None:
    def byline(*words: str) -> object:
        return listed(demo.repository, demo.database, *words, "--json")

    reviews = byline("show", f"{demo.oids[0]}..HEAD")
    holds(make, reviews, "show")
    for words in ([], ["--staged"], ["--worktree"]):
        holds(make, byline("show", *words), "show")
    lines = [line for review in reviews for file in review["files"] for line in file["lines"]]  # type: ignore[attr-defined] # just checked
    assert {"ai", "mixed", "unknown"} <= {line["contributor"] for line in lines}
    assert any("reason" in line for line in lines)
    blamed = byline("blame", "uploader/upload.py")
    holds(make, blamed, "blame")
    numbers = {line["contributor"]: line["line_number"] for line in blamed}  # type: ignore[attr-defined] # just checked
    assert {"ai", "unknown"} <= numbers.keys()
    for number in numbers.values():
        holds(make, byline("why", f"uploader/upload.py:{number}"), "why")
    holds(make, byline("log"), "log")
    holds(make, byline("stats", "--survival"), "stats")


def test_what_is_printed_of_the_store_is_documented(make: ModuleType, demo: Demo) -> None:
    def byline(*words: str) -> object:
        return listed(demo.repository, demo.database, *words, "--json")

    sessions = byline("sessions")
    holds(make, sessions, "sessions")
    assert isinstance(sessions, list)
    for session in sessions:
        holds(make, byline("transcript", session["id"]), "transcript")
    holds(make, byline("search", "retry"), "search")
    holds(make, byline("search", sessions[0]["title"]), "search")
    holds(make, byline("forget", sessions[0]["id"], "--yes"), "forget")


def test_what_is_printed_of_the_machine_is_documented(
    make: ModuleType, demo: Demo, tmp_path: Path, isolated_home: Path
) -> None:
    def byline(*words: str) -> object:
        return listed(demo.repository, demo.database, *words, "--json")

    histories = tmp_path / "histories"
    history = histories / "projects" / "-work" / "0b5c1f3e-0000-4000-8000-000000000001.jsonl"
    history.parent.mkdir(parents=True)
    record = {
        "type": "user",
        "uuid": "a1",
        "parentUuid": None,
        "sessionId": history.stem,
        "timestamp": "2026-01-31T10:00:00.000Z",
        "cwd": "/work",
        "version": "2.1.0",
        "message": {"role": "user", "content": "Make uploads survive"},
    }
    history.write_text(f"{json.dumps(record)}\n{{torn\n{json.dumps(record | {'uuid': 'a2'})}\n")
    (histories / "notes.txt").write_text("no history")
    summary = byline("import", str(histories), str(histories / "notes.txt"))
    holds(make, summary, "import")
    assert isinstance(summary, dict)
    assert summary["sessions"]["new"] == 1
    assert summary["unreadable"]
    (isolated_home / ".claude").mkdir()
    holds(make, byline("setup"), "setup")
    done = byline("setup", "--yes")
    holds(make, done, "setup")
    assert isinstance(done, dict)
    assert done["changes"]
    holds(make, byline("setup"), "setup")
    holds(make, byline("doctor"), "doctor")
    holds(make, byline("config"), "config")


def test_the_line_of_the_ingest_program_has_the_names_that_are_documented(
    make: ModuleType, demo: Demo
) -> None:
    message = {"session_id": "s", "message_id": "m", "role": "user", "generated_at_unix_ms": 1}
    payloads = {
        "conversation-trace": {"type": "message.updated", "payloads": [message, {}]},
        "diff-trace": {
            "sessionID": "s",
            "diff": "--- a/f.py\n+++ b/f.py\n@@ -1 +1 @@\n-a\n+b\n",
            "time": 1,
            "tool_name": "mine",
        },
    }
    for command, payload in payloads.items():
        said = run(
            demo.repository, demo.database, "byline.ingest", command, stdin=json.dumps(payload).encode()
        ).stdout.decode()
        kind, _, counts = said.partition(": ")
        numbers = dict(count.split("=") for count in counts.split())
        assert (kind, tuple(numbers)) == (command, make.INGEST_KEYS[command])
        assert int(numbers.pop("attempted")) == sum(map(int, numbers.values()))
        assert make.INGEST_MEANINGS.keys() >= numbers.keys()


def test_the_queries_in_the_documentation_are_understood_and_use_what_there_is(make: ModuleType) -> None:
    queries = {text: parse_query(text) for text in make.EXAMPLES}
    assert {text: query.problems for text, query in queries.items() if query.problems} == {}
    assert all(query.tokens for query in queries.values())
    documented = make.query_document()
    assert [name for name in FILTERS if f"`{name}:`" not in documented] == []
    assert {name: tuple(values) for name, values in make.VALUES.items()} == {
        name: FILTERS[name].values for name in make.VALUES
    }


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_a_terminal_of_80_columns(command: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "byline.cli.main", *([command] if command else []), "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
        check=True,
    )
    assert [line for line in done.stdout.split("\n") if len(line) > 80] == []


def test_every_room_is_in_the_drawing_of_rooms() -> None:
    text = CONTRIBUTING.read_text(encoding="utf-8")
    rooms = [
        f"byline.{folder.name}"
        for folder in (ROOT / "core" / "byline").iterdir()
        if (folder / "__init__.py").exists()
    ]
    rooms += [
        f"byline_tui.{folder.name}"
        for folder in (ROOT / "tui" / "byline_tui").iterdir()
        if (folder / "__init__.py").exists()
    ]
    modules = [file.stem for file in (ROOT / "core" / "byline").glob("*.py") if file.stem != "__init__"]
    assert [room for room in rooms if room not in text] == []
    assert [module for module in modules if f"`{module}`" not in text] == []
    benchmarks = [file.name for file in (ROOT / "tests" / "benchmarks").glob("*.py")]
    assert [name for name in benchmarks if name not in text] == []
