"""The words of the command line."""

import pytest

from byline.errors import UsageError
from byline.ingest.words import Words, read_words


@pytest.mark.parametrize(
    "words",
    [
        ["--db", "/x.db", "--strict", "diff-trace"],
        ["diff-trace", "--strict", "--db", "/x.db"],
        ["--db=/x.db", "diff-trace", "--strict"],
    ],
)
def test_options_may_stand_on_either_side_of_the_command(words: list[str]) -> None:
    assert read_words(words) == Words("diff-trace", strict=True, database="/x.db")


def test_post_commit_takes_a_revision_and_a_remote() -> None:
    words = read_words(["post-commit", "--vcs", "git", "--remote-url", "https://x/y", "--commit", "HEAD~1"])
    assert (words.commit, words.remote_url) == ("HEAD~1", "https://x/y")


def test_post_commit_is_about_head_unless_told_otherwise() -> None:
    assert read_words(["post-commit"]).commit == "HEAD"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([], "a command is missing"),
        (["brew"], "unknown command 'brew'"),
        (["--loud", "diff-trace"], "unknown option --loud"),
        (["diff-trace", "--db"], "--db needs a value"),
        (["diff-trace", "--commit", "HEAD"], "--commit does not belong to diff-trace"),
        (["diff-trace", "post-commit"], "unexpected argument 'post-commit'"),
        (["post-commit", "--vcs", "hg"], "only git is supported"),
    ],
)
def test_words_that_do_not_fit_are_named(words: list[str], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        read_words(words)
