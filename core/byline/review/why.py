"""The evidence for one line: prompt, call, recorded hunk, earlier authors, and who else was considered."""

import posixpath
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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
from byline.git.model import Commit, FileChange, end_of_second_ms
from byline.git.repository import Repository
from byline.patch import FilePatch, Hunk, LineKind, Patch, render_patch
from byline.review.blame import BlamedLine, blame_file, literal
from byline.review.candidates import Candidates
from byline.review.contenders import (
    ENOUGH_ALNUM,
    Considered,
    Earlier,
    Outcome,
    earlier_authors,
    in_document,
    sends,
)
from byline.review.records import Records
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
    credited edit.
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


def explain_line(store: Store, repository: Repository, path: str, line: int, rev: str | None = None) -> Why:
    """Why a line (1-based) of a file at a revision, or in the work tree, has its credit.

    Raises: as :func:`byline.review.blame.blame_file`.
    """
    blame = blame_file(store, repository, path, rev, line=line)
    blamed = blame.lines[0]
    origin = blamed.credit.origin
    subject = repository.commit(blamed.commit).subject if blamed.commit else None
    with Records(store, repository) as records:
        record = _Record(records, blamed)
        earlier, considered = record.earlier(), tuple(record.considered())
    if origin is None:
        return Why(path, blamed, subject, None, None, None, (), considered, blame.problems)
    prompt = store.conversations.prompt_before(origin.session_id, origin.message_id, origin.time_ms)
    session = store.sessions.get(origin.session_id)
    edit = _recorded(store, origin, blamed.content)
    return Why(path, blamed, subject, session, prompt, edit, earlier, considered, blame.problems)


def explain_touched(
    store: Store, path: str, line: AttributedLine, commit: Commit | None, problems: tuple[str, ...] = ()
) -> Why:
    """The evidence for a line as a review credits it: prompt, call and recorded hunk.

    For removed lines, and for lines of the index: nobody else's claims on them are looked for.

    Raises:
        StoreError: the store cannot be read.
    """
    is_removed = line.kind == "removed"
    oid = commit.oid if commit is not None else None
    blamed = BlamedLine(line.line_number, line.content, oid, line.line_number, path, None, line.credit)
    subject = commit.subject if commit is not None else None
    origin = line.credit.origin
    if origin is None:
        return Why(path, blamed, subject, None, None, None, (), (), problems, is_removed)
    prompt = store.conversations.prompt_before(origin.session_id, origin.message_id, origin.time_ms)
    session = store.sessions.get(origin.session_id)
    edit = _recorded(store, origin, line.content, is_removed=is_removed)
    return Why(path, blamed, subject, session, prompt, edit, (), (), problems, is_removed)


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


class _Record:
    """What was recorded of the file that a line is in, as the review of its commit sees it, and beyond."""

    def __init__(self, records: Records, line: BlamedLine) -> None:
        store, repository = records.store, records.repository
        self._store = store
        self._line = line
        self._content = line.content.removesuffix("\r")
        origin = line.credit.origin
        self._winner = origin.edit_id if origin else None
        self._records = records
        self._own_repository = records.own.id
        self._later: list[Edit] = []
        self._documents: list[Document] = []
        paths = literal(name for name in (line.original_path, line.previous_path) if name)
        if line.commit is not None:
            commit = repository.commit(line.commit)
            limit = end_of_second_ms(commit.commit_time) + CLOCK_TOLERANCE_MS
            changes = repository.changes(commit, paths)
            self._gather(changes, (commit.parents or (None,))[0], commit.oid, limit)
            text = repository.blobs([f"{commit.oid}:{line.original_path}"]).popitem()[1]
        else:
            head = repository.head()
            changes = repository.worktree_changes(paths)
            if not any(change.new_path == line.original_path for change in changes):
                changes = repository.staged_changes(paths)
            self._gather(changes, head, None, int(time.time() * 1000) + CLOCK_TOLERANCE_MS)
            text = repository.worktree_text(line.original_path)
        self._lines = comparable(text or "")

    def _gather(
        self,
        changes: list[FileChange],
        parent: str | None,
        rev: str | None,
        limit: int,
    ) -> None:
        change = next((change for change in changes if change.new_path == self._line.original_path), None)
        if change is None:
            return
        candidates = Candidates(self._records, changes, parent, rev)
        candidates.gather(_FOREVER)
        for edits, versions in candidates.documents(change):
            self._later += [edit for edit in edits if edit.origin.time_ms > limit]
            self._documents.append(
                construct([edit for edit in edits if edit.origin.time_ms <= limit], versions)
            )

    def earlier(self) -> tuple[Earlier, ...]:
        """Who wrote the line in another form before the credited edit rewrote it."""
        document = self._winning()
        if document is None or self._winner is None:
            return ()
        return tuple(earlier_authors(document, self._winner, self._lines, self._line.original_line - 1))

    def considered(self) -> list[Considered]:
        """The edits that had a claim on the line and lost, oldest first, each once for a reason."""
        known = {entry.origin.edit_id for entry in self.earlier()}
        found: dict[tuple[int, Outcome], Considered] = {}
        for entry in self._claims():
            if entry.origin.edit_id not in known and entry.origin.edit_id != self._winner:
                found.setdefault((entry.origin.edit_id, entry.outcome), entry)
        return sorted(found.values(), key=lambda entry: (entry.origin.time_ms, entry.origin.edit_id))

    def _claims(self) -> Iterator[Considered]:
        place = self._line.original_line - 1
        winning = self._winning()
        for document in self._documents:
            other = winning is not None and document is not winning
            for entry in in_document(document, self._winner, self._lines, self._content, place):
                yield replace(entry, outcome=self._outcome(entry, other=other))
        if sum(map(str.isalnum, self._content)) < ENOUGH_ALNUM:
            return
        for edit in self._later:
            if sends(edit, self._content):
                yield Considered(edit.origin, "after_commit", self._content)
        yield from self._elsewhere()

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
        """Edits of files of the same name that are not this file's, but wrote the very line."""
        own = {edit.origin.edit_id for document in self._documents for edit in document.edits}
        own |= {edit.origin.edit_id for edit in self._later}
        for row in self._store.edits.named([posixpath.basename(self._line.original_path)]):
            if row.id in own or not _writes(row, self._content):
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


def _writes(row: EditRow, content: str) -> bool:
    try:
        files = row.patch().files
    except PatchError:
        # No claim can be read from it; where it is this file's, the review names it as a problem.
        return False
    return any(content in _touched(hunk, "added") for file in files for hunk in file.hunks)
