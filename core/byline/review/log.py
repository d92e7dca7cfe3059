"""Many commits with who wrote them: attributed once, kept, and made anew only where an answer may change."""

import hashlib
import posixpath
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Annotated, Any, TypedDict

from byline.attribution import ENGINE_VERSION, AttributedLine
from byline.frozen import dataclass
from byline.git.model import NO_OID, ChangedPath, Commit
from byline.git.repository import Repository
from byline.patch import Patch, patch_to_json
from byline.review.authors import HUMAN, UNKNOWN, Who
from byline.review.json_form import SummaryJson, attributed_patch, summary_json
from byline.review.limits import Limits
from byline.review.model import Review, ReviewedFile
from byline.review.review import UNREADABLE, Reviewer
from byline.review.summary import Share, SideCounts, Summary, summarise
from byline.store.commits import AttributedCommit, CommitRecord
from byline.store.edits import EditStamp
from byline.store.store import Store

_CHUNKS = (16, 128)
"""Commits whose kept answers are looked up at once: few first, so that something shows soon."""

_FORM = 1
"""Moves when what is kept beside a summary changes its form."""


@dataclass(frozen=True, slots=True)
class Lines:
    """What touched lines have in common that are counted together."""

    kind: str
    contributor: str
    carried: bool
    reason: str | None
    session_id: str | None
    model_id: str | None


@dataclass(frozen=True, slots=True)
class FileShare:
    """Who touched how many lines of one file; ``old_path`` is empty for an added file."""

    path: str
    old_path: str
    counts: Mapping[Lines, int]


@dataclass(frozen=True, slots=True)
class CommitShare:
    """A commit with who touched how many lines of its files.

    ``is_new`` tells an answer that was worked out from one that was kept.
    """

    commit: Commit
    files: tuple[FileShare, ...]
    is_new: bool

    def summary(self) -> Summary:
        """The counts as ``byline show`` sums them up."""
        return _summary(self._lines())

    def counts(self) -> Counter[Who]:
        """Touched lines per contributor, for bars and legends."""
        counts: Counter[Who] = Counter()
        for lines, count in self._lines().items():
            counts[_who(lines)] += count
        return counts

    def _lines(self) -> Counter[Lines]:
        lines: Counter[Lines] = Counter()
        for file in self.files:
            lines.update(file.counts)
        return lines


def shares(
    store: Store, repository: Repository, commits: Iterable[Commit], paths: Sequence[str] = ()
) -> Iterator[CommitShare]:
    """Who wrote each of ``commits``, in the order given, as it becomes known.

    An answer is kept in the store with the version of the engine and a digest of the edits it rests on:
    those in this repository of files named like the commit's, and of files that an edit left with a content
    the commit adds. It is made anew only if one of these moved. ``paths`` (pathspecs) limit what is
    counted, not what is kept. A commit without touched lines has no files.

    Raises:
        GitError: git failed.
        StoreError: the store cannot be read or written.
    """
    waiting = iter(commits)
    size, later = _CHUNKS
    with Reviewer(store, repository) as reviewer:
        log = _Log(reviewer, paths)
        while chunk := list(islice(waiting, size)):
            yield from log.chunk(chunk)
            size = later


class CommitJson(TypedDict):
    """One commit and what its lines add up to."""

    commit: Annotated[str, "the full id"]
    parents: Annotated[list[str], "the full ids of its parents"]
    author: Annotated[str, "the author's name"]
    author_time: Annotated[int, "git's author time, in seconds"]
    subject: Annotated[str, "the message's first line"]
    summary: Annotated[SummaryJson, "the counts of the commit, or of the paths that were asked for"]


def share_json(share: CommitShare) -> CommitJson:
    """A commit as in ``byline log --json``."""
    commit = share.commit
    return {
        "commit": commit.oid,
        "parents": list(commit.parents),
        "author": commit.author,
        "author_time": commit.author_time,
        "subject": commit.subject,
        "summary": summary_json(share.summary()),
    }


