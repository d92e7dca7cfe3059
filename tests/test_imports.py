"""What importing a room loads: hooks start fast, and the engine stays pure."""

import json
import os
import subprocess
import sys
from importlib.resources import files

import pytest

HEAVY = {"textual", "rich", "unidiff", "peewee"}


def loaded_by(module: str) -> set[str]:
    """The names in ``sys.modules`` of a fresh interpreter that imported one module, less a bare one's."""
    code = (
        "import json, sys\n"
        "before = set(sys.modules)\n"
        f"import {module}\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def packages(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def test_the_hook_entrypoint_loads_no_screen_no_diff_parser_and_no_model() -> None:
    loaded = packages(loaded_by("byline.ingest.main"))
    assert "byline" in loaded
    assert loaded & HEAVY == set()


def test_the_engine_loads_the_patch_model_and_the_standard_library_only() -> None:
    loaded = loaded_by("byline.attribution")
    ours = {name for name in loaded if name.partition(".")[0] == "byline"}
    assert "byline.attribution.model" in ours
    rooms = {".".join(name.split(".")[:2]) for name in ours}
    assert rooms == {"byline", "byline.attribution", "byline.patch", "byline.errors", "byline.frozen"}
    assert packages(loaded) - {"byline"} <= set(sys.stdlib_module_names)


def test_every_module_of_the_engine_loads_nothing_more() -> None:
    folder = files("byline.attribution")
    names = [entry.name.removesuffix(".py") for entry in folder.iterdir() if entry.name.endswith(".py")]
    loaded = loaded_by(", ".join(f"byline.attribution.{name}" for name in names if name != "__init__"))
    rooms = {".".join(name.split(".")[:2]) for name in loaded if name.partition(".")[0] == "byline"}
    assert rooms == {"byline", "byline.attribution", "byline.patch", "byline.errors", "byline.frozen"}
    assert packages(loaded) - {"byline"} <= set(sys.stdlib_module_names)


def test_the_command_line_loads_no_screen_and_no_model_before_it_is_asked_to() -> None:
    assert packages(loaded_by("byline.cli.main")) & {"textual", "rich", "peewee"} == set()


def test_attributing_a_commit_in_a_hook_loads_no_model_and_no_diff_parser() -> None:
    assert packages(loaded_by("byline.ingest.git_hooks")) & HEAVY == set()


@pytest.mark.parametrize(
    "module",
    [
        "byline.store.connection",
        "byline.store.connections",
        "byline.store.edits",
        "byline.store.repositories",
        "byline.store.commits",
        "byline.store.store",
        "byline.store.statements",
        "byline.store.writer",
        "byline.store.schema",
        "byline.trace",
    ],
)
def test_what_a_hook_writes_with_needs_the_standard_library_only(module: str) -> None:
    assert packages(loaded_by(module)) - {"byline"} <= set(sys.stdlib_module_names)


def test_a_patch_is_parsed_by_unidiff_only_when_there_is_one() -> None:
    assert "unidiff" not in packages(loaded_by("byline.patch"))
