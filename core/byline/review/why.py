"""The evidence for one line: prompt, call, recorded hunk, earlier authors, and who else was considered."""

import posixpath
import time
from collections.abc import Iterator, Sequence

from byline.attribution import (
    CLOCK_TOLERANCE_MS,
    AttributedLine,
    Document,
    Edit,
    Origin,
    comparable,
    construct,
)
from byline.attribution.tokens import similarity, words
from byline.errors import PatchError
from byline.frozen import dataclass, replace
from byline.git.model import NO_OID, FileChange, end_of_second_ms
from byline.git.repository import Repository
from byline.patch import FilePatch, Hunk, LineKind, Patch, render_patch
from byline.review.blame import BlamedLine, blame_file, literal
from byline.review.candidates import Candidates
from byline.review.contenders import (
    ENOUGH_ALNUM,
    Considered,
    Earlier,
    Outcome,
    author_of_removed,
    earlier_authors,
    in_document,
    removals_in_document,
    touches,
)
from byline.review.model import Review, ReviewedFile
from byline.review.records import Records
from byline.review.twins import Twin, find_twins
from byline.store.edits import EditRow
from byline.store.sessions import SessionRow
from byline.store.store import Store

_FOREVER = 1 << 62


@dataclass(frozen=True, slots=True)
class RecordedEdit:
    """The edit behind a line as it was recorded.

    ``content`` is the line as the edit wrote it, or the one most like it, and ``hunk`` the part of the edit
    that has it, as a unified diff; both are empty where the record has no such line.
    """

    origin: Origin
    path: str
    precision: str
    content: str
    hunk: str


@dataclass(frozen=True, slots=True)
class Why:
    """A line with the evidence for its credit. ``subject`` is its commit's, None if it is not committed.

    ``prompt`` is what a person typed last before the call; it, ``session`` and ``edit`` are None where nobody
    is credited or nothing is recorded. ``earlier``, latest first, wrote the line in another form before the
    credited edit; of a line that was removed it is who wrote it. ``twins`` are recorded lines that a line
    without an author repeats. Of a line of several commits read as one, ``since`` is the full id of what they
    begin after, and ``line.commit`` the last of them.
    """

    path: str
    line: BlamedLine
    subject: str | None
    session: SessionRow | None
    prompt: str | None
    edit: RecordedEdit | None
    earlier: tuple[Earlier, ...]
    considered: tuple[Considered, ...]
    problems: tuple[str, ...] = ()
    is_removed: bool = False
    twins: tuple[Twin, ...] = ()
    since: str | None = None


def explain_line(store: Store, repository: Repository, path: str, line: int, rev: str | None = None) -> Why:
    """Why a line (1-based) of a file at a revision, or in the work tree, has its credit.

    Raises: as :func:`byline.review.blame.blame_file`.
    """
    blame = blame_file(store, repository, path, rev, line=line)
    blamed = blame.lines[0]
    subject = repository.commit(blamed.commit).subject if blamed.commit else None
    beside = _changed_with(repository, blamed) if blamed.credit.reason == "copy" else ()
    with Records(store, repository) as records:
        why = _explained(records, path, blamed, _scene_of(records, blamed))
        twins = find_twins(store, repository, blamed, beside)
        return _with_twins(replace(why, subject=subject, problems=blame.problems), twins)


def explain_touched(
    store: Store, repository: Repository, review: Review, file: ReviewedFile, line: AttributedLine
) -> Why:
    """Why a touched line of a review (of a commit, a span, the index or the work tree) has its credit.

    Of a removed line, ``edit`` and ``considered`` are about who took it out, ``earlier`` is who wrote it.

    Raises:
        GitError: git failed.
        StoreError: the store cannot be read.
    """
    is_removed = line.kind == "removed"
    path = file.old_path if is_removed else file.path
    oid = review.commit.oid if review.commit is not None else None
    previous = file.old_path if file.old_path != path else None
    blamed = BlamedLine(line.line_number, line.content, oid, line.line_number, path, previous, line.credit)
    since = _since(repository, review)
    subject = review.commit.subject if review.commit is not None and since is None else None
    beside = [each.path for each in review.files if each.status != "deleted"]
    with Records(store, repository) as records:
        scene = _scene_in(records, review, file, is_removed=is_removed)
        why = _explained(records, path, blamed, scene)
        twins = find_twins(store, repository, blamed, beside) if not is_removed else ()
        return _with_twins(replace(why, subject=subject, problems=review.problems, since=since), twins)


def _since(repository: Repository, review: Review) -> str | None:
    """What the commits of a review begin after, if they are several that are read as one."""
    if review.commit is None or repository.commit(review.commit.oid).parents[:1] == review.commit.parents[:1]:
        return None
    return review.parent


def _changed_with(repository: Repository, line: BlamedLine) -> list[str]:
    """The files that the commit of a line changes, as far as they are there after it."""
    if line.commit is None:
        return []
    return [
        change.path
        for change in repository.changed_paths([line.commit])[line.commit]
        if change.new_oid != NO_OID
    ]


