"""The agents that tell Byline what they do as they do it: where each looks for hooks, and what is put there.

``formats.md`` 1.7, 2.1, 3.4, 4.3, 5.3 and 6.1; checked against the vendors' documentation in November 2026.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from byline.agents.plugin_file import plugin_file
from byline.errors import UsageError
from byline.setup.hook_entries import HookEntry, Layout
from byline.setup.program import Program, hook_command

_SECONDS = 10
_MILLISECONDS = 10_000
_CLAUDE_TOOLS = "Write|Edit|MultiEdit|NotebookEdit|Bash"


@dataclass(frozen=True, slots=True)
class HookSettings:
    """Hooks as entries in a JSON file of the agent's settings."""

    file: str
    layout: Layout
    events: Sequence[tuple[str, str | None]]
    """Event, and the tools it is about (None: every time)."""
    timeout: int
    """In the agent's own unit."""
    named: bool = False
    """Whether the agent shows hooks by a name."""


@dataclass(frozen=True, slots=True)
class PluginFile:
    """A program of ours that the agent loads from a folder."""

    file: str
    package: str
    source: str
    """Where it is among the files of ``package``."""
    also: Sequence[str] = ()
    """Other places that the agent loads the same file from."""

    def body(self) -> bytes | None:
        """What is installed; None when this Byline brings none."""
        return plugin_file(self.package, self.source)


@dataclass(frozen=True, slots=True)
class Client:
    """An agent. ``project`` is its folder in a repository; ``home`` finds the user's own."""

    name: str
    title: str
    programs: Sequence[str]
    project: str
    home: Callable[[], Path]
    hooks: HookSettings | PluginFile
    advice: str | None = None
    """What a person still has to do once the hooks are in."""
    desktop: bool = False
    """Whether it may be started from a desktop, where PATH is another than in a shell."""

    def is_found(self) -> bool:
        """Whether the agent is on this machine: its program is on PATH, or its folder is there."""
        return any(shutil.which(program) for program in self.programs) or self.home().is_dir()

    def folder(self, repository: Path | None) -> Path:
        """Where its settings are: the user's, or a repository's."""
        return self.home() if repository is None else repository / self.project

    def start(self, program: Program) -> str:
        """What starts ``byline-ingest`` from this agent."""
        return program.path if self.desktop else program.word

    def entries(self, program: str) -> list[HookEntry]:
        """The entries that its settings get."""
        hooks = self.hooks
        if isinstance(hooks, PluginFile):
            return []
        command = hook_command(program, self.name)
        name = "byline" if hooks.named else None
        return [HookEntry(event, command, matcher, hooks.timeout, name) for event, matcher in hooks.events]


def clients_named(names: Sequence[str]) -> list[Client]:
    """The agents of these names.

    Raises:
        UsageError: there are no hooks for one of them.
    """
    known = {client.name: client for client in CLIENTS}
    unknown = sorted(set(names) - known.keys())
    if unknown:
        raise UsageError(f"no hooks for {', '.join(unknown)}: choose from {', '.join(known)}")
    return [client for client in CLIENTS if client.name in names]


def _home(variable: str, *below: str) -> Callable[[], Path]:
    """The folder that an environment variable names, else one below the home folder."""

    def find() -> Path:
        # Claude Code's may list several, for readers; it writes into the first.
        configured = os.environ.get(variable, "").split(",")[0].strip() if variable else ""
        return Path(configured).expanduser() if configured else Path.home().joinpath(*below)

    return find


def _opencode_home() -> Path:
    configured = os.environ.get("OPENCODE_CONFIG_DIR")
    if configured:
        return Path(configured).expanduser()
    config = os.environ.get("XDG_CONFIG_HOME")
    return (Path(config) if config else Path.home() / ".config") / "opencode"


CLIENTS = (
    Client(
        "claude", "Claude Code", ("claude",), ".claude", _home("CLAUDE_CONFIG_DIR", ".claude"),
        HookSettings(
            "settings.json", "grouped",
            (
                ("SessionStart", None), ("UserPromptSubmit", None), ("PreToolUse", "Bash"),
                ("PostToolUse", _CLAUDE_TOOLS), ("PostToolUseFailure", "Bash"),
                ("Stop", None), ("SubagentStop", None), ("SessionEnd", None),
            ),
            _SECONDS,
        ),
    ),
    Client(
        "codex", "Codex", ("codex",), ".codex", _home("CODEX_HOME", ".codex"),
        HookSettings(
            "hooks.json", "grouped",
            (
                ("SessionStart", None), ("UserPromptSubmit", None), ("PreToolUse", "Bash"),
                ("PostToolUse", "apply_patch|Bash"), ("Stop", None),
            ),
            _SECONDS,
        ),
        "Codex runs new hooks only once you trust them: start codex, type /hooks and trust Byline's.",
    ),
    Client(
        "gemini", "Gemini CLI", ("gemini",), ".gemini", _home("", ".gemini"),
        HookSettings(
            "settings.json", "grouped",
            (
                ("SessionStart", None), ("BeforeAgent", None), ("BeforeTool", "run_shell_command"),
                ("AfterTool", "write_file|replace|run_shell_command"),
                ("AfterAgent", None), ("SessionEnd", None),
            ),
            _MILLISECONDS, named=True,
        ),
    ),
    Client(
        "cursor", "Cursor", ("cursor", "cursor-agent"), ".cursor", _home("", ".cursor"),
        HookSettings(
            "hooks.json", "flat",
            (
                ("sessionStart", None), ("beforeSubmitPrompt", None), ("preToolUse", "Shell"),
                ("postToolUse", "Write|StrReplace|Delete|ApplyPatch|Shell"), ("postToolUseFailure", "Shell"),
                ("afterFileEdit", None), ("afterTabFileEdit", None),
                ("afterAgentResponse", None), ("stop", None), ("sessionEnd", None),
            ),
            _SECONDS,
        ),
        desktop=True,
    ),
    Client(
        "opencode", "OpenCode", ("opencode",), ".opencode", _opencode_home,
        PluginFile("plugins/byline.ts", "byline.agents.opencode", "plugin/byline.ts", ("plugin/byline.ts",)),
        "OpenCode loads plugins when it starts: restart it.", desktop=True,
    ),
    Client(
        "pi", "Pi", ("pi",), ".pi", _home("PI_CODING_AGENT_DIR", ".pi", "agent"),
        PluginFile("extensions/byline.ts", "byline.agents.pi", "extension/byline.ts"),
        "Pi loads extensions when it starts: restart it, or type /reload.",
    ),
)  # fmt: skip
"""The agents in the order they are told."""
