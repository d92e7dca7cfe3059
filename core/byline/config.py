"""What can be configured, where each value comes from, and what is wrong with the files.

``config.toml`` in the user's configuration folder, then ``.byline.toml`` at the top of the repository; the
later file wins per key. A repository's file comes with a clone, from anybody: it may only have less recorded
(``ignore``, ``disabled``) or ask for the trailer, and it names no place outside the repository. A hook reads
this: without a file it costs a few looks at the disk, and nothing in a file fails it. When the user's own
file does not let on what is not to be recorded, nothing is until it does: see ``Config.held``.
"""

import os

from byline.errors import BylineError
from byline.frozen import dataclass, replace

REPOSITORY_FILE = ".byline.toml"
USER_FILE = "config.toml"
_LARGEST_FILE = 256 * 1024

Value = bool | int | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """One key. ``shared`` ones may stand in a repository's file; ``least`` and ``most`` bound a number."""

    name: str
    default: Value
    meaning: str
    shared: bool = False
    least: int = 0
    most: int = 0


def _retry(name: str, what: str, attempts: int, timeout: int) -> tuple[Key, ...]:
    return (
        Key(f"retry.{name}.max_attempts", attempts, f"How often {what} is tried.", least=1, most=100),
        Key(f"retry.{name}.timeout_ms", timeout, "How long each try waits for a lock.", most=60_000),
        Key(f"retry.{name}.initial_backoff_ms", 25, "The pause after the first try.", most=60_000),
        Key(f"retry.{name}.max_backoff_ms", 200, "Pauses double up to this.", most=60_000),
    )


KEYS: tuple[Key, ...] = (
    Key("disabled", False, "Record nothing and do nothing in hooks.", shared=True),
    Key(
        "ignore", (),
        "Paths that are not recorded: shell patterns of names (*.env), or of paths (~/private, /srv/x*). "
        "A repository's patterns are relative to it, and add to the user's.", shared=True,
    ),
    Key(
        "trailer.enabled", False, "Let commit-msg add a trailer when an agent wrote a staged line.",
        shared=True,
    ),
    Key("trailer.name", "Assisted-by", "The trailer's name; the models are its value."),
    Key("capture.shell_snapshots", True, "Look at the work tree before and after an agent's shell call."),
    Key(
        "capture.snapshot_timeout_ms", 250, "How long the look before a call may take; then it is skipped.",
        least=10, most=60_000,
    ),
    Key("retry.deadline_ms", 1000, "The longest a hook waits for the store in all.", most=60_000),
    *_retry("connection_open", "opening the store", 3, 500),
    *_retry("query", "writing", 5, 300),
    Key(
        "review.max_file_bytes", 32_000_000, "The size up to which a file's lines are attributed.",
        least=1_000, most=2**31,
    ),
    Key(
        "review.max_contents_bytes", 8_000_000,
        "Of whole contents that edits of one file carry (as stored), how much is read; then hunks alone.",
        least=1_000, most=2**31,
    ),
    Key("log.max_bytes", 1_000_000, "The size at which the log begins a new file.", least=1_000, most=2**40),
    Key("log.files", 3, "How many old log files are kept.", most=100),
)  # fmt: skip
_BY_NAME = {key.name: key for key in KEYS}
_LEAVES_OUT = frozenset({"disabled", "ignore"})
"""The keys that have less recorded."""


@dataclass(frozen=True, slots=True)
class Config:
    """The values in force. ``sources`` names the file of each key that a file sets."""

    values: dict[str, Value]
    sources: dict[str, str]
    problems: tuple[str, ...] = ()
    repository: str | None = None
    """The top of the repository that was looked at."""
    shared_ignore: tuple[str, ...] = ()
    """The patterns of the repository's file: those of ``ignore`` that are relative to it."""
    held: bool = False
    """Whether the user's file is such that what it wants left out cannot be told (it cannot be read, or
    ``ignore`` or ``disabled`` has no value that fits): payloads then wait, so that nothing is recorded
    against that wish, and nothing is lost. A repository's file that is wrong only loses its own keys."""

    def number(self, name: str) -> int:
        """The value of a key that holds a number."""
        return int(self.values[name])  # type: ignore[arg-type] # checked when it was read

    def flag(self, name: str) -> bool:
        """The value of a key that is on or off."""
        return self.values[name] is True

    def text(self, name: str) -> str:
        """The value of a key that holds text."""
        return str(self.values[name])

    def patterns(self, name: str) -> tuple[str, ...]:
        """The value of a key that holds a list of texts."""
        value = self.values[name]
        return value if isinstance(value, tuple) else ()


def read_config(user_folder: str, folder: str) -> Config:
    """The configuration in force for a folder, which may lie in a repository or not (or be empty).

    ``user_folder`` is Byline's configuration folder. Never raises for what is in the files: see ``problems``.
    """
    config = Config({key.name: key.default for key in KEYS}, {})
    config = _with_file(config, f"{user_folder}/{USER_FILE}", None)
    top = _repository(folder)
    if top is None:
        return config
    return replace(_with_file(config, f"{top}/{REPOSITORY_FILE}", top), repository=top)


