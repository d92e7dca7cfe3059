"""The demo is built quickly, the same each time, and is what it promises."""

import ast
import subprocess
import time
from pathlib import Path

import pytest

from byline.demo.build import Demo, build_demo
from byline.patch import parse_patch
from byline.store.store import Store


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.removesuffix("\n")


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return build_demo(tmp_path / "demo")


def test_it_is_built_in_under_two_seconds(tmp_path: Path) -> None:
    start = time.perf_counter()
    build_demo(tmp_path / "demo")
    assert time.perf_counter() - start < 2


def test_two_builds_in_different_folders_have_the_same_commits(tmp_path: Path, demo: Demo) -> None:
    other = build_demo(tmp_path / "another" / "place")
    assert other.oids == demo.oids
    assert git(other.repository, "write-tree") == git(demo.repository, "write-tree")
    assert other.story.records.parts == demo.story.records.parts


def test_a_users_git_configuration_and_environment_change_nothing(
    tmp_path: Path, demo: Demo, isolated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (isolated_home / ".gitconfig").write_text(
        "[core]\n\tautocrlf = true\n[init]\n\tdefaultBranch = trunk\n[commit]\n\tgpgSign = true\n"
    )
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody Else")
    other = build_demo(tmp_path / "other")
    monkeypatch.delenv("GIT_DIR")
    assert other.oids == demo.oids
    assert git(other.repository, "write-tree") == git(demo.repository, "write-tree")


def test_a_dozen_commits_stand_on_main_and_both_index_and_work_tree_have_changes(demo: Demo) -> None:
    assert git(demo.repository, "rev-parse", "--abbrev-ref", "HEAD") == "main"
    assert tuple(git(demo.repository, "rev-list", "--reverse", "HEAD").split("\n")) == demo.oids
    assert len(demo.oids) == 13
    assert git(demo.repository, "diff", "--cached", "--name-only") == "uploader/command.py"
    assert git(demo.repository, "diff", "--name-only") == "README.md\nuploader/command.py"
    git(demo.repository, "fsck", "--strict")


def test_sessions_of_two_agents_and_four_models_are_stored_with_their_repository(demo: Demo) -> None:
    with Store(demo.database) as store:
        rows = store.sessions.rows(store.sessions.ids())
        assert sorted({row.agent for row in rows}) == ["claude", "codex"]
        assert sorted({model for row in rows for model in row.models}) == [
            "claude-opus-4-6",
            "claude-sonnet-4-5",
            "gpt-5.5",
            "gpt-5.5-mini",
        ]
        assert [row.title for row in rows if row.parent] == ["Test the backoff"]
        assert len(rows) == 4
        assert {row.repository for row in rows} == {demo.oids[0]}
        assert all(row.edits and row.prompts for row in rows)


def test_conversations_hold_every_kind_of_step(demo: Demo) -> None:
    parts = demo.story.records.parts
    assert {part.type for part in parts} == {"text", "reasoning", "tool", "question"}
    assert {part.tool for part in parts} >= {"Bash", "Read", "Write", "Edit", "Task", "shell", "apply_patch"}
    assert any(part.status == "error" and part.tool == "Edit" for part in parts)


def test_every_recorded_edit_applies_to_the_files_it_was_made_on(demo: Demo) -> None:
    for edit in demo.story.records.edits:
        if edit.before is None:
            continue
        lines = edit.before.split("\n")
        for hunk in edit.patch.hunks:
            for line in hunk.context:
                assert lines[line.line_number - 1] == line.content
            for touched in hunk.lines:
                if touched.kind == "removed":
                    assert lines[touched.line_number - 1] == touched.content


def test_every_commit_applies_to_the_one_before_and_gives_the_truths_lines(demo: Demo) -> None:
    for oid, commit in zip(demo.oids, demo.story.commits, strict=True):
        patch = parse_patch(git(demo.repository, "show", "--format=", "-M", oid))
        for file in patch.files:
            for hunk in file.hunks:
                for line in hunk.lines:
                    if line.kind == "added":
                        assert commit.lines[file.new_path][line.line_number - 1].text == line.content
                    else:
                        assert line.content in {text for text, _ in commit.removed[file.path]}


def test_the_python_of_the_story_parses(demo: Demo) -> None:
    for path, (_, content) in demo.story.worktree.files.items():
        if path.endswith(".py"):
            ast.parse(content)


def test_no_demo_is_built_over_another(demo: Demo) -> None:
    with pytest.raises(FileExistsError):
        build_demo(demo.repository.parent)
