"""Shell calls in the path of a hook: which events make somebody look at the work tree, and when."""

from byline.config import read_config
from byline.errors import GitError
from byline.ingest import shell_window
from byline.ingest.shell_event import parse_shell_call
from byline.own_folder import own_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from byline.config import Config


def look_at_work_tree(
    agent: str, data: bytes, database: str, received_ms: int, config: "Config | None" = None
) -> bool:
    """Take the look before or after a shell call, if an event begins or ends one.

    Returns whether that was all: an event that begins a call tells of nothing else. What goes wrong is noted
    and fails nobody. ``config`` is what is in force where this runs, if it was read already.
    """
    call = parse_shell_call(agent, data)
    if call is None:
        return False
    if config is None:
        config = read_config(own_folder("config"), call.cwd)
    if not config.flag("capture.shell_snapshots") or config.flag("disabled") or config.held:
        return call.begins
    try:
        if call.begins:
            shell_window.begin(database, call, config)
        else:
            shell_window.end(database, call, config, received_ms)
    except (OSError, ValueError, LookupError, TypeError, GitError) as error:
        # A window that is not as it should be costs that call's edits; the event itself is stored.
        from byline.ingest.channels import complain  # noqa: PLC0415 - a hook loads what it needs

        complain(f"the work tree was not looked at: {error}")
    return call.begins
