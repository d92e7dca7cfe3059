"""What setting up, or taking it out again, would do to which files: worked out before anything is done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from byline import __version__
from byline.errors import BylineError
from byline.git.repository import Repository
from byline.setup import codex_toml, git_hooks, hook_entries, installed_file
from byline.setup.clients import Client, HookSettings, PluginFile
from byline.setup.program import Program
from byline.setup.writing import read, write

_SETTINGS_MODE, _PLUGIN_MODE, _SCRIPT_MODE = 0o600, 0o644, 0o755
GIT = "git"


@dataclass(frozen=True, slots=True)
class Change:
    """A file before and after; None is no file. ``about`` is the agent's name, or ``git``."""

    about: str
    path: Path
    before: bytes | None
    after: bytes | None
    mode: int
    """Of a file that is new."""
    floor: Path
    """Folders below this one that deleting the file leaves empty go too."""

    @property
    def action(self) -> Literal["create", "change", "delete"]:
        """``create``, ``change`` or ``delete``."""
        if self.before is None:
            return "create"
        return "delete" if self.after is None else "change"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that is left alone, and why."""

    about: str
    path: Path
    reason: str


@dataclass(slots=True)
class Plan:
    """All that would be done. ``unchanged`` are files that are as they should be, ``notes`` sentences."""

    changes: list[Change] = field(default_factory=list)
    unchanged: list[tuple[str, Path]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, change: Change) -> bool:
        """Take a change, if it is one."""
        if change.before == change.after:
            if change.after is not None:
                self.unchanged.append((change.about, change.path))
            return False
        self.changes.append(change)
        return True


@dataclass(frozen=True, slots=True)
class Wish:
    """What to set up or take out: agents, git's hooks. ``project``: in the repository's own settings."""

    clients: Sequence[Client] = ()
    repository: Repository | None = None
    project: bool = False
    git: bool = False
    commit_msg: bool = False
    others: Sequence[Repository] = ()
    """Further repositories that are looked at when everything is taken out."""


def plan_setup(wish: Wish, program: Program) -> Plan:
    """What it takes to have the hooks of a wish; ``program`` starts ``byline-ingest`` in them."""
    plan = Plan()
    for client in wish.clients:
        place = wish.repository.root if wish.project and wish.repository else None
        path = settings_path(client, place)
        try:
            added = plan.add(_client_change(client, place, path, client.start(program)))
        except BylineError as error:
            plan.refused.append(Refusal(client.name, path, str(error)))
            continue
        if added and client.advice:
            plan.notes.append(client.advice)
    if wish.project and plan.changes:
        plan.notes.append("Whoever gets a commit of these settings runs the hooks in them.")
    if wish.git and wish.repository is not None:
        _plan_git(plan, wish.repository, program.word, commit_msg=wish.commit_msg)
    return plan


def plan_removal(wish: Wish) -> Plan:
    """What it takes to be rid of everything of ours among the wish's agents and hooks."""
    plan = Plan()
    repositories = [*([wish.repository] if wish.repository else []), *wish.others]
    for client in wish.clients:
        for root in [*([] if wish.project else [None]), *(each.root for each in repositories)]:
            _plan_client_removal(plan, client, root)
    for folder in dict.fromkeys(map(git_hooks.hooks_folder, repositories if wish.git else ())):
        for name in (*git_hooks.HOOKS, git_hooks.MESSAGE_HOOK):
            path = folder.path / name
            try:
                before = read(path)
            except BylineError as error:
                plan.refused.append(Refusal(GIT, path, str(error)))
                continue
            if before is not None and git_hooks.is_installed(before):
                after = git_hooks.uninstall(before)
                plan.add(Change(GIT, path, before, after, _SCRIPT_MODE, folder.path))
    plan.unchanged.clear()
    return plan


def apply(change: Change) -> None:
    """Do it, unless the file has changed since the plan was made.

    Raises:
        BylineError: it has, or cannot be written.
    """
    if read(change.path) != change.before:
        raise BylineError(f"{change.path} was changed in the meantime: try again")
    write(change.path, change.after, change.mode)
    if change.after is None:
        _remove_empty_folders(change.path.parent, change.floor)


