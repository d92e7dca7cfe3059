"""Entries in hook settings: what is put in can be taken out again, byte for byte, whatever the file."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from byline.errors import FormatError
from byline.setup.hook_entries import HookEntry, Layout, install, installed, is_ours, uninstall
from byline.setup.json_text import parse

COMMAND = "byline-ingest hook --agent claude --defer"
ENTRIES = (
    HookEntry("PreToolUse", COMMAND, "Bash", 10),
    HookEntry("PostToolUse", COMMAND, "Edit|Write", 10),
    HookEntry("Stop", COMMAND),
)
LAYOUTS: tuple[Layout, ...] = ("grouped", "flat")
THEIRS = {"type": "command", "command": "./lint.sh && byline-ingest hook --agent claude"}

SETTINGS = {
    "no hooks": b'{\n    "model": "opus",\n    "permissions": {"allow": []}\n}\n',
    "no final line end": b'{\n  "model": "opus"\n}',
    "tabs": b'{\n\t"model": "opus",\n\t"hooks": {\n\t\t"Stop": []\n\t}\n}\n',
    "CRLF": b'{\r\n  "model": "opus",\r\n  "hooks": {\r\n    "Stop": [\r\n    ]\r\n  }\r\n}\r\n',
    "byte order mark": b'\xef\xbb\xbf{\n  "model": "opus"\n}\n',
    "empty object": b"{}",
    "empty object over lines": b"{\n}\n",
    "empty hooks": b'{"hooks": {}}\n',
    "minified": b'{"a":1,"hooks":{"Stop":[{"hooks":[]}],"Other":[]},"b":[1,2]}',
    "comments": b'{\n  // mine\n  "a": 1, // one\n  "hooks": { /* none */ } // end\n}\n// behind\n',
    "only a comment": b"{\n  // nothing yet\n}\n",
    "comment behind the last": b'{\n  "a": 1 // one  \n}\n',
    "comment on one line": b'{"a": 1 // one\n}\n',
    "trailing commas": b'{\n  "a": [1,],\n  "hooks": {\n    "Stop": [\n      {}, // no\n    ],\n  },\n}',
    "key order": b'{\n  "z": 1,\n  "hooks": {"Zebra": [], "Ant": []},\n  "a": "\\u00e9 \xc3\xa9"\n}\n',
    "a version": b'{\n  "version": 1\n}\n',
    "a version in front": b'{"version": 1, "hooks": {"Stop": []}}',
    "hooks and no version": b'{\n  "hooks": {}\n}',
    "empty file": b"",
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("before", SETTINGS.values(), ids=SETTINGS)
def test_entries_that_are_put_in_and_taken_out_leave_the_same_bytes(before: bytes, layout: Layout) -> None:
    after = install(before, ENTRIES, layout, "claude")
    assert len(installed(after, layout, "claude")) == len(ENTRIES)
    assert uninstall(after, layout, "claude") == before
    assert install(after, ENTRIES, layout, "claude") == after


@pytest.mark.parametrize("before", SETTINGS.values(), ids=SETTINGS)
def test_what_else_the_file_says_stays(before: bytes) -> None:
    old = parse(before.decode()).value if before else {}
    new = parse(install(before, ENTRIES, "grouped", "claude").decode()).value
    assert isinstance(old, dict)
    assert isinstance(new, dict)
    for key, value in old.items():
        if key != "hooks":
            assert new[key] == value
    for event, groups in old.get("hooks", {}).items():
        assert new["hooks"][event][: len(groups)] == groups


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_file_that_was_made_is_deleted_again(layout: Layout) -> None:
    made = install(None, ENTRIES, layout, "claude")
    assert made.endswith(b"}\n")
    assert uninstall(made, layout, "claude") is None


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_key_that_a_person_added_to_a_made_file_stays(layout: Layout) -> None:
    made = install(None, ENTRIES, layout, "claude").decode()
    touched = made.rstrip("\n").removesuffix("}").rstrip("\n") + ',\n  "theme": "dark"\n}\n'
    left = uninstall(touched.encode(), layout, "claude")
    assert left is not None
    assert left == b'{\n  "theme": "dark"\n}\n'


def test_the_file_is_written_as_the_agent_documents_it() -> None:
    value = json.loads(install(None, ENTRIES[1:2], "grouped", "claude"))
    handler = {"type": "command", "command": COMMAND, "timeout": 10}
    assert value == {"hooks": {"PostToolUse": [{"matcher": "Edit|Write", "hooks": [handler]}]}}
    flat = json.loads(install(None, ENTRIES[1:2], "flat", "claude"))
    entry = {"command": COMMAND, "matcher": "Edit|Write", "timeout": 10}
    assert flat == {"hooks": {"PostToolUse": [entry]}, "version": 1}


def test_an_entry_is_written_as_its_surroundings_are() -> None:
    before = b'{\n\t"hooks": {\n\t\t"Stop": [\n\t\t\t{"hooks": []}\n\t\t]\n\t}\n}\n'
    after = install(before, ENTRIES[2:], "grouped", "claude").decode()
    assert '\n\t\t\t{"hooks": []},\n\t\t\t{"hooks": [{"type": "command", ' in after


def test_entries_of_an_older_version_are_replaced() -> None:
    old = (HookEntry("Stop", "/old/bin/byline-ingest hook --agent claude"), HookEntry("Gone", COMMAND))
    before = b'{\n  "a": 1\n}\n'
    stale = install(before, old, "grouped", "claude")
    assert install(stale, ENTRIES, "grouped", "claude") == install(before, ENTRIES, "grouped", "claude")
    made = install(None, old, "grouped", "claude")
    assert install(made, ENTRIES, "grouped", "claude") == install(None, ENTRIES, "grouped", "claude")


def test_what_a_person_changed_beside_command_and_matcher_stays() -> None:
    after = install(None, ENTRIES, "grouped", "claude").replace(b'"timeout": 10', b'"timeout": 60')
    assert install(after, ENTRIES, "grouped", "claude") == after


def test_only_the_handlers_of_ours_leave_a_group_that_others_share() -> None:
    ours = {"type": "command", "command": COMMAND}
    for handlers in ([THEIRS, ours], [ours, THEIRS], [THEIRS, ours, THEIRS]):
        before = json.dumps({"hooks": {"Stop": [{"hooks": handlers}]}}).encode()
        left = uninstall(before, "grouped", "claude")
        assert left is not None
        expected = [each for each in handlers if each != ours]
        assert json.loads(left) == {"hooks": {"Stop": [{"hooks": expected}]}}


@pytest.mark.parametrize(
    ("command", "ours"),
    [
        (COMMAND, True),
        ("'/home/mia b/bin/byline-ingest' hook --agent claude --defer", True),
        ("byline-ingest hook --agent codex", False),
        ("my-byline-ingest hook --agent claude", False),
        ("echo byline-ingest hook --agent claude", False),
        ("byline-ingest 'unclosed", False),
        ("", False),
        (None, False),
    ],
)
def test_only_a_command_that_is_the_program_itself_is_ours(command: object, ours: bool) -> None:
    assert is_ours(command, "claude") is ours


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"{", "line 1"),
        (b'{\n  "a": 1\n  "b": 2\n}', "line 3"),
        (b"[]", "no JSON object"),
        (b'{"hooks": []}', "hooks is no JSON object"),
        (b'{"hooks": {"Stop": {}}}', "hooks.Stop is no array"),
        (b'{"hooks": {}, "hooks": {}}', "twice"),
        (b"{'a': 1}", "a key is expected"),
        (b'{"a": "\\ud800 \\x"}', "line 1"),
        (b"\xff\xfe{}", "UTF-8"),
        (b" \n", "missing"),
        (b'{"a": 1} x', "more behind"),
        (b"[" * 5000, "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_with_its_line(data: bytes, problem: str) -> None:
    with pytest.raises(FormatError, match=problem):
        install(data, ENTRIES, "grouped", "claude")


BLANKS = st.sampled_from(
    ["", " ", "\n", "  ", "\n  ", "\t", "\r\n", " // c\n", "/* c */", " /* a\n b */ ", "\n// x  \n\t"]
)
SCALARS = st.sampled_from(["1", "-2.5e3", "true", "null", '"x"', '"a // b"', '"\\u00e9é\\""'])


@st.composite
def documents(draw: st.DrawFn, depth: int = 0) -> str:
    """The text of a value with blanks, comments and trailing commas wherever they may be."""
    kind = draw(st.sampled_from(["scalar", "array", "object"] if depth < 3 else ["scalar"]))
    if kind == "scalar":
        return draw(SCALARS)
    return draw(containers(kind, [draw(documents(depth + 1)) for _ in range(draw(st.integers(0, 3)))]))


@st.composite
def containers(draw: st.DrawFn, kind: str, values: list[str], keys: tuple[str, ...] = ()) -> str:
    names = keys or tuple(f"k{number}" for number in range(len(values)))
    text = "{" if kind == "object" else "["
    for number, value in enumerate(values):
        text += draw(BLANKS)
        if kind == "object":
            text += f'"{names[number]}"{draw(BLANKS)}:{draw(BLANKS)}'
        text += value + draw(BLANKS)
        if number + 1 < len(values) or draw(st.booleans()):
            text += ","
    return text + draw(BLANKS) + ("}" if kind == "object" else "]")


@st.composite
def settings_files(draw: st.DrawFn) -> str:
    """A settings file, with hooks of others or without."""
    members = {"model": draw(documents(2)), "env": draw(documents(1))}
    if draw(st.booleans()):
        events = draw(st.lists(st.sampled_from(["Stop", "PreToolUse", "Other"]), unique=True))
        values = []
        for _ in events:
            groups = [json.dumps({"hooks": [THEIRS]}) for _ in range(draw(st.integers(0, 2)))]
            values.append(draw(containers("array", groups)))
        members["hooks"] = draw(containers("object", values, tuple(events)))
    if draw(st.booleans()):
        members["version"] = "1"
    names = draw(st.permutations(sorted(members)))
    names = names[: draw(st.integers(0, len(names)))]
    text = draw(containers("object", [members[name] for name in names], tuple(names)))
    return draw(st.sampled_from(["", "\ufeff"])) + draw(BLANKS) + text + draw(BLANKS)


@given(settings_files(), st.sampled_from(LAYOUTS))
def test_any_file_is_the_same_after_setup_and_removal_and_setup_twice_is_setup_once(
    before: str, layout: Layout
) -> None:
    after = install(before.encode(), ENTRIES, layout, "claude")
    assert len(installed(after, layout, "claude")) == len(ENTRIES)
    assert install(after, ENTRIES, layout, "claude") == after
    assert uninstall(after, layout, "claude") == before.encode()


@given(settings_files(), st.sampled_from(LAYOUTS), st.booleans())
def test_a_key_added_after_setup_outlives_the_removal(before: str, layout: Layout, first: bool) -> None:
    after = install(before.encode(), ENTRIES, layout, "claude").decode()
    root = parse(after)
    if first:
        touched = after[: root.start + 1] + '"added": 1,' + after[root.start + 1 :]
    else:
        last = root.children[-1]
        at = last.end if last.comma is None else last.comma + 1
        touched = after[:at] + ("," if last.comma is None else "") + '"added": 1' + after[at:]
    left = uninstall(touched.encode(), layout, "claude")
    assert left is not None
    value = parse(left.decode()).value
    assert isinstance(value, dict)
    assert value.pop("added") == 1
    old = parse(before).value
    assert isinstance(old, dict)
    assert {key: each for key, each in value.items() if key != "hooks" or key in old} == old


@given(st.text(max_size=60) | st.text(alphabet='{}[]",:/* \n1a\\', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        node = parse(text)
    except FormatError:
        return
    assert text[node.start : node.end].strip()
