"""The repository one is in, the settings, and what hooks complained about."""

import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

from byline.config import read_config
from byline.doctor.finding import Finding, Level
from byline.errors import BylineError
from byline.git.identity import canonical_url
from byline.git.repository import Repository
from byline.log_file import NAME
from byline.own_folder import own_folder
from byline.setup import git_hooks
from byline.setup.writing import read

REPOSITORY, SETTINGS = "Repository", "Settings"
_TAIL = 4096


def check_repository(repository: Repository | None) -> Iterator[Finding]:
    """Findings about the repository and git's hooks in it."""
    if repository is None:
        yield Finding(REPOSITORY, Level.NOTE, "this is no git repository")
        return
    try:
        url = repository.remote_url()
        identity = (canonical_url(url) if url else None) or repository.root_commit() or str(repository.root)
        folder = git_hooks.hooks_folder(repository)
    except BylineError as error:
        yield Finding(REPOSITORY, Level.PROBLEM, f"git cannot read it: {error}")
        return
    facts: dict[str, object] = {
        "root": str(repository.root),
        "identity": identity,
        "hooks_folder": str(folder.path),
    }
    known = "" if identity == str(repository.root) else f", known as {identity}"
    yield Finding(REPOSITORY, Level.FINE, f"{repository.root}{known}", None, facts)
    yield _hooks(folder)


def check_settings(folder: str) -> Iterator[Finding]:
    """Findings about the configuration in force in a folder, and the newest line of the log."""
    config = read_config(own_folder("config"), folder)
    for problem in config.problems:
        yield Finding(SETTINGS, Level.PROBLEM, problem, "edit the file; byline config lists what there is")
    if config.held:
        yield Finding(SETTINGS, Level.NOTE, "what hooks bring waits until that is right, and is stored then")
    turned_off = os.environ.get("BYLINE_DISABLED", "").strip().lower() in {"1", "true", "yes", "on"}
    if turned_off or config.flag("disabled"):
        by = "BYLINE_DISABLED" if turned_off else config.sources.get("disabled", "the configuration")
        yield Finding(SETTINGS, Level.NOTE, f"hooks record nothing: {by} turns them off")
    elif not config.problems:
        files = sorted(set(config.sources.values()))
        yield Finding(SETTINGS, Level.FINE, f"from {', '.join(files)}" if files else "all at their defaults")
    log = Path(own_folder("state"), NAME)
    line = _last_line(log)
    if line:
        yield Finding(
            SETTINGS,
            Level.NOTE,
            f"the last complaint of a hook: {line}",
            f"all of them are in {log}",
            {"log": str(log)},
        )


def _hooks(folder: git_hooks.HooksFolder) -> Finding:
    present: list[str] = []
    skipped: list[str] = []
    broken: list[str] = []
    for name in (*git_hooks.HOOKS, git_hooks.MESSAGE_HOOK):
        path = folder.path / name
        try:
            data = read(path)
        except BylineError:
            # One that cannot be read is none that git could run.
            continue
        if data is None or not git_hooks.is_installed(data):
            continue
        program = git_hooks.called_program(data)
        words = shlex.split(program) if program else []
        if not words or shutil.which(words[0]) is None:
            broken.append(f"{name} calls a program that is gone ({program})")
        elif not folder.husky and not git_hooks.git_runs(path):
            skipped.append(name)
        else:
            present.append(name)
    problems = broken + [f"{name} is not executable, so git skips it" for name in skipped]
    facts = {"hooks": present, "problems": problems, "folder": str(folder.path)}
    if problems:
        remedy = ("setup", "--git", "--yes") if broken else ()
        places = " ".join(shlex.quote(str(folder.path / name)) for name in skipped)
        advice = "byline setup --git" if broken else f"chmod +x {places}"
        return Finding(REPOSITORY, Level.PROBLEM, "; ".join(problems), advice, facts, remedy)
    missing = [name for name in git_hooks.HOOKS if name not in present]
    if not present:
        advice = "byline setup --git"
        return Finding(REPOSITORY, Level.NOTE, f"no hooks of Byline's in {folder.path}", advice, facts)
    if missing:
        text = f"{', '.join(missing)} lacks Byline's part in {folder.path}"
        return Finding(
            REPOSITORY, Level.PROBLEM, text, "byline setup --git", facts, ("setup", "--git", "--yes")
        )
    return Finding(REPOSITORY, Level.FINE, f"{', '.join(present)} in {folder.path}", None, facts)


def _last_line(log: Path) -> str | None:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL))
            lines = file.read().decode("utf-8", "replace").removesuffix("\n").split("\n")
    except OSError:
        # There is none before something went otherwise than asked.
        return None
    return lines[-1]
