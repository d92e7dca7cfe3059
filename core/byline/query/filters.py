"""The filters there are: their names, and the values of those that take only certain ones."""

from dataclasses import dataclass

from byline.record import PART_TYPES, PREFIXES


@dataclass(frozen=True, slots=True)
class FilterKind:
    """What is known of a filter. ``values`` are all there are (empty: any); ``is_many``: a session can have
    several.

    The same filter given twice narrows where a session can have several (``file:a file:b`` means both), and
    widens where it has one (``agent:claude agent:codex`` means either).
    """

    name: str
    meaning: str
    values: tuple[str, ...] = ()
    is_many: bool = False
    is_time: bool = False


FILTERS = {
    kind.name: kind
    for kind in (
        FilterKind("agent", "the coding agent, or the beginning of its name"),
        FilterKind("model", "a model whose name contains this", is_many=True),
        FilterKind("repo", "the repository's name, or a part of it"),
        FilterKind("branch", "the branch, the beginning of its name, or a pattern with *"),
        FilterKind(
            "file", "an edited file: its name, the end of its path, or a pattern with *", is_many=True
        ),
        FilterKind("role", "who said it", ("user", "assistant", "injected")),
        FilterKind("since", "active since a date, 7d, 12h, today, yesterday", is_time=True),
        FilterKind("until", "begun before the end of a date, or 7d ago", is_time=True),
        FilterKind(
            "has", "what is in it", ("edits", "errors", "questions", "files", "commits"), is_many=True
        ),
        FilterKind(
            "is",
            "what it is",
            ("subagent", "starred", "hidden", "automated", "oneshot", "missing"),
            is_many=True,
        ),
        FilterKind("label", "a label given in Byline", is_many=True),
        FilterKind("tool", "a tool that was called", is_many=True),
        FilterKind("type", "the kind of part", PART_TYPES),
    )
}
"""Name to what is known of the filter."""

PART_FILTERS = ("role", "tool", "type")
"""The filters that choose among the parts of a session; the others choose among sessions."""

AGENTS = tuple(PREFIXES)
"""The agents to offer where a store's own are not known."""
