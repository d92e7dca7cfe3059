"""Settings of the agents' own that keep all hooks, or Byline's, from running."""

import tomllib
from pathlib import Path

from byline.errors import FormatError
from byline.setup import codex_toml
from byline.setup.clients import Client
from byline.setup.json_text import parse


def turned_off(client: Client, data: bytes) -> str | None:
    """The setting that turns hooks off, as a person finds it; None when they run.

    ``data`` is the agent's settings file. Documented by the vendors: ``disableAllHooks`` (Claude Code),
    ``hooksConfig`` (Gemini CLI), ``features.hooks`` in ``config.toml`` (Codex).
    """
    if client.name == "codex":
        return _of_codex(client.home() / codex_toml.FILE)
    try:
        settings = parse(data.decode("utf-8")).value
    except (FormatError, UnicodeDecodeError):
        # That it cannot be read is told already.
        return None
    if not isinstance(settings, dict):
        return None
    if client.name == "claude" and settings.get("disableAllHooks") is True:
        return "disableAllHooks is true"
    config = settings.get("hooksConfig")
    if client.name == "gemini" and isinstance(config, dict):
        if config.get("enabled") is False:
            return "hooksConfig.enabled is false"
        disabled = config.get("disabled")
        if isinstance(disabled, list) and "byline" in disabled:
            return "hooksConfig.disabled has byline"
    return None


def _of_codex(path: Path) -> str | None:
    try:
        features = tomllib.loads(path.read_bytes().decode("utf-8")).get("features")
    except (OSError, ValueError):
        # Without a file that can be read nothing is turned off.
        return None
    names = [
        name
        for name in ("hooks", "codex_hooks")
        if isinstance(features, dict) and features.get(name) is False
    ]
    return f"features.{names[0]} is false in {path}" if names else None
