"""The configuration: what is in force, where it comes from, what is wrong with it, and its schema."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from byline.config import KEYS, key_named, read_config
from byline.config_file import config_schema, set_value, value_of
from byline.errors import BylineError, UsageError

SCHEMA = Path(__file__).parent.parent / "docs" / "config.schema.json"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The user's configuration folder."""
    folder = tmp_path / "own"
    folder.mkdir()
    return folder


def test_without_files_every_key_has_its_default(own: Path, tmp_path: Path) -> None:
    config = read_config(str(own), str(tmp_path))
    assert config.values == {key.name: key.default for key in KEYS}
    assert (config.sources, config.problems) == ({}, ())


def test_the_repositorys_file_wins_per_key_and_from_below_its_top(own: Path, repo: Path) -> None:
    (own / "config.toml").write_text("trailer.enabled = false\nretry.deadline_ms = 7\n")
    (repo / ".byline.toml").write_text("[trailer]\nenabled = true\n")
    deep = repo / "a" / "b"
    deep.mkdir(parents=True)
    config = read_config(str(own), str(deep))
    assert (config.flag("trailer.enabled"), config.number("retry.deadline_ms")) == (True, 7)
    assert config.sources == {
        "trailer.enabled": str(repo / ".byline.toml"),
        "retry.deadline_ms": str(own / "config.toml"),
    }


@pytest.mark.parametrize(
    "line",
    [
        "retry.deadline_ms = 60000",
        'trailer.name = "Evil"',
        'ignore = ["/etc"]',
        'ignore = ["~/x"]',
        'ignore = ["../x"]',
        'ignore = ["a", "C:/x"]',
        "log.files = 0",
    ],
)
def test_a_repository_cannot_set_what_could_harm(own: Path, repo: Path, line: str) -> None:
    (repo / ".byline.toml").write_text(f"# a comment\n{line}\n")
    config = read_config(str(own), str(repo))
    assert config.values == {key.name: key.default for key in KEYS}
    assert len(config.problems) == 1
    assert config.problems[0].startswith(f"{repo}/.byline.toml:2: ")


