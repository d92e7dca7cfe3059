"""Secrets in what was recorded: find what looks like a known kind of key, and cover it.

The kinds are those whose makers gave them a shape of their own (a prefix, a length); passwords that look like
any other word are not found. A text without any of the prefixes costs a search for each and nothing more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """What looks like a secret: ``text[start:end]`` is the part to cover."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Kind:
    """A shape, none of which is in a text without ``marker``. Group 1, where there is one, is the secret."""

    name: str
    marker: str
    pattern: re.Pattern[str]


def _kind(name: str, marker: str, pattern: str) -> _Kind:
    return _Kind(name, marker, re.compile(pattern, re.DOTALL))


_KINDS = (
    _kind(
        "private key", "PRIVATE KEY-----",
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----.{20,20000}?-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----",
    ),
    _kind("Anthropic key", "sk-ant-", r"\bsk-ant-[A-Za-z0-9_-]{20,}"),
    _kind("OpenAI key", "sk-", r"\bsk-(?!ant-)(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}"),
    *(_kind("GitHub token", f"gh{letter}_", rf"\bgh{letter}_[A-Za-z0-9]{{36,}}") for letter in "pousr"),
    _kind("GitHub token", "github_pat_", r"\bgithub_pat_[A-Za-z0-9_]{22,}"),
    _kind("GitLab token", "glpat-", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    _kind("AWS access key", "AKIA", r"\bAKIA[0-9A-Z]{16}\b"),
    _kind("AWS access key", "ASIA", r"\bASIA[0-9A-Z]{16}\b"),
    _kind("Google key", "AIza", r"\bAIza[0-9A-Za-z_-]{35}"),
    _kind("Slack token", "xox", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    _kind("Slack webhook", "hooks.slack.com/services/", r"hooks\.slack\.com/services/(T\w+/B\w+/\w{16,})"),
    _kind("Stripe key", "k_live_", r"\b[sr]k_live_[0-9A-Za-z]{16,}"),
    _kind("npm token", "npm_", r"\bnpm_[A-Za-z0-9]{36}\b"),
    _kind("PyPI token", "pypi-", r"\bpypi-AgE[A-Za-z0-9_-]{50,}"),
    _kind("Hugging Face token", "hf_", r"\bhf_[A-Za-z0-9]{30,}"),
    _kind("SendGrid key", "SG.", r"\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}"),
    _kind("DigitalOcean token", "_v1_", r"\bdo[opr]_v1_[a-f0-9]{64}"),
    _kind("JSON web token", "eyJ", r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"),
    _kind("password in a URL", "://", r"\b[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@\"'`<>]{1,80}:([^\s/:@\"'`<>${}*]{3,200})@"),
)  # fmt: skip
_PLACEHOLDERS = frozenset({"password", "passwd", "pass", "secret", "token", "pwd", "xxx", "changeme"})
_FEWEST_DIFFERENT = 8
"""Different characters in a key that is one: ``sk-xxxxxxxxxxxxxxxxxxxx`` is an example."""


def find_secrets(text: str) -> list[Secret]:
    """What looks like a secret in a text, in order, none within another."""
    found = sorted(
        (secret for kind in _KINDS if kind.marker in text for secret in _found(kind, text)),
        key=lambda secret: (secret.start, -secret.end),
    )
    kept: list[Secret] = []
    for secret in found:
        if not kept or secret.start >= kept[-1].end:
            kept.append(secret)
    return kept


def mask(text: str) -> str:
    """The text with every secret covered by its kind: ``[GitHub token]``. The number of lines stays."""
    # Again, for one right behind another: it only begins a word once that one is covered.
    while secrets := find_secrets(text):
        pieces: list[str] = []
        at = 0
        for secret in secrets:
            lines = text.count("\n", secret.start, secret.end)
            pieces += [text[at : secret.start], f"[{secret.kind}]", "\n" * lines]
            at = secret.end
        text = "".join([*pieces, text[at:]])
    return text


def _found(kind: _Kind, text: str) -> Iterator[Secret]:
    for match in kind.pattern.finditer(text):
        start, end = match.span(match.lastindex or 0)
        secret = text[start:end]
        if kind.marker == "://":
            if secret.lower() in _PLACEHOLDERS:
                continue
        elif len(set(secret)) < _FEWEST_DIFFERENT or "EXAMPLE" in secret:
            continue
        yield Secret(kind.name, start, end)
