"""The agents: which are here, in which version, whether their hooks can run, when they last told."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from byline.doctor.finding import Finding, Level
from byline.doctor.turned_off import turned_off
from byline.errors import BylineError
from byline.setup import codex_toml, hook_entries, installed_file
from byline.setup.clients import CLIENTS, Client, HookSettings, PluginFile
from byline.setup.plan import plugin_data, settings_path
from byline.setup.program import is_there
from byline.setup.writing import read
from byline.wording import ago

AREA = "Agents"
_VERSION_SECONDS = 5
_VERSION = re.compile(r"\d+(?:\.\d+)+[\w.+-]*")


@dataclass(frozen=True, slots=True)
class _Hooks:
    """The state of an agent's hooks in one file: ``in``, ``none``, or what is wrong with them."""

    path: Path
    state: str
    problem: str | None = None
    by_hand: str | None = None
    """What a person has to do: setting up would leave the file alone."""

    def finding(self, client: Client, text: str, facts: dict[str, object], *, project: bool) -> Finding:
        """The problem, and what to do."""
        words = ("setup", *(("--project",) if project else ()), "--agent", client.name)
        command = f"byline {' '.join(words)}"
        if self.by_hand:
            # Of these the hooks themselves are in.
            done = self.state in {"untrusted", "off"}
            advice = self.by_hand if done else f"{self.by_hand}, then {command}"
            return Finding(AREA, Level.PROBLEM, text, advice, facts)
        return Finding(AREA, Level.PROBLEM, text, command, facts, (*words, "--yes"))


def check_agents(repository: Path | None, last_events: Mapping[str, int], now_ms: int) -> Iterator[Finding]:
    """A finding for every agent that is found; one more where its hooks in the repository are not in order.

    ``last_events`` has the time (Unix ms) of the newest that is stored of each agent.
    """
    found = [client for client in CLIENTS if client.is_found()]
    if not found:
        yield Finding(AREA, Level.NOTE, "no agent was found on this machine")
    with ThreadPoolExecutor(max_workers=max(len(found), 1)) as pool:
        versions = list(pool.map(_version, found))
    for client, version in zip(found, versions, strict=True):
        yield _user_finding(
            client, version, last_events.get(client.name), now_ms, _project(client, repository)
        )
    for client in CLIENTS if repository else ():
        hooks = _project(client, repository)
        if hooks is not None and hooks.problem:
            facts: dict[str, object] = {"agent": client.name, "path": str(hooks.path), "hooks": hooks.state}
            text = f"{client.title}: {hooks.problem} in {hooks.path}"
            yield hooks.finding(client, text, facts, project=True)


def _user_finding(
    client: Client, version: str | None, last_ms: int | None, now_ms: int, project: _Hooks | None
) -> Finding:
    hooks = _hooks(client, None)
    facts: dict[str, object] = {
        "agent": client.name,
        "version": version,
        "hooks": hooks.state,
        "project_hooks": project.state if project else None,
        "path": str(hooks.path),
        "last_event_ms": last_ms,
    }
    name = " ".join(filter(None, (client.title, version)))
    heard = _heard(last_ms, now_ms)
    if hooks.problem:
        text = f"{name}: {hooks.problem} in {hooks.path}; {heard}"
        return hooks.finding(client, text, facts, project=False)
    if hooks.state == "none" and (project is None or project.state == "none"):
        advice = f"byline setup --agent {client.name}"
        return Finding(AREA, Level.NOTE, f"{name}: no hooks; {heard}", advice, facts)
    where = hooks.path if hooks.state == "in" or project is None else project.path
    still = client.advice if last_ms is None else None
    return Finding(AREA, Level.FINE, f"{name}: hooks in {where}; {heard}", still, facts)


def _heard(last_ms: int | None, now_ms: int) -> str:
    if last_ms is None:
        return "nothing recorded yet"
    when = ago(last_ms, now_ms)
    return (
        "last heard of just now"
        if when == "now"
        else f"last heard of {when}{' ago' if len(when) < 5 else ''}"
    )


def _project(client: Client, repository: Path | None) -> _Hooks | None:
    return None if repository is None else _hooks(client, repository)


def _hooks(client: Client, repository: Path | None) -> _Hooks:
    path = settings_path(client, repository)
    try:
        data = read(path)
        if data is None:
            return _Hooks(path, "none")
        if isinstance(client.hooks, PluginFile):
            return _plugin(client.hooks, path, data)
        return _entries(client, client.hooks, path, data)
    except BylineError as error:
        return _Hooks(path, "unreadable", f"its settings cannot be read ({error}),", "put them right")


def _entries(client: Client, hooks: HookSettings, path: Path, data: bytes) -> _Hooks:
    if path.name == codex_toml.FILE:
        entries = codex_toml.installed(data, client.name)
    else:
        entries = hook_entries.installed(data, hooks.layout, client.name)
    if not entries:
        return _Hooks(path, "none")
    gone = next((entry.command for entry in entries if not is_there(entry.command)), None)
    if gone is not None:
        return _Hooks(
            path, "broken", f"the hooks call a program that is gone ({gone.partition(' hook ')[0]}),"
        )
    wanted = {(event, matcher) for event, matcher in hooks.events}
    if wanted - {(entry.event, entry.matcher) for entry in entries}:
        return _Hooks(path, "incomplete", "the hooks are incomplete")
    off = turned_off(client, data)
    if off is not None:
        return _Hooks(path, "off", f"hooks are turned off ({off}),", "turn them on there")
    if client.name == "codex":
        asked = codex_toml.untrusted(
            read(client.home() / codex_toml.FILE), path, [entry.event for entry in entries]
        )
        if asked:
            return _Hooks(
                path, "untrusted", f"Codex does not trust the hooks for {', '.join(asked)}", client.advice
            )
    return _Hooks(path, "in")


def _plugin(hooks: PluginFile, path: Path, data: bytes) -> _Hooks:
    if installed_file.version_of(data) is None:
        return _Hooks(path, "other", "there is a file that is not Byline's", "move it away")
    if not installed_file.is_untouched(data):
        return _Hooks(path, "changed", "the plugin was changed by hand", "move it away to have Byline's")
    program = installed_file.program_in(data)
    if program and shutil.which(program) is None:
        return _Hooks(path, "broken", f"the plugin calls a program that is gone ({program}),")
    if plugin_data(hooks, program or hook_entries.PROGRAM) != data:
        return _Hooks(path, "incomplete", f"the plugin is that of Byline {installed_file.version_of(data)}")
    return _Hooks(path, "in")


def _version(client: Client) -> str | None:
    """What ``<agent> --version`` says; None when it is not on PATH, or says nothing in time."""
    program = next(filter(None, map(shutil.which, client.programs)), None)
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "--version"], stdin=subprocess.DEVNULL, capture_output=True,
            timeout=_VERSION_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _VERSION.search(done.stdout.decode("utf-8", "replace"))
    return found[0] if found else None
