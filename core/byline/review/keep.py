"""Attribute a commit and keep the answer: what ``post-commit`` does."""

from collections.abc import Callable

from byline import __version__
from byline.attribution import ENGINE_VERSION
from byline.errors import FormatError, GitError
from byline.frozen import replace
from byline.git.identity import canonical_url
from byline.git.repository import Repository
from byline.patch import patch_to_json
from byline.review.json_form import attributed_patch, summary_json
from byline.review.model import Review, ReviewedFile
from byline.review.review import Reviewer
from byline.review.summary import summarise
from byline.store.commits import AttributedCommit, CommitRecord
from byline.store.store import Store
from byline.trace.record import SESSION_URL, TracedCommit, TracedFile, build_trace
from byline.trace.validate import validate_trace


def trace_of(review: Review, repository_identity: str, base_url: str = SESSION_URL) -> dict[str, object]:
    """The Agent Trace record of a commit's review.

    Raises:
        GitError: the review is of no commit.
    """
    if review.commit is None:
        raise GitError("an Agent Trace record is of a commit; the index and the work tree have none yet")
    commit = TracedCommit(review.commit.oid, review.commit.commit_time, repository_identity)
    files = [TracedFile(file.path, list(file.touched())) for file in review.files]
    return build_trace(commit, files, __version__, base_url)


def keep_commit(
    store: Store,
    repository: Repository,
    rev: str,
    remote_url: str | None = None,
    leave_out: Callable[[str], bool] | None = None,
) -> Review:
    """Attribute a commit, and store the attributed patch with its Agent Trace record in one transaction.

    Once per commit: doing it again replaces. ``remote_url`` is noted with the record if given, else the
    repository's own. Of files whose path ``leave_out`` says yes to, nothing is kept.

    Raises:
        GitError: there is no such commit.
        StoreError: the store cannot be written.
        FormatError: the record would not be valid (a bug worth reporting).
    """
    with Reviewer(store, repository) as reviewer:
        review = reviewer.commit(repository.commit(rev))
        row = reviewer.records.own
    if leave_out is not None:
        shown = tuple(file for file in review.files if not any(map(leave_out, _paths(file))))
        review = replace(review, files=shown)
    commit = review.commit
    assert commit is not None  # noqa: S101 - review_commit reviews a commit
    identity = (canonical_url(remote_url) if remote_url else None) or row.identity
    trace = trace_of(review, identity)
    problems = validate_trace(trace)
    if problems:
        raise FormatError(f"the Agent Trace record of {commit.oid[:12]} is not valid: {problems[0]}")
    times = [
        line.credit.origin.time_ms for file in review.files for line in file.touched() if line.credit.origin
    ]
    store.commits.keep(
        row.id,
        AttributedCommit(
            CommitRecord(
                commit.oid,
                commit.parents,
                commit.author_time,
                commit.commit_time,
                f"{commit.author} <{commit.email}>",
                commit.subject,
            ),
            patch_to_json(attributed_patch(review)),
            {**summary_json(summarise(review.files))},
            (min(times), max(times)) if times else None,
            ENGINE_VERSION,
            trace,
            remote_url or row.remote_url,
        ),
    )
    return review


def _paths(file: ReviewedFile) -> list[str]:
    return [path for path in (file.path, file.old_path) if path]
