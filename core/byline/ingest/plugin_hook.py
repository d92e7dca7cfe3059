"""``hook --agent opencode`` and ``pi``: what their plugin sends is normalised already (``ingest.md``).

These agents have no events on a standard input: code of ours runs inside them. It sends envelopes of messages
and parts, and edits as diffs, to one command; the agent need not be named in each. Only around a shell
call do they send events as other agents' hooks do.
"""

from byline.errors import FormatError
from byline.ingest.reading import Json, Reading


def read_hook(agent: str, value: Json, raw: str) -> Reading:
    """An envelope's items, or a payload's edits.

    Raises:
        FormatError: it is neither, or has not its shape.
    """
    if "hook_event_name" in value:
        # The plugin tells of the call itself by an envelope; this is for the look at the work tree.
        return Reading(is_event=True)
    named: Json = {"tool_name": agent, **value}
    if "payloads" in value:
        from byline.ingest.envelope import read_envelope  # noqa: PLC0415 - a hook loads what it needs

        return read_envelope(named)
    if "diff" in value:
        from byline.ingest.edit_payload import read_edit_payload  # noqa: PLC0415 - a hook loads what it needs

        return read_edit_payload(named, raw)
    raise FormatError(
        f"{agent} has no raw hook events: its plugin sends an envelope with payloads, or a diff "
        "(`byline setup` installs it)"
    )
