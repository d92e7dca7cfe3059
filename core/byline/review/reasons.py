"""What the engine's and ``why``'s short words mean, in sentences for people."""

from collections.abc import Mapping

from byline.attribution import Assumption, Reason
from byline.patch import Match

MATCHES: Mapping[Match, str] = {
    "exact": "exact: the line is as the call left it",
    "moved": "moved: the block stands elsewhere now, unchanged",
    "reformatted": "reformatted: the same words, set differently since, and nobody recorded by whom",
    "edited": "edited: reworded since, and nobody recorded by whom",
}
REASONS: Mapping[Reason, str] = {
    "no_edit": "no recorded edit touched this line",
    "gap": "the file changed here between two recorded edits, and nobody recorded it",
    "ambiguous": "several recorded calls could have written it, and nothing tells which",
    "unplaced": "an edit has this text, but its place in the file cannot be told",
    "window": "it changed while a shell command ran, which is no proof that the command did it",
    "suspended": "the line was gone without a record, and not all that went with it came back",
    "after_commit": "the only edit with this text was made after the commit",
    "copy": "it is a copy of a recorded line, and nobody recorded who copied it",
    "too_large": "the file is too large to be attributed",
}
ASSUMED: Mapping[Assumption, str] = {
    "base": "assuming the version of the file that the edit was made on",
    "order": "assuming the order of the edits",
    "clock": "assuming that the clocks agree",
}