def _with_twins(why: Why, twins: tuple[Twin, ...]) -> Why:
    """The twins tell of the edits that wrote an equal line elsewhere in the file, and where."""
    told = {twin.origin.edit_id for twin in twins}
    others = [
        claim for claim in why.considered if claim.outcome != "elsewhere" or claim.origin.edit_id not in told
    ]
    return replace(why, twins=twins, considered=tuple(others))


def _explained(records: Records, path: str, line: BlamedLine, scene: "_Scene") -> Why:
    record = _Record(records, line, scene)
    earlier, considered = record.earlier(), tuple(record.considered())
    origin, gone = line.credit.origin, scene.is_removed
    why = Why(path, line, None, None, None, None, earlier, considered, is_removed=gone)
    if origin is None:
        return why
    store = records.store
    return replace(
        why,
        session=store.sessions.get(origin.session_id),
        prompt=store.conversations.prompt_before(origin.session_id, origin.message_id, origin.time_ms),
        edit=_recorded(store, origin, line.content, is_removed=gone),
    )


def _recorded(store: Store, origin: Origin, content: str, *, is_removed: bool = False) -> RecordedEdit | None:
    row = store.edits.get(origin.edit_id)
    if row is None:
        return None
    try:
        files = row.patch().files
    except PatchError:
        # Told already: the review has it among its problems.
        files = ()
    wanted = content.removesuffix("\r")
    kind: LineKind = "removed" if is_removed else "added"
    lines = [line for file in files for hunk in file.hunks for line in _touched(hunk, kind)]
    written = _most_like(lines, wanted)
    hunk = _rendered(files[0], written, kind) if files else ""
    return RecordedEdit(origin, row.path, row.precision, written, hunk)


def _most_like(lines: Sequence[str], wanted: str) -> str:
    if wanted in lines:
        return wanted
    target = words(wanted)
    return max(lines, key=lambda line: similarity(words(line), target), default="")


def _rendered(file: FilePatch, content: str, kind: LineKind) -> str:
    """The hunks that touched the line, as a diff without git's headers."""
    having = tuple(hunk for hunk in file.hunks if content in _touched(hunk, kind))
    text = render_patch(Patch((replace(file, hunks=having),)))
    return text[text.find("--- ") :] if having else ""


def _touched(hunk: Hunk, kind: LineKind) -> list[str]:
    return [line.content.removesuffix("\r") for line in hunk.lines if line.kind == kind]


@dataclass(frozen=True, slots=True)
class _Scene:
    """The change that a line is part of: of ``changes`` of one review the one at ``change``, if any.

    ``parent`` and ``rev`` are full ids (``rev`` None for index and work tree), ``limit_ms`` is until when
    edits may be in it, ``lines`` are those of the side that the line stands on.
    """

    changes: Sequence[FileChange]
    change: FileChange | None
    parent: str | None
    rev: str | None
    limit_ms: int
    lines: Sequence[str]
    is_removed: bool = False


def _scene_of(records: Records, line: BlamedLine) -> _Scene:
    """The scene of a line as blame gives it."""
    repository = records.repository
    paths = literal(name for name in (line.original_path, line.previous_path) if name)
    if line.commit is not None:
        commit = repository.commit(line.commit)
        changes = repository.changes(commit, paths)
        parent, limit = (commit.parents or (None,))[0], end_of_second_ms(commit.commit_time)
        text = repository.blobs([f"{commit.oid}:{line.original_path}"]).popitem()[1]
    else:
        changes = repository.worktree_changes(paths)
        if not any(change.new_path == line.original_path for change in changes):
            changes = repository.staged_changes(paths)
        parent, limit = repository.head(), int(time.time() * 1000)
        text = repository.worktree_text(line.original_path)
    change = next((change for change in changes if change.new_path == line.original_path), None)
    lines = comparable(text or "")
    return _Scene(changes, change, parent, line.commit, limit + CLOCK_TOLERANCE_MS, lines)


def _scene_in(records: Records, review: Review, file: ReviewedFile, *, is_removed: bool) -> _Scene:
    """The scene of a line of a review."""
    repository, commit = records.repository, review.commit
    paths = literal(dict.fromkeys(name for name in (file.path, file.old_path) if name))
    if commit is not None:
        # Of several commits read as one the parent is what they begin after.
        parents = (review.parent,) if review.parent else ()
        changes = repository.changes(replace(commit, parents=parents), paths)
        limit = end_of_second_ms(commit.commit_time)
    else:
        look = repository.staged_changes if review.target == "staged" else repository.worktree_changes
        changes, limit = look(paths), int(time.time() * 1000)
    change = next((change for change in changes if change.path == file.path), None)
    rev = commit.oid if commit is not None else None
    lines = _side(records, change, is_removed=is_removed) if change is not None else ()
    return _Scene(changes, change, review.parent, rev, limit + CLOCK_TOLERANCE_MS, lines, is_removed)


