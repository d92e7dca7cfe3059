"""The story: who is in it, and its chapters in the order of time."""

from byline.demo.chapters.finish import FINISH
from byline.demo.chapters.groundwork import GROUNDWORK
from byline.demo.chapters.resume import RESUME
from byline.demo.chapters.retry import RETRY
from byline.demo.chapters.web import WEB
from byline.demo.steps import Actor, Scene

CAST: tuple[Actor, ...] = (
    Actor(
        "network",
        "claude",
        "3f2a9c1e-7b54-4d08-9e61-5a0c2f8d7b13",
        "Make uploads survive a flaky network",
        "claude-opus-4-6",
        "2.1.300",
    ),
    Actor(
        "network-tests",
        "claude",
        "agent-a7c41e09",
        "Test the backoff",
        "claude-sonnet-4-5",
        "2.1.300",
        parent="network",
    ),
    Actor(
        "browser",
        "codex",
        "019ac3d1-91d0-7c42-b6ad-2e5f0a9b4c77",
        "Progress in the browser client",
        "gpt-5.5",
        "0.155.1",
    ),
    Actor(
        "pool",
        "claude",
        "b81d47a6-02cc-4f3a-8f7e-d94e6c1b5a20",
        "Resume tests and a pool of workers",
        "claude-sonnet-4-5",
        "2.1.300",
    ),
)

STORY: tuple[Scene, ...] = (*GROUNDWORK, *RETRY, *WEB, *RESUME, *FINISH)