def test_a_repository_can_have_less_recorded_but_not_more(own: Path, repo: Path) -> None:
    (own / "config.toml").write_text('disabled = true\nignore = ["*.env"]\n')
    (repo / ".byline.toml").write_text('disabled = false\nignore = ["docs"]\n')
    config = read_config(str(own), str(repo))
    assert config.flag("disabled")
    assert config.patterns("ignore") == ("*.env", "docs")
    assert config.shared_ignore == ("docs",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x = 1\n", "config.toml:1: there is no key 'x'"),
        ("\n[retry.query]\nmax_attempts = 0\n", "config.toml:3: retry.query.max_attempts must be a whole"),
        ("disabled = 1\n", "config.toml:1: disabled must be true or false"),
        ("retry.deadline_ms = true\n", "config.toml:1: retry.deadline_ms must be a whole number"),
        ('ignore = "x"\n', "config.toml:1: ignore must be a list of texts"),
        ('ignore = [""]\n', "config.toml:1: ignore must be a list of texts"),
        ('trailer.name = "a: b"\n', "config.toml:1: trailer.name must be a word"),
        ("a = \n", "config.toml: is not valid TOML: "),
        ("\udcff", "config.toml: is not valid TOML: "),
        ("#" * 300_000, "config.toml: is larger than"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_and_the_rest_counts(own: Path, text: str, problem: str) -> None:
    (own / "config.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    config = read_config(str(own), "")
    assert config.values == {key.name: key.default for key in KEYS}
    (said,) = config.problems
    assert problem in said


def test_setting_a_value_leaves_every_other_line_as_it_is(own: Path) -> None:
    (own / "config.toml").write_text(
        "# mine\nretry.deadline_ms = 5 # short\n\n[trailer]\n# t\nenabled = true\n"
    )
    for name, text in (("retry.deadline_ms", "9"), ("trailer.enabled", "false"), ("ignore", "*.env")):
        key = key_named(name)
        assert key is not None
        set_value(own, key, value_of(key, text))
    assert (own / "config.toml").read_text() == (
        '# mine\nretry.deadline_ms = 9\n\nignore = ["*.env"]\n[trailer]\n# t\nenabled = false\n'
    )
    assert read_config(str(own), "").problems == ()
    assert (own / "config.toml").stat().st_mode & 0o777 == 0o600


def test_a_value_that_cannot_be_set_safely_is_left_to_the_person(own: Path) -> None:
    text = 'ignore = [\n  "a",\n  "b",\n]\n'
    (own / "config.toml").write_text(text)
    key = key_named("ignore")
    assert key is not None
    with pytest.raises(BylineError, match="by hand"):
        set_value(own, key, ("c",))
    assert (own / "config.toml").read_text() == text


@pytest.mark.parametrize(
    ("name", "text"), [("disabled", "maybe"), ("log.files", "-1"), ("trailer.name", "a b")]
)
def test_a_value_that_does_not_fit_is_refused(name: str, text: str) -> None:
    key = key_named(name)
    assert key is not None
    with pytest.raises(UsageError, match=name):
        value_of(key, text)


def test_the_schema_in_the_documentation_is_what_the_code_makes() -> None:
    assert json.loads(SCHEMA.read_text()) == config_schema(), (
        "run: byline config --schema > docs/config.schema.json"
    )


def test_the_schema_takes_the_defaults_and_refuses_what_the_code_refuses() -> None:
    schema = config_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    good = {"ignore": ["*.env"], "trailer": {"enabled": True, "name": "By"}, "retry": {"deadline_ms": 5}}
    jsonschema.validate(good, schema)
    for bad in ({"x": 1}, {"disabled": 1}, {"ignore": [""]}, {"retry": {"query": {"max_attempts": 0}}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, schema)


def test_a_hook_without_a_file_loads_no_toml() -> None:
    code = (
        "import sys; from byline.config import read_config; read_config('/nowhere', '/'); "
        "print('tomllib' in sys.modules, 'pathlib' in sys.modules, 'typing' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False False\n"


def byline(*words: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from byline.cli.main import main; sys.exit(main())"
    return subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)


def test_the_command_sets_and_shows_a_value_and_its_file(isolated_home: Path) -> None:
    file = isolated_home / "config" / "byline" / "config.toml"
    assert byline("config", "retry.deadline_ms", "700").stdout == f"retry.deadline_ms = 700  # {file}\n"
    assert byline("config", "retry.deadline_ms").stdout == "700\n"
    (line,) = [line for line in byline("config").stdout.split("\n") if line.startswith("retry.deadline_ms")]
    assert line.split() == ["retry.deadline_ms", "700", str(file)]
    entries = json.loads(byline("config", "--json").stdout)
    assert {entry["key"]: entry["source"] for entry in entries if entry["source"]} == {
        "retry.deadline_ms": str(file)
    }


def test_the_command_refuses_what_there_is_not() -> None:
    said = byline("config", "colour")
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("a = \n", True),
        ("#" * 300_000, True),
        ('ignore = "*.env"\n', True),
        ("[ignore]\nnames = []\n", True),
        ("disabled = 1\n", True),
        ("", False),
        ("x = 1\n", False),
        ("retry.deadline_ms = true\n", False),
        ('ignore = ["*.env"]\n', False),
    ],
)
def test_nothing_is_to_be_recorded_while_the_users_file_hides_what_to_leave_out(
    own: Path, repo: Path, text: str, held: bool
) -> None:
    (repo / ".byline.toml").write_text(text)
    assert not read_config(str(own), str(repo)).held
    (own / "config.toml").write_text(text)
    assert read_config(str(own), "").held == held
    assert read_config(str(own), str(repo)).held == held


def test_the_command_says_what_a_broken_file_means(isolated_home: Path) -> None:
    folder = isolated_home / "config" / "byline"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("ignore = [\n")
    said = byline("config")
    assert "config.toml: is not valid TOML" in said.stderr
    assert "hooks record nothing and keep what they get" in said.stderr
