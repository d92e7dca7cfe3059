"""Kinds of files: line ends, encodings, links, modes, created, emptied, deleted and replaced files."""

from pathlib import Path

import pytest
from world import World, told, whose

BASE = "".join(f"line {number}\n" for number in range(1, 31))


def write_bytes(world: World, path: str, content: bytes) -> None:
    (world.path / path).write_bytes(content)
    world.tick()


def test_a_file_of_crlf_written_by_an_agent_is_credited_with_its_line_ends(world: World) -> None:
    world.agent("A").writes("f.txt", "one\r\ntwo\r\n")
    world.commit()
    assert told(world.review()) == ["+one\r | A opus exact", "+two\r | A opus exact"]


def test_a_line_end_that_changed_keeps_the_author_reformatted(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("f.txt", "first line\n")
    b.writes("f.txt", "first line\nsecond line\n")
    world.commit()
    world.person_writes("f.txt", "first line\r\nsecond line\r\n")
    world.commit()
    assert told(world.review()) == [
        "-first line | unknown no_edit",
        "-second line | unknown no_edit",
        "+first line\r | A opus reformatted carried",
        "+second line\r | B gpt reformatted carried",
    ]


def test_crlf_and_lf_in_one_file_are_each_their_writers(world: World) -> None:
    world.person_writes("f.txt", "typed one\r\ntyped two\n")
    world.commit()
    world.agent("A").writes("f.txt", "typed one\r\nfrom a\r\ntyped two\n")
    world.commit()
    assert told(world.review()) == ["+from a\r | A opus exact"]


def test_a_lone_carriage_return_does_not_end_a_line(world: World) -> None:
    world.agent("A").writes("f.txt", "one\rstill one\ntwo\n")
    world.commit()
    assert whose(world.review()) == ["+ A opus exact"] * 2


def test_form_feed_and_line_separator_do_not_end_a_line(world: World) -> None:
    world.agent("A").writes("f.txt", "one\fstill\u2028still\x85one\ntwo\n")
    world.commit()
    assert whose(world.review()) == ["+ A opus exact"] * 2


def test_a_file_without_final_newline_is_its_writers(world: World) -> None:
    world.agent("A").writes("f.txt", "one\ntwo")
    world.commit()
    assert told(world.review()) == ["+one | A opus exact", "+two | A opus exact"]


def test_the_final_newline_alone_is_no_line_of_the_one_who_added_it(world: World) -> None:
    world.agent("A").writes("f.txt", "one\ntwo")
    world.commit()
    world.person_writes("f.txt", "one\ntwo\n")
    world.commit()
    assert told(world.review()) == ["-two | unknown no_edit", "+two | A opus reformatted carried"]


def test_the_last_line_without_newline_that_another_agent_wrote_stays_its_own(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("f.txt", "one\ntwo")
    world.commit()
    b.writes("f.txt", "one\ntwo\nthree\n")
    world.commit()
    assert told(world.review())[1:] == ["+two | A opus reformatted carried", "+three | B gpt exact"]


def test_the_final_newline_that_an_agent_takes_away_leaves_the_line_whose_it_was(world: World) -> None:
    world.person_writes("f.txt", "one\ntwo\n")
    world.commit()
    world.agent("A").writes("f.txt", "zero\none\ntwo")
    world.commit()
    assert told(world.review()) == [
        "+zero | A opus exact",
        "-two | unknown no_edit",
        "+two | unknown no_edit",
    ]


def test_a_byte_order_mark_is_a_part_of_its_line(world: World) -> None:
    write_bytes(world, "f.txt", b"\xef\xbb\xbfhead\nbody\n")
    world.commit()
    world.agent("A").writes("f.txt", "\ufeffhead\nbody\nfrom a\n")
    world.commit()
    assert told(world.review()) == ["+from a | A opus exact"]


def test_lines_of_a_latin_1_file_that_an_agent_saw_as_text_are_credited(world: World) -> None:
    write_bytes(world, "f.txt", "caf\xe9\nother\n".encode("latin-1"))
    world.commit()
    a = world.agent("A")
    a.records("f.txt", "caf\ufffd\nother\n", "caf\ufffd\nfrom a\nother\n")
    write_bytes(world, "f.txt", "caf\xe9\nfrom a\nother\n".encode("latin-1"))
    world.commit()
    assert told(world.review()) == ["+from a | A opus exact"]


def test_a_path_with_spaces_quotes_and_other_letters_is_followed(world: World) -> None:
    name = 'dir é/a "quoted"\tname ü.txt'
    world.agent("A").writes(name, "one\n")
    world.commit()
    assert told(world.review(), name) == ["+one | A opus exact"]


def test_lines_that_look_like_marks_of_a_diff_are_read_as_lines(world: World) -> None:
    world.person_writes("f.txt", "-- old\nkept\n")
    world.commit()
    world.agent("A").writes("f.txt", "++ new\nkept\n@@ -1 +1 @@\n\\ No newline at end of file\n")
    world.commit()
    assert told(world.review()) == [
        "--- old | A opus exact",
        "+++ new | A opus exact",
        "+@@ -1 +1 @@ | A opus exact",
        "+\\ No newline at end of file | A opus exact",
    ]


def test_a_binary_file_has_no_lines_and_does_not_disturb_the_others(world: World) -> None:
    write_bytes(world, "image.png", b"\x89PNG\0\0\x01")
    world.agent("A").writes("f.txt", "one\n")
    world.commit()
    review = world.review()
    assert [(file.path, file.binary) for file in review.files] == [("f.txt", False), ("image.png", True)]
    assert told(review) == ["+one | A opus exact"]


def test_a_file_that_turned_binary_has_no_lines(world: World) -> None:
    world.agent("A").writes("data", "one\n")
    world.commit()
    write_bytes(world, "data", b"one\0two\n")
    world.commit()
    assert told(world.review()) == []


def test_a_change_of_mode_alone_has_no_lines(world: World) -> None:
    world.agent("A").writes("run.sh", "echo one\n")
    world.commit()
    (world.path / "run.sh").chmod(0o755)
    world.commit()
    review = world.review()
    assert told(review) == []
    assert review.files[0].notes == ("mode 100644 → 100755",)


def test_a_mode_that_changed_with_the_content_does_not_disturb_it(world: World) -> None:
    world.person_writes("run.sh", "echo one\n")
    world.commit()
    world.agent("A").writes("run.sh", "echo one\necho two\n")
    (world.path / "run.sh").chmod(0o755)
    world.commit()
    assert told(world.review()) == ["+echo two | A opus exact"]


def test_a_symbolic_link_is_nobodys_though_its_target_is_written(world: World) -> None:
    world.agent("A").writes("target.txt", "one\n")
    (world.path / "link.txt").symlink_to("target.txt")
    world.commit()
    assert told(world.review(), "link.txt") == ["+target.txt | unknown no_edit"]
    assert told(world.review(), "target.txt") == ["+one | A opus exact"]


def test_a_file_that_became_a_link_was_not_removed_by_its_author(world: World) -> None:
    a = world.agent("A")
    a.writes("f.txt", "one\n")
    a.writes("g.txt", "two\n")
    world.commit()
    (world.path / "f.txt").unlink()
    (world.path / "f.txt").symlink_to("g.txt")
    world.commit()
    assert {line.partition(" | ")[2] for line in told(world.review())} == {"unknown no_edit"}


def test_a_submodule_is_nobodys(world: World, tmp_path: Path) -> None:
    other = tmp_path / "lib"
    other.mkdir()
    world.git("init", "-q", "-b", "main", folder=other)
    world.git("commit", "-q", "--allow-empty", "-m", "lib", folder=other)
    world.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(other), "lib")
    world.agent("A").writes("f.txt", "one\n")
    world.commit()
    review = world.review()
    assert told(review, "f.txt") == ["+one | A opus exact"]
    assert {line.partition(" | ")[2] for line in told(review, "lib")} == {"unknown no_edit"}


def test_an_empty_file_has_no_lines_and_the_first_line_written_into_it_has_an_author(world: World) -> None:
    world.person_writes("f.txt", "")
    world.commit()
    assert told(world.review()) == []
    world.agent("A").writes("f.txt", "one\n")
    world.commit()
    assert told(world.review()) == ["+one | A opus exact"]


def test_an_emptied_file_that_stays_was_emptied_by_its_edit(world: World) -> None:
    world.person_writes("f.txt", "one\ntwo\n")
    world.commit()
    world.agent("A").writes("f.txt", "")
    world.commit()
    assert told(world.review()) == ["-one | A opus exact", "-two | A opus exact"]


@pytest.mark.parametrize("with_before", [True, False])
def test_rule_10_a_file_that_a_call_deleted_is_its_deleters(world: World, with_before: bool) -> None:
    world.person_writes("f.txt", "one\ntwo\n")
    world.commit()
    world.agent("A", with_before=with_before).deletes("f.txt")
    world.commit()
    assert told(world.review()) == ["-one | A opus exact", "-two | A opus exact"]


def test_rule_10_of_a_deleted_file_each_line_is_of_the_edit_that_took_it(world: World) -> None:
    world.person_writes("f.txt", "one\ntwo\nthree\n")
    world.commit()
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.replaces("f.txt", "two\n", "")
    b.deletes("f.txt")
    world.commit()
    assert told(world.review()) == ["-one | B gpt exact", "-two | A opus exact", "-three | B gpt exact"]


def test_a_file_deleted_and_created_anew_is_its_second_writers(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("f.txt", "first of a\nsecond of a\n")
    world.commit()
    a.deletes("f.txt")
    b.writes("f.txt", "first of b\n")
    world.commit()
    assert told(world.review()) == [
        "-first of a | A opus exact",
        "-second of a | A opus exact",
        "+first of b | B gpt exact",
    ]


def test_a_file_deleted_in_one_commit_and_created_in_the_next(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("f.txt", "first of a\n")
    world.commit()
    a.deletes("f.txt")
    world.commit()
    b.writes("f.txt", "first of b\n")
    world.commit()
    assert told(world.review("HEAD^")) == ["-first of a | A opus exact"]
    assert told(world.review()) == ["+first of b | B gpt exact"]


def test_a_file_an_agent_made_and_deleted_before_the_commit_leaves_nothing(world: World) -> None:
    a = world.agent("A")
    a.writes("scratch.txt", "one\n")
    a.deletes("scratch.txt")
    a.writes("kept.txt", "two\n")
    world.commit()
    assert told(world.review()) == ["+two | A opus exact"]


def test_a_root_commit_of_what_people_and_agents_wrote_tells_them_apart(world: World) -> None:
    world.person_writes("f.txt", "typed\n")
    a = world.agent("A")
    a.writes("f.txt", "typed\nfrom a\n")
    world.commit()
    assert told(world.review()) == ["+typed | unknown no_edit", "+from a | A opus exact"]


def test_a_whole_rewrite_of_a_file_is_its_writers_but_for_what_it_kept(world: World) -> None:
    world.person_writes("f.py", "import os\n\n\ndef old():\n    return 1\n")
    world.commit()
    a = world.agent("A", with_before=True)
    a.writes("f.py", "import os\n\n\ndef new(value):\n    return value\n")
    world.commit()
    assert told(world.review()) == [
        "-def old(): | A opus exact",
        "-    return 1 | A opus exact",
        "+def new(value): | A opus exact",
        "+    return value | A opus exact",
    ]


def test_a_minified_line_of_a_megabyte_is_its_writers_however_little_changed(world: World) -> None:
    line = ";".join(f"v{number}=f({number})" for number in range(60_000))
    world.person_writes("f.js", line + "\n")
    world.commit()
    world.agent("A").writes("f.js", line.replace("v9=f(9)", "v9=g(9)") + "\n")
    world.commit()
    assert whose(world.review()) == ["- A opus exact", "+ A opus exact"]


def test_a_generated_file_is_nobodys_beside_the_one_the_agent_wrote(world: World) -> None:
    a = world.agent("A")
    a.writes("schema.txt", "table users\n")
    world.person_writes("generated.py", "# made from schema.txt\nusers = Table('users')\n")
    world.commit()
    assert whose(world.review(), "generated.py") == ["+ unknown no_edit"] * 2
    assert whose(world.review(), "schema.txt") == ["+ A opus exact"]


def test_files_of_one_name_in_two_folders_are_each_their_own(world: World) -> None:
    a, b = world.agent("A", "opus"), world.agent("B", "gpt")
    a.writes("one/index.ts", "export const name = 1\n")
    b.writes("two/index.ts", "export const name = 1\n")
    world.person_writes("three/index.ts", "export const name = 1\n")
    world.commit()
    review = world.review()
    assert whose(review, "one/index.ts") == ["+ A opus exact"]
    assert whose(review, "two/index.ts") == ["+ B gpt exact"]
    assert whose(review, "three/index.ts") == ["+ unknown no_edit"]
