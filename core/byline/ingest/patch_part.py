"""A ``patch`` part's text: a unified diff, or the JSON of a parsed patch."""

from byline.errors import FormatError, PatchError
from byline.frozen import replace
from byline.ingest.documents import parse_json
from byline.patch import Patch, parse_patch, patch_from_json, patch_to_json
from byline.record import Part
from byline.store.text_form import as_json, storable

UNPARSED = "unparsed"
"""How the status of a part begins whose text is no patch; the reason follows."""


def read_patch_part(part: Part) -> Part:
    """The part with its parsed patch beside the raw text.

    Text that is neither form stays as it is and its status says why. Touched lines of a diff are
    stamped with the session.
    """
    try:
        patch = _parse(part.text, part.session_id)
    except (PatchError, FormatError) as error:
        note = f"{UNPARSED}: {error}"
        return replace(part, status=storable(f"{part.status}; {note}" if part.status else note))
    return replace(part, patch=as_json(patch_to_json(patch)), status=part.status or "parsed")


def _parse(text: str, session_id: str) -> Patch:
    if not text.strip():
        raise PatchError("the text is empty")
    if text.lstrip().startswith("{"):
        return patch_from_json(parse_json(text))
    return parse_patch(text, session_id)
