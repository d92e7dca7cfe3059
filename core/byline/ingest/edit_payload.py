"""Normalised ``diff-trace`` payloads: one unified diff with who made it (``ingest.md``)."""

from byline.errors import FormatError, PatchError
from byline.frozen import replace
from byline.ingest.fields import optional_text, required_body, required_text, required_time
from byline.ingest.producer import session_of
from byline.ingest.reading import Item, Json, Reading
from byline.patch import FilePatch, Patch, parse_patch
from byline.record import Edit
from byline.store.text_form import as_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from byline.agents.recorded_edit import RecordedEdit


def read_edit_payload(payload: Json, raw: str) -> Reading:
    """One edit per file of the payload's diff; ``raw`` is the document's text, which is kept with each.

    Raises:
        FormatError: a field is missing or wrong, or the diff cannot be read.
    """
    tool_name = required_text(payload, "tool_name")
    native_id = required_text(payload, "sessionID")
    time_ms = required_time(payload, "time")
    cwd, repository_url = optional_text(payload, "cwd"), optional_text(payload, "repository_url")
    tool_version = optional_text(payload, "tool_version")
    session = session_of(tool_name, native_id, cwd=cwd, repository_url=repository_url, version=tool_version)
    message_id, tool_call_id = optional_text(payload, "message_id"), optional_text(payload, "tool_call_id")
    model_id, tool = optional_text(payload, "model_id"), optional_text(payload, "tool")
    try:
        patch = parse_patch(required_text(payload, "diff"), session.id)
    except PatchError as error:
        raise FormatError(f"diff: {error}") from error
    files = _one_per_path(patch)
    contents = _between_contents(payload, files, cwd)
    if contents is not None:
        files = [contents.patch]
        raw = as_json({name: payload[name] for name in payload if name not in {"before", "after"}})
    edits = [
        Edit(
            session.id,
            file.path,
            file,
            time_ms,
            tool_name,
            contents.precision if contents else "vendor_diff",
            message_id=message_id,
            tool_call_id=tool_call_id,
            model_id=model_id,
            tool=tool,
            tool_version=tool_version,
            cwd=cwd,
            repository_url=repository_url,
            before=contents.before if contents else "" if file.kind == "added" else None,
            after=contents.after if contents else None,
            payload=raw,
        )
        for file in files
    ]
    return Reading(tuple(Item(index, session, edit) for index, edit in enumerate(edits)))


def _between_contents(payload: Json, files: list[FilePatch], cwd: str | None) -> "RecordedEdit | None":
    """The edit of one file by its whole contents, where the payload has them beside the diff.

    ``before`` is null for a file that was not there. None when there are no contents, or no difference.
    """
    if payload.get("after") is None or len(files) != 1:
        return None
    from byline.agents.recorded_edit import between_contents  # noqa: PLC0415 - a hook loads what it needs

    before = None if payload.get("before") is None else required_body(payload, "before")
    return between_contents(files[0].path, before, required_body(payload, "after"), cwd)


def _one_per_path(patch: Patch) -> list[FilePatch]:
    """The files, with what several sections say about one path joined: an edit is keyed by its path."""
    files: dict[str, FilePatch] = {}
    for file in patch.files:
        known = files.get(file.path)
        files[file.path] = replace(known, hunks=known.hunks + file.hunks) if known else file
    return list(files.values())