def _side(records: Records, change: FileChange, *, is_removed: bool) -> Sequence[str]:
    oid = change.old_oid if is_removed else change.new_oid
    known = records.blob_lines([oid] if oid != NO_OID else []).get(oid)
    if known is not None or is_removed:
        return known or ()
    return comparable(records.repository.worktree_text(change.new_path) or "")


class _Record:
    """What was recorded of the file that a line is in, as the review of its commit sees it, and beyond."""

    def __init__(self, records: Records, line: BlamedLine, scene: _Scene) -> None:
        self._store = records.store
        self._line = line
        self._scene = scene
        self._content = line.content.removesuffix("\r")
        self._kind: LineKind = "removed" if scene.is_removed else "added"
        origin = line.credit.origin
        self._winner = origin.edit_id if origin else None
        self._own_repository = records.own.id
        self._later: list[Edit] = []
        self._documents: list[Document] = []
        if scene.change is not None and line.credit.reason != "too_large":
            self._gather(records, scene.change)

    def _gather(self, records: Records, change: FileChange) -> None:
        scene = self._scene
        candidates = Candidates(records, scene.changes, scene.parent, scene.rev)
        candidates.gather(_FOREVER)
        for edits, versions in candidates.documents(change):
            self._later += [edit for edit in edits if edit.origin.time_ms > scene.limit_ms]
            done = [edit for edit in edits if edit.origin.time_ms <= scene.limit_ms]
            self._documents.append(construct(done, versions))

    def earlier(self) -> tuple[Earlier, ...]:
        """Who wrote the line in another form before the credited edit did; of a removed one, who wrote it."""
        document, place = self._winning(), self._line.original_line - 1
        if document is None or self._winner is None:
            return ()
        if self._scene.is_removed:
            return tuple(author_of_removed(document, self._winner, self._scene.lines, place))
        return tuple(earlier_authors(document, self._winner, self._scene.lines, place))

    def considered(self) -> list[Considered]:
        """The edits that had a claim on the line and lost, oldest first, each once for a reason."""
        # Who wrote a removed line may still have taken an equal one out.
        known = set() if self._scene.is_removed else {entry.origin.edit_id for entry in self.earlier()}
        found: dict[tuple[int, Outcome], Considered] = {}
        for entry in self._claims():
            if entry.origin.edit_id not in known and entry.origin.edit_id != self._winner:
                found.setdefault((entry.origin.edit_id, entry.outcome), entry)
        return sorted(found.values(), key=lambda entry: (entry.origin.time_ms, entry.origin.edit_id))

    def _claims(self) -> Iterator[Considered]:
        winning = self._winning()
        for document in self._documents:
            other = winning is not None and document is not winning
            for entry in self._claims_in(document):
                yield replace(entry, outcome=self._outcome(entry, other=other))
        if sum(map(str.isalnum, self._content)) < ENOUGH_ALNUM:
            return
        for edit in self._later:
            if touches(edit, self._content, self._kind):
                yield Considered(edit.origin, "after_commit", self._content)
        yield from self._elsewhere()

    def _claims_in(self, document: Document) -> Iterator[Considered]:
        if self._scene.is_removed:
            return removals_in_document(document, self._winner, self._content)
        place = self._line.original_line - 1
        return in_document(document, self._winner, self._scene.lines, self._content, place)

    def _outcome(self, entry: Considered, *, other: bool) -> Outcome:
        """Why an edit lost, seen from the whole: its own document knows nothing of the others'."""
        if entry.outcome not in {"elsewhere", "unchanged"}:
            return entry.outcome
        if (entry.origin.tool_call_id or f"edit {entry.origin.edit_id}") in self._line.credit.candidates:
            return "ambiguous"
        return "other_checkout" if other else entry.outcome

    def _winning(self) -> Document | None:
        return next(
            (
                document
                for document in self._documents
                if any(edit.origin.edit_id == self._winner for edit in document.edits)
            ),
            None,
        )

    def _elsewhere(self) -> Iterator[Considered]:
        """Edits of files of the same name that are not this file's, but touched the very line in this way."""
        own = {edit.origin.edit_id for document in self._documents for edit in document.edits}
        own |= {edit.origin.edit_id for edit in self._later}
        for row in self._store.edits.named([posixpath.basename(self._line.original_path)]):
            if row.id in own or not _has(row, self._content, self._kind):
                continue
            origin = Origin(
                row.id, row.session_id, row.message_id, row.tool_call_id, row.model_id, row.tool, row.time_ms
            )
            if row.repository_id is None:
                yield Considered(origin, "unbound", self._content)
            elif row.repository_id != self._own_repository:
                yield Considered(origin, "other_repository", self._content)
            elif f"/{row.path}".replace("\\", "/").endswith(f"/{self._line.original_path}"):
                yield Considered(origin, "observation", self._content)
            else:
                yield Considered(origin, "other_file", self._content)


def _has(row: EditRow, content: str, kind: LineKind) -> bool:
    try:
        files = row.patch().files
    except PatchError:
        # No claim can be read from it; where it is this file's, the review names it as a problem.
        return False
    return any(content in _touched(hunk, kind) for file in files for hunk in file.hunks)
