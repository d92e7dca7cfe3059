"""The canonical form of a remote URL."""

import pytest

from byline.git.identity import canonical_url


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/owner/name.git",
        "https://github.com/owner/name",
        "https://GitHub.com/owner/name/",
        "https://user:token@github.com/owner/name.git",
        "git@github.com:owner/name.git",
        "github.com:owner/name",
        "ssh://git@github.com/owner/name.git",
        "ssh://git@github.com:22/owner/name",
        "git://github.com/owner//name.git",
    ],
)
def test_every_spelling_of_a_remote_is_one_identity(url: str) -> None:
    assert canonical_url(url) == "github.com/owner/name"


@pytest.mark.parametrize("url", ["/srv/git/name.git", "../name", "file:///srv/name", "C:/work/name", ""])
def test_a_local_path_is_no_identity(url: str) -> None:
    assert canonical_url(url) is None


def test_two_owners_are_two_repositories() -> None:
    assert canonical_url("git@github.com:one/x.git") != canonical_url("git@github.com:two/x.git")
