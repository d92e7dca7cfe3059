"""Which repository a checkout is, and which sessions belong to it."""

from collections.abc import Sequence
from pathlib import Path

from byline.errors import GitError
from byline.git.identity import canonical_url
from byline.git.repository import Repository
from byline.store.repositories import RepositoryRow
from byline.store.store import Store


def repository_row(store: Store, repository: Repository) -> RepositoryRow:
    """The stored repository of a checkout, remembered if new.

    Its identity is the canonical remote URL, else the root commit, else the path (``design.md``).
    A repository that gets a remote, or its first commit, later keeps the row it has.
    """
    url = repository.remote_url()
    checkout = str(repository.root)
    known = [row for row in store.repositories.all() if checkout in row.checkouts]
    root_commit = _root_commit(repository, known)
    identity = (canonical_url(url) if url else None) or root_commit or checkout
    if known and identity not in {row.identity for row in known}:
        same = [row for row in known if row.root_commit in {None, root_commit}]
        if same:
            identity = same[0].identity
    return store.repositories.remember(identity, _without_credentials(url), root_commit, checkout)


def _root_commit(repository: Repository, known: Sequence[RepositoryRow]) -> str | None:
    """The root commit: of a checkout that is known, the one it was known by, as long as it has it.

    To find it git walks the whole history.
    """
    for row in known:
        if row.root_commit and repository.has_commit(row.root_commit):
            return row.root_commit
    return repository.root_commit()


def bind_sessions(store: Store) -> int:
    """Give sessions without a repository theirs: by their folder where it exists, else by recorded URL.

    Returns the number of sessions bound. Folders that are gone, or are in no repository, stay unbound.
    """
    bound = 0
    for cwd in store.repositories.unbound_cwds():
        folder = Path(cwd)
        if not folder.is_dir():
            continue
        try:
            repository = Repository.open(folder)
        except GitError:
            continue
        bound += store.repositories.bind_cwd(cwd, repository_row(store, repository).id)
    by_identity = {row.identity: row.id for row in store.repositories.all()}
    for url in store.repositories.unbound_urls():
        row_id = by_identity.get(canonical_url(url) or "")
        if row_id is not None:
            bound += store.repositories.bind_url(url, row_id)
    return bound


def _without_credentials(url: str | None) -> str | None:
    if url is None or "://" not in url:
        return url
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"
