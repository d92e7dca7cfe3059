"""``post-commit``: attribute the commit that was just made in the folder this runs in."""

from pathlib import Path

from byline.git.repository import Repository
from byline.review.keep import keep_commit
from byline.store.store import Store


def attribute_commit(database: Path, rev: str, remote_url: str | None) -> None:
    """Attribute ``rev`` of the current folder's repository and keep the answer, replacing an earlier one.

    Raises:
        GitError: this is no repository, or has no such commit.
        StoreError: the store cannot be opened or written.
    """
    repository = Repository.open(Path.cwd())
    with Store(database) as store:
        keep_commit(store, repository, rev, remote_url=remote_url)