def key_named(name: str) -> Key | None:
    """The key of that name."""
    return _BY_NAME.get(name)


def problem_with(key: Key, value: object) -> str | None:
    """Why a value does not fit a key; None when it does."""
    if isinstance(key.default, bool):
        return None if isinstance(value, bool) else f"{key.name} must be true or false"
    if isinstance(key.default, int):
        if isinstance(value, bool) or not isinstance(value, int) or not key.least <= value <= key.most:
            return f"{key.name} must be a whole number from {key.least} to {key.most}"
        return None
    if isinstance(key.default, str):
        fits = isinstance(value, str) and bool(value) and value.replace("-", "").isalnum() and value.isascii()
        return None if fits else f"{key.name} must be a word of letters, digits and dashes"
    fits = isinstance(value, list | tuple) and all(isinstance(each, str) and each.strip() for each in value)
    return None if fits else f"{key.name} must be a list of texts that are not empty"


def parse(path: str) -> tuple[dict[str, object], str]:
    """A file's keys (dotted) with their values, and its text; both empty when there is no file.

    Raises:
        BylineError: it cannot be read, or is no TOML.
    """
    try:
        if not os.path.isfile(path):  # noqa: PTH113 - text: a hook loads no pathlib
            return {}, ""
        with open(path, "rb") as file:  # noqa: PTH123 - text: a hook loads no pathlib
            data = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise BylineError(f"{path}: cannot be read: {error}") from error
    if len(data) > _LARGEST_FILE:
        raise BylineError(f"{path}: is larger than {_LARGEST_FILE} bytes: it is not read")
    import tomllib  # noqa: PLC0415 - a hook loads what it needs

    try:
        text = data.decode()
        return dict(_flat(tomllib.loads(text), "")), text
    except (ValueError, RecursionError) as error:
        raise BylineError(f"{path}: is not valid TOML: {error}") from error


def line_of(text: str, name: str) -> int:
    """The 1-based line that sets a dotted key; 1 when it is not found as such."""
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split("#")[0].strip()
        if words.startswith("["):
            table = words.strip("[] \t")
        key = words.partition("=")[0].strip().replace('"', "").replace("'", "").replace(" ", "")
        full = f"{table}.{key}" if table else key
        if "=" in words and (full == name or name.startswith(f"{full}.")):
            return number
    return 1


def _with_file(config: Config, path: str, repository: str | None) -> Config:
    try:
        found, text = parse(path)
    except BylineError as error:
        held = config.held or repository is None
        return replace(config, problems=(*config.problems, str(error)), held=held)
    if not text:
        return config
    values, sources, problems = dict(config.values), dict(config.sources), list(config.problems)
    shared_ignore, held = config.shared_ignore, config.held
    for name, value in found.items():
        reason = _refusal(name, value, shared=repository is not None)
        if reason is not None:
            problems.append(f"{path}:{line_of(text, name)}: {reason}")
            held = held or (repository is None and name.partition(".")[0] in _LEAVES_OUT)
            continue
        accepted: Value = tuple(value) if isinstance(value, list) else value  # type: ignore[assignment] # checked
        if name == "ignore" and repository is not None:
            # A repository may have less recorded, not more: what the user ignores stays ignored.
            shared_ignore = config.shared_ignore + tuple(accepted)  # type: ignore[arg-type] # a list of texts
            accepted = config.patterns("ignore") + shared_ignore
        elif name == "disabled" and repository is not None and not accepted:
            continue
        values[name], sources[name] = accepted, path
    return replace(
        config,
        values=values,
        sources=sources,
        problems=tuple(problems),
        shared_ignore=shared_ignore,
        held=held,
    )


def _refusal(name: str, value: object, *, shared: bool) -> str | None:
    key = key_named(name)
    if key is None:
        return f"there is no key {name!r}: see `byline config`"
    if shared and not key.shared:
        return f"{name} cannot be set by a repository's {REPOSITORY_FILE}: set it in your own {USER_FILE}"
    problem = problem_with(key, value)
    if problem is not None:
        return problem
    if shared and isinstance(value, list):
        for pattern in value:
            if (
                pattern.startswith(("/", "~"))
                or ".." in pattern.split("/")
                or not {":", "\\"}.isdisjoint(pattern)
            ):
                return f"{name}: {pattern!r} must lie within the repository"
    return None


def _flat(table: dict[str, object], prefix: str) -> list[tuple[str, object]]:
    """The table's values under dotted names."""
    found: list[tuple[str, object]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{name}.")
        else:
            found.append((f"{prefix}{name}", value))
    return found


def _repository(folder: str) -> str | None:
    """The top of the work tree around a folder: the nearest one above it with a ``.git``."""
    while folder:
        if os.path.exists(f"{folder}/.git"):  # noqa: PTH110 - text: a hook loads no pathlib
            return folder
        above = os.path.dirname(folder)  # noqa: PTH120 - text: a hook loads no pathlib
        if above == folder:
            return None
        folder = above
    return None
