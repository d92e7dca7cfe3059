"""``byline config``: every value and where it comes from; set one in the user's own file."""

import argparse
import os
import sys
from pathlib import Path
from typing import Annotated, TypedDict

from byline.cli.help_text import examples
from byline.cli.output import print_json
from byline.config import KEYS, Config, Key, Value, key_named, read_config
from byline.config_file import config_schema, set_value, shown, value_of
from byline.errors import UsageError
from byline.ingest.place import working_folder
from byline.own_folder import own_folder
from byline.text import safe_line


class SettingJson(TypedDict):
    """One key of the configuration."""

    key: Annotated[str, "its name, with dots"]
    value: Annotated[bool | int | str | list[str], "what is in force"]
    source: Annotated[str | None, "the file that sets it; null for the default"]
    meaning: Annotated[str, "what it is for"]


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's words."""
    parser = commands.add_parser(
        "config",
        help="show every setting and where it comes from, or set one",
        description="Without words: every key, its value and the file that sets it. KEY prints one value; "
        "KEY VALUE sets it in your own config.toml (a list as TOML: '[\"*.env\"]').",
        epilog=examples("config", "config trailer.enabled true", "config ignore '*.env'"),
    )
    parser.add_argument("key", nargs="?", metavar="KEY", help="such as trailer.enabled")
    parser.add_argument("value", nargs="?", metavar="VALUE", help="what it is to be")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--json", action="store_true", help="a JSON array of keys with value, source and meaning"
    )
    form.add_argument("--schema", action="store_true", help="the JSON Schema of the file")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Show or set. Raises: BylineError."""
    if args.schema:
        print_json(config_schema())
        return 0
    folder = own_folder("config")
    key = None if args.key is None else _known(args.key)
    if key is not None and args.value is not None:
        path = set_value(Path(folder), key, value_of(key, args.value))
        print(f"{key.name} = {shown(value_of(key, args.value))}  # {safe_line(str(path))}")
        return 0
    config = read_config(folder, working_folder())
    for problem in config.problems:
        print(f"byline: {safe_line(problem)}", file=sys.stderr)
    if config.held:
        print("byline: until that is put right, hooks record nothing and keep what they get", file=sys.stderr)
    if args.json:
        print_json([_entry(each, config) for each in KEYS if key in (None, each)])
    elif key is not None:
        print(safe_line(shown(config.values[key.name])))
    else:
        _print_table(config, folder)
    return 0


def _known(name: str) -> Key:
    key = key_named(name)
    if key is None:
        raise UsageError(f"there is no key {name!r}: `byline config` lists them")
    return key


def _entry(key: Key, config: Config) -> SettingJson:
    value: Value | list[str] = config.values[key.name]
    return {
        "key": key.name,
        "value": list(value) if isinstance(value, tuple) else value,
        "source": config.sources.get(key.name),
        "meaning": key.meaning,
    }


def _print_table(config: Config, folder: str) -> None:
    rows = [(key.name, shown(config.values[key.name]), config.sources.get(key.name)) for key in KEYS]
    names, values = max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
    for name, value, source in rows:
        print(safe_line(f"{name:<{names}}  {value:<{min(values, 30)}}  {source or 'default'}"))
    own = Path(folder, "config.toml")
    state = "" if own.exists() else " (there is none yet)"
    print(f"\nYour own file: {safe_line(os.fspath(own))}{state}")
