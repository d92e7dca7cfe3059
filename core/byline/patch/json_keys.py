"""The keys of a parsed patch's JSON (:mod:`byline.patch.json_form`), which hooks need not load."""

from typing import Annotated, NotRequired, TypedDict

from byline.patch.model import FileKind, LineKind, Match


class PatchLineJson(TypedDict):
    """A touched line. What is not known of it is left out or null."""

    kind: Annotated[LineKind, "what the edit did to the line"]
    line_number: Annotated[
        int, "1-based: in the new file for an added line, in the old one for a removed one"
    ]
    content: Annotated[str, "the line without its line feed"]
    session_id: Annotated[str | None, "the session it is credited to; null in what an edit recorded"]
    model_id: NotRequired[Annotated[str, "the model it is credited to", "where it is credited"]]
    message_id: NotRequired[Annotated[str, "the message of the call", "where it is credited"]]
    tool_call_id: NotRequired[Annotated[str, "the call", "where it is credited"]]
    match: NotRequired[Annotated[Match, "how it stands to what was recorded", "where it is credited"]]


class PatchHunkJson(TypedDict):
    """A hunk. The counts include context lines."""

    old_start: Annotated[int, "its first line in the old file, 1-based; 0 where the record has no numbers"]
    old_count: Annotated[int, "how many lines of the old file it spans"]
    new_start: Annotated[int, "its first line in the new file, likewise"]
    new_count: Annotated[int, "how many lines of the new file it spans"]
    model_id: Annotated[str | None, "the model of all its lines; null if there is not one"]
    lines: Annotated[list[PatchLineJson], "the touched lines"]
    context: NotRequired[
        Annotated[
            list[list[object]],
            "the lines around them that the record has: number in the old file, and content",
            "where it has any",
        ]
    ]


class PatchFileJson(TypedDict):
    """One file of a patch."""

    old_path: Annotated[str, "empty for an added file"]
    new_path: Annotated[str, "empty for a deleted file"]
    kind: Annotated[FileKind, "what happens to the file"]
    hunks: Annotated[list[PatchHunkJson], "in the order of the file"]


class PatchJson(TypedDict):
    """A parsed patch."""

    files: Annotated[list[PatchFileJson], "in the order of the patch"]
