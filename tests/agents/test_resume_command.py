"""The line that a person pastes into a shell to go on with a session."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byline.agents.resume_command import resume_command
from byline.record import PREFIXES

AGENTS = sorted(PREFIXES)


@pytest.mark.parametrize(
    ("agent", "command"),
    [
        ("claude", "claude --resume abc-1"),
        ("codex", "codex resume abc-1"),
        ("gemini", "gemini --resume abc-1"),
        ("opencode", "opencode --session abc-1"),
        ("pi", "pi --session abc-1"),
        ("copilot", "copilot --resume=abc-1"),
        ("cursor", "cursor-agent --resume abc-1"),
        ("aider", None),
        ("unheard-of", None),
    ],
)
def test_every_agent_that_can_resume_has_its_command(agent: str, command: str | None) -> None:
    assert resume_command(agent, "abc-1", None) == command


def test_it_begins_by_going_to_the_sessions_folder() -> None:
    assert resume_command("claude", "a", "/my work/it's") == ("cd '/my work/it'\"'\"'s' && claude --resume a")


@pytest.mark.parametrize("native_id", ["", "-rf", "a b", "a\nb", "$(x)", "a;b", "--help", "x" * 300])
def test_what_is_no_id_is_never_put_into_a_command(native_id: str) -> None:
    assert resume_command("claude", native_id, None) is None


@given(st.sampled_from(AGENTS), st.text(max_size=20), st.none() | st.text(max_size=20))
def test_a_shell_reads_it_as_one_line_with_nothing_added(agent: str, native_id: str, cwd: str | None) -> None:
    command = resume_command(agent, native_id, cwd)
    if command is not None:
        assert "\n" not in command
        words = shlex.split(command)
        assert native_id in words[-1]
        assert words.count("&&") == (1 if words[0] == "cd" else 0) or cwd == "&&"
