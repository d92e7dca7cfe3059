"""Our reader of git's diff against unidiff, on the same random trees through the same plumbing.

unidiff reads the patch text alone, without ``-z`` and the raw part: names it cannot unquote, modes and
what has no hunks are compared elsewhere (``test_repository.py``).
"""

import subprocess
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unidiff import PatchSet

from byline.git.diff import read_diff
from byline.git.model import FileChange

DIFF = ("diff-tree", "-r", "-M", "-l0", "-U3", "-p", "--full-index", "--no-ext-diff", "--no-textconv")
NAMES = ("a.py", "b c.txt", "deep/er/é.md", "-- d", "zz")
HOSTILE = (
    "--- a/x",
    "+++ b/x",
    "-- old",
    "++ new",
    "@@ -1 +1 @@",
    "diff --git a/x b/x",
    "\\ No newline",
    "x\r",
)
ODD = (
    "",
    "}",
    "    return None",
    "\f",
    "a\u2028b",
    "\x85",
    "\t",
    "é",
    " ",
    "Binary files a and b differ",
    ":100644",
)
LINES = st.one_of(
    st.sampled_from([*HOSTILE, *ODD]),
    st.text(st.characters(codec="utf-8", exclude_characters="\n\0"), max_size=6),
)
CONTENTS = st.one_of(
    st.none(),
    st.builds(
        lambda lines, end: "\n".join(lines) + end, st.lists(LINES, max_size=30), st.sampled_from(["", "\n"])
    ),
)
TREES = st.fixed_dictionaries(dict.fromkeys(NAMES, CONTENTS))
Hunks = list[tuple[int, int, int, int, str, list[str]]]


class Trees:
    """A repository that trees are written to and compared in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *words: str, stdin: bytes = b"") -> bytes:
        settings_ = ("-c", "core.quotePath=false", "-c", "diff.suppressBlankEmpty=false")
        return subprocess.run(
            ["git", *settings_, *words], cwd=self.folder, input=stdin, capture_output=True, check=True
        ).stdout

    def write(self, files: dict[str, str | None]) -> str:
        """The id of a tree with these files; None leaves one out."""
        stream = b"reset refs/heads/x\ncommit refs/heads/x\ncommitter M <m@x> 0 +0000\ndata 0\n"
        for name, content in files.items():
            if content is not None:
                data = content.encode()
                stream += f'M 100644 inline "{name}"\ndata {len(data)}\n'.encode() + data + b"\n"
        self.git("fast-import", "--quiet", "--force", stdin=stream)
        return self.git("rev-parse", "refs/heads/x^{tree}").decode().strip()


@pytest.fixture
def trees(repo: Path) -> Trees:
    return Trees(repo)


def ours(changes: list[FileChange]) -> list[tuple[str, Hunks]]:
    return [
        (
            change.path,
            [
                (
                    hunk.old_start,
                    hunk.old_count,
                    hunk.new_start,
                    hunk.new_count,
                    hunk.heading,
                    list(hunk.body),
                )
                for hunk in change.hunks
            ],
        )
        for change in changes
        if change.hunks
    ]


def theirs(text: str) -> list[tuple[str, Hunks]]:
    return [
        (
            file.path.removesuffix("\t"),
            [
                (
                    hunk.source_start, hunk.source_length, hunk.target_start, hunk.target_length,
                    hunk.section_header,
                    [str(line).removesuffix("\n") for line in hunk if line.line_type != "\\"],
                )
                for hunk in file
            ],
        )
        for file in PatchSet(StringIO(text, newline="\n"))
        if len(file)
    ]  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=TREES, new=TREES)
def test_every_hunk_and_line_is_what_unidiff_reads(
    trees: Trees, old: dict[str, str | None], new: dict[str, str | None]
) -> None:
    sides = [trees.write(old), trees.write(new)]
    read = ours(read_diff(trees.git(*DIFF, "-z", "--raw", "--abbrev=40", *sides)))
    assert read == theirs(trees.git(*DIFF, *sides).decode())


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=st.lists(LINES, min_size=6, max_size=40), data=st.data())
def test_small_changes_to_a_long_file_too(trees: Trees, base: list[str], data: st.DataObject) -> None:
    changed = list(base)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(changed)))
        changed[at : at + data.draw(st.integers(0, 3))] = data.draw(st.lists(LINES, max_size=3))
    sides = [trees.write({"f": "\n".join(lines)}) for lines in (base, changed)]
    read = ours(read_diff(trees.git(*DIFF, "-z", "--raw", "--abbrev=40", *sides)))
    assert read == theirs(trees.git(*DIFF, *sides).decode())