class _Log:
    """One repository's commits, a chunk at a time."""

    def __init__(self, reviewer: Reviewer, paths: Sequence[str]) -> None:
        records = reviewer.records
        self._reviewer = reviewer
        self._records = records
        self._store = records.store
        self._repository = records.repository
        self._paths = paths
        self._row_id = records.own.id
        self._roots = tuple(f"{root.rstrip('/')}/" for root in {*records.own.checkouts, *records.worktrees})

    def chunk(self, commits: Sequence[Commit]) -> Iterator[CommitShare]:
        """The shares of some commits, in their order."""
        oids = [commit.oid for commit in commits]
        # What comes in from here on may be in an answer, but is not in its digest: it is made anew then.
        self._records.refresh()
        digests = self._digests(self._repository.changed_paths(oids))
        kept = self._store.commits.counts(self._row_id, oids, ENGINE_VERSION)
        wanted = self._repository.changed_paths(oids, self._paths) if self._paths else None
        for commit in commits:
            stored = kept.get(commit.oid, {})
            is_new = stored.get("digest") != digests[commit.oid]
            if is_new:
                review = self._reviewer.commit(commit)
                files = tuple(_file_share(file) for file in review.files if file.hunks)
                # What a partial clone lacks it may have later: not to be counted as no lines until then.
                if not any(UNREADABLE in file.notes for file in review.files):
                    _keep(self._store, self._row_id, review, files, digests[commit.oid])
            else:
                files = tuple(_file_from_json(value) for value in stored["files"])
            if wanted is not None:
                asked = {change.path for change in wanted[commit.oid]}
                files = tuple(file for file in files if file.path in asked)
            yield CommitShare(commit, files, is_new)

    def _digests(self, changed: Mapping[str, Sequence[ChangedPath]]) -> dict[str, str]:
        """For each commit a digest of the edits that its answer rests on."""
        added = {
            change.new_oid
            for changes in changed.values()
            for change in changes
            if change.old_oid == NO_OID and change.new_oid != NO_OID
        }
        names = {oid: {posixpath.basename(change.path) for change in found} for oid, found in changed.items()}
        stamps = self._stamps({name for found in names.values() for name in found})
        # A file that is added may have had another name: its content, or what its edits found, tells.
        bases = {name: {stamp.base_hash for stamp in found} - {None} for name, found in stamps.items()}
        leaving: dict[str | None, set[str]] = {}
        for stamp in self._store.edits.stamps_leaving(
            {hash_ for found in bases.values() for hash_ in found if hash_} | added
        ):
            leaving.setdefault(stamp.result_hash, set()).add(stamp.basename)
        for oid, changes in changed.items():
            for change in changes:
                if change.old_oid == NO_OID:
                    for digest in {change.new_oid, *bases.get(posixpath.basename(change.path), ())}:
                        names[oid] |= leaving.get(digest, set())
        stamps |= self._stamps({name for found in names.values() for name in found} - stamps.keys())
        limits = self._records.limits
        by_name = {name: _digest_of(found) for name, found in stamps.items()}
        return {oid: _digest(by_name, found, limits) for oid, found in names.items()}

    def _stamps(self, names: Collection[str]) -> dict[str, list[EditStamp]]:
        """The edits that may be of this repository, by name of the file."""
        found = self._store.edits.stamps(names)
        # A review would bind these sessions, and so change what its own digest was made of.
        if any(stamp.repository_id is None for stamp in found) and self._records.bind():
            found = self._store.edits.stamps(names)
        by_name: dict[str, list[EditStamp]] = {}
        for stamp in found:
            if stamp.repository_id == self._row_id or stamp.path.startswith(self._roots):
                by_name.setdefault(stamp.basename, []).append(stamp)
        return by_name


def _digest_of(stamps: Iterable[EditStamp]) -> bytes:
    """A digest of the edits of files of one name."""
    digest = hashlib.sha256()
    for stamp in stamps:
        digest.update(f"\n{stamp.id} {stamp.updated_at} {stamp.repository_id}".encode())
    return digest.digest()


