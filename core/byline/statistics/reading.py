"""Shares of many commits, where one that git cannot read costs no more than itself."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from byline.errors import GitError
from byline.git.model import Commit
from byline.git.repository import Repository
from byline.review.log import CommitShare, shares
from byline.store.store import Store

_STRETCH = 512
"""Commits that are held at a time."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A commit that git cannot read, as in a partial clone or a damaged repository, and why."""

    commit: Commit
    why: str


def read_shares(
    store: Store, repository: Repository, commits: Iterable[Commit], paths: Sequence[str] = ()
) -> Iterator[CommitShare | Unread]:
    """Each commit's share, in the order given, as :func:`byline.review.log.shares` has it; or why not.

    Raises:
        GitError: the repository cannot be read at all (any more).
        StoreError: the store cannot be read or written.
    """
    waiting = iter(commits)
    while stretch := list(islice(waiting, _STRETCH)):
        done = 0
        while done < len(stretch):
            try:
                for share in shares(store, repository, stretch[done:], paths):
                    done += 1
                    yield share
            except GitError as error:
                repository.resolve("HEAD")
                yield Unread(stretch[done], str(error))
                done += 1