def settings_path(client: Client, repository: Path | None) -> Path:
    """The file that setting up writes: of the user, or of a repository."""
    folder = client.folder(repository)
    if client.name == "codex" and not (folder / client.hooks.file).exists():
        toml = folder / codex_toml.FILE
        try:
            if codex_toml.has_hooks(read(toml)):
                return toml
        except BylineError:
            # One that cannot be read is none that can be added to.
            return folder / client.hooks.file
    return folder / client.hooks.file


def plugin_data(hooks: PluginFile, program: str) -> bytes | None:
    """The plugin as it is installed; None when this Byline brings none."""
    body = hooks.body()
    if body is None:
        return None
    if program != hook_entries.PROGRAM:
        body = installed_file.with_program(body, program)
    return installed_file.with_header(body, __version__)


def _client_change(client: Client, repository: Path | None, path: Path, program: str) -> Change:
    before = read(path)
    floor = repository or client.home().parent
    hooks = client.hooks
    if isinstance(hooks, PluginFile):
        after = plugin_data(hooks, program)
        if after is None:
            raise BylineError(f"this Byline brings no plugin for {client.title}: upgrade it")
        if before is not None and not installed_file.is_untouched(before):
            reason = (
                "it was changed since Byline installed it"
                if installed_file.version_of(before)
                else "it is not Byline's"
            )
            raise BylineError(f"{reason}: move it away to have Byline's")
        return Change(client.name, path, before, after, _PLUGIN_MODE, floor)
    entries = client.entries(program)
    if path.name == codex_toml.FILE and before is not None:
        after = codex_toml.install(before, entries)
    else:
        after = hook_entries.install(before, entries, hooks.layout, client.name)
    return Change(client.name, path, before, after, _PLUGIN_MODE if repository else _SETTINGS_MODE, floor)


def _plan_client_removal(plan: Plan, client: Client, root: Path | None) -> None:
    for path in _places(client, root):
        try:
            before = read(path)
            if before is not None and hook_entries.PROGRAM.encode() in before:
                after = _without_ours(client, path, before)
                plan.add(
                    Change(client.name, path, before, after, _SETTINGS_MODE, root or client.home().parent)
                )
        except BylineError as error:
            plan.refused.append(Refusal(client.name, path, str(error)))


def _places(client: Client, repository: Path | None) -> list[Path]:
    """All files in which there may be something of ours."""
    names = [client.hooks.file]
    names += client.hooks.also if isinstance(client.hooks, PluginFile) else ()
    names += [codex_toml.FILE] if client.name == "codex" else []
    return [client.folder(repository) / name for name in names]


def _without_ours(client: Client, path: Path, before: bytes) -> bytes | None:
    hooks = client.hooks
    if isinstance(hooks, HookSettings):
        if path.name == codex_toml.FILE:
            return codex_toml.uninstall(before)
        return hook_entries.uninstall(before, hooks.layout, client.name)
    if installed_file.version_of(before) is None:
        return before
    if not installed_file.is_untouched(before):
        raise BylineError("it was changed since Byline installed it: delete it yourself")
    return None


def _plan_git(plan: Plan, repository: Repository, program: str, *, commit_msg: bool) -> None:
    folder = git_hooks.hooks_folder(repository)
    names = (*git_hooks.HOOKS, *((git_hooks.MESSAGE_HOOK,) if commit_msg else ()))
    changed = False
    for name in names:
        path = folder.path / name
        try:
            before = read(path)
            runs = folder.husky or git_hooks.git_runs(path)
            after = git_hooks.install(before, name, program, runs=runs)
        except BylineError as error:
            plan.refused.append(Refusal(GIT, path, str(error)))
            continue
        changed |= plan.add(Change(GIT, path, before, after, _SCRIPT_MODE, folder.path))
    if changed and folder.shared:
        plan.notes.append(f"core.hooksPath has all your repositories run the hooks in {folder.path}.")
    elif changed and not repository.bare and folder.path.is_relative_to(repository.root):
        inside = folder.path.relative_to(repository.root)
        if inside.parts[0] != ".git":
            plan.notes.append(
                f"The hooks in {inside} are part of the work tree: whoever gets a commit of them runs them."
            )


def _remove_empty_folders(folder: Path, floor: Path) -> None:
    while folder != floor and folder.is_relative_to(floor):
        try:
            folder.rmdir()
        except OSError:
            # Not empty, or not ours to remove.
            return
        folder = folder.parent