def _digest(by_name: Mapping[str, bytes], names: Iterable[str], limits: Limits) -> str:
    digest = hashlib.sha256(f"{_FORM} {limits}".encode())
    for name in sorted(names):
        digest.update(by_name.get(name, b""))
    return digest.hexdigest()[:32]


def _keep(store: Store, repository_id: int, review: Review, files: Sequence[FileShare], digest: str) -> None:
    commit = review.commit
    assert commit is not None  # noqa: S101 - review_commit reviews a commit
    credited = {file.path for file in files if any(lines.session_id for lines in file.counts)}
    times = [
        line.credit.origin.time_ms for file in review.files for line in file.touched() if line.credit.origin
    ]
    # As the format has it, files without a match are left out: most of a long history is nobody's.
    patch = Patch(tuple(file for file in attributed_patch(review).files if file.path in credited))
    record = CommitRecord(
        commit.oid, commit.parents, commit.author_time, commit.commit_time,
        f"{commit.author} <{commit.email}>", commit.subject,
    )  # fmt: skip
    counts = {
        **summary_json(summarise(review.files)),
        "digest": digest,
        "files": [_file_json(file) for file in files],
    }
    window = (min(times), max(times)) if times else None
    store.commits.keep(
        repository_id,
        AttributedCommit(record, patch_to_json(patch), counts, window, ENGINE_VERSION, trace=None),
    )


def _file_share(file: ReviewedFile) -> FileShare:
    return FileShare(file.path, file.old_path, Counter(_lines_of(line) for line in file.touched()))


def _lines_of(line: AttributedLine) -> Lines:
    credit, origin = line.credit, line.credit.origin
    return Lines(
        line.kind, credit.contributor, credit.carried, credit.reason,
        origin.session_id if origin else None, origin.model_id if origin else None,
    )  # fmt: skip


def _file_json(file: FileShare) -> list[Any]:
    rows = [
        [lines.kind, lines.contributor, lines.carried, lines.reason, lines.session_id, lines.model_id, count]
        for lines, count in file.counts.items()
    ]
    return [file.path, file.old_path, rows]


def _file_from_json(value: Sequence[Any]) -> FileShare:
    path, old_path, rows = value
    return FileShare(path, old_path, {Lines(*row[:6]): row[6] for row in rows})


def _who(lines: Lines) -> Who:
    if lines.session_id is not None:
        return Who("session", lines.session_id, lines.model_id)
    return HUMAN if lines.contributor == "human" else UNKNOWN


def _summary(counts: Mapping[Lines, int]) -> Summary:
    """The same as :func:`byline.review.summary.summarise`, of lines that are counted already."""
    sides = {"added": Counter[str](), "removed": Counter[str]()}
    reasons: Counter[str] = Counter()
    sessions: dict[str, Counter[str]] = {}
    models: dict[str, Counter[str]] = {}
    for lines, count in counts.items():
        sides[lines.kind][lines.contributor] += count
        if lines.carried:
            sides[lines.kind]["carried"] += count
        if lines.reason:
            reasons[lines.reason] += count
        if lines.session_id is not None:
            sessions.setdefault(lines.session_id, Counter())[lines.kind] += count
            if lines.model_id:
                models.setdefault(lines.model_id, Counter())[lines.kind] += count
    return Summary(
        _side(sides["added"]),
        _side(sides["removed"]),
        dict(sorted(reasons.items(), key=lambda entry: (-entry[1], entry[0]))),
        _most_first(sessions),
        _most_first(models),
    )


def _side(counts: Mapping[str, int]) -> SideCounts:
    return SideCounts(*(counts[name] for name in ("ai", "mixed", "human", "unknown", "carried")))


def _most_first(counts: Mapping[str, Mapping[str, int]]) -> dict[str, Share]:
    found = {name: Share(sides["added"], sides["removed"]) for name, sides in counts.items()}
    return dict(sorted(found.items(), key=lambda entry: (-entry[1].total, entry[0])))
