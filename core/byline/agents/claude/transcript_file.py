"""Read the file of a transcript: whole, or on from where the last reading of it ended."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from byline.agents.claude.beside import Beside
from byline.agents.claude.resume import NeedsWholeError, State, fingerprint
from byline.agents.claude.transcript import Transcript
from byline.agents.json_lines import Line, lines_of, parse_object, reason_of
from byline.agents.reader import Reading, Unreadable
from byline.errors import FormatError

# More than a quarter of the lines of real transcripts are progress reports and file snapshots: a glance
# at the bytes spares parsing them. Their place in the chain of uuids is kept.
_PROGRESS = b'"type":"progress","data":{'
_SNAPSHOT = b'{"type":"file-history-'


def read_transcript(
    path: Path, native_id: str, agent_of: str | None = None, title: str | None = None
) -> Reading:
    """Read a whole transcript.

    ``native_id`` names the session of records that do not name their own. With ``agent_of``, the session
    that started it, the file is a sub-agent's and everything in it belongs to ``native_id``; ``title`` is
    then what the sub-agent was told to be for.

    A record that says ``forkedFrom`` belongs to the session it was copied from; sidechain records in a
    main file to a sub-agent's session of their own. A last line without its newline is read when it is
    whole, but the offset stays before it.

    Raises:
        OSError: the file cannot be read.
    """
    transcript = Transcript(native_id, agent_of, Beside(path))
    if title is not None:
        transcript.describe(native_id, title)
    with path.open("rb") as file:
        return _read(transcript, path, lines_of(file), 0)


def resume_transcript(
    path: Path,
    native_id: str,
    offset: int,
    state: State,
    agent_of: str | None = None,
    title: str | None = None,
) -> Reading | None:
    """Read on from where a reading of the transcript ended; None when the whole has to be read again.

    ``offset`` and ``state`` are of that reading, the other arguments as for :func:`read_transcript`.

    Raises:
        OSError: the file cannot be read.
    """
    # A state without "branched" was kept before rewinds were told.
    if fingerprint(path, offset) != state["fingerprint"] or "branched" not in state:
        return None
    transcript = Transcript(native_id, agent_of, Beside(path), state)
    if title is not None:
        transcript.describe(native_id, title)
    with path.open("rb") as file:
        file.seek(offset)
        try:
            return _read(transcript, path, lines_of(file, state["lines"], offset), offset)
        except NeedsWholeError:
            return None


def _read(transcript: Transcript, path: Path, lines: Iterable[Line], offset: int) -> Reading:
    """Read the lines that come after ``offset``."""
    unreadable: list[Unreadable] = []
    records = 0
    is_ahead = False
    """Whether a last line was read that is not ended yet, and is read again."""
    for line in lines:
        if line.complete:
            offset = line.end
            transcript.lines = line.number
        elif not line.data.endswith(b"}"):
            break
        records += 1
        data = line.data
        if data.startswith(_SNAPSHOT):
            continue
        if _PROGRESS in data and b'"toolUseResult"' not in data:
            transcript.pass_by(data)
            continue
        try:
            transcript.read(parse_object(data), line.number)
        except (ValueError, FormatError, RecursionError) as error:
            if not line.complete:
                records -= 1
                break
            unreadable.append(Unreadable(line.number, reason_of(error)))
        is_ahead = not line.complete
    state = None if is_ahead else transcript.state(path, offset)
    resume = None if state is None else json.dumps(state, separators=(",", ":"))
    return replace(transcript.reading(str(path), records, unreadable, offset), resume=resume)
