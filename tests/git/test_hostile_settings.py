"""Whatever users, their environment and a repository have set, the same is read."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from byline.git.batch import Batch
from byline.git.model import FileChange
from byline.git.repository import Repository

Git = Callable[..., str]
Commit = Callable[..., str]
LINES = "".join(f"line {number}\n" for number in range(1, 31))
Read = tuple[list[FileChange], list[FileChange], list[FileChange], list[FileChange]]


@pytest.fixture
def changed(repo: Path, git: Git, commit: Commit) -> Path:
    """A repository with a rename, a copy, edits far apart, and changes in index and work tree."""
    commit(
        {"naïve.txt": LINES, "old.txt": "old " + LINES, "z.txt": "z\n", ".gitattributes": "*.txt diff=up\n"}
    )
    git("mv", "old.txt", "new.txt")
    edited = LINES.replace("line 5\n", "five\n").replace("line 15\n", "fifteen\n\n")
    commit({"naïve.txt": edited, "copy.txt": LINES, "a.txt": "a\n"})
    (repo / "z.txt").write_text("z\nstaged\n")
    git("add", "z.txt")
    (repo / "z.txt").write_text("z\nstaged\nnot staged\n")
    (repo / "naïve.txt").write_text(edited.replace("line 25\n", ""))
    (repo / "untracked.txt").write_text("u\n")
    return repo


def read(folder: Path) -> Read:
    """A commit's changes, alone and in a batch, and those of index and work tree."""
    opened = Repository.open(folder)
    head = opened.commit("HEAD")
    with Batch(opened) as batch:
        return opened.changes(head), batch.changes(head), opened.staged_changes(), opened.worktree_changes()


def test_alone_and_in_a_batch_the_same_is_read(changed: Path) -> None:
    alone, batch, staged, worktree = read(changed)
    assert alone == batch
    assert [(change.status, change.path) for change in alone] == [
        ("added", "a.txt"), ("added", "copy.txt"), ("modified", "naïve.txt"), ("renamed", "new.txt"),
    ]  # fmt: skip
    assert [change.path for change in staged] == ["z.txt"]
    assert {change.path for change in worktree} == {"naïve.txt", "z.txt", "untracked.txt"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("diff.external", "false"),
        ("diff.up.command", "false"),
        ("diff.up.textconv", "tr a-z A-Z <"),
        ("diff.up.binary", "true"),
        ("diff.up.xfuncname", "^(line 1)$"),
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.srcPrefix", "left/"),
        ("color.ui", "always"),
        ("color.diff", "always"),
        ("diff.colorMoved", "zebra"),
        ("core.quotePath", "true"),
        ("diff.algorithm", "histogram"),
        ("diff.renames", "copies"),
        ("diff.renameLimit", "1"),
        ("diff.context", "0"),
        ("diff.interHunkContext", "30"),
        ("diff.indentHeuristic", "false"),
        ("diff.suppressBlankEmpty", "true"),
        ("diff.wsErrorHighlight", "all"),
        ("diff.ignoreSubmodules", "all"),
        ("diff.relative", "true"),
        ("diff.statGraphWidth", "1"),
        ("diff.wordRegex", "."),
        ("core.fsmonitor", "/bin/false"),
        ("core.whitespace", "trailing-space"),
        ("core.pager", "false"),
        ("core.abbrev", "4"),
        ("core.useReplaceRefs", "true"),
        ("core.commitGraph", "false"),
        ("log.showSignature", "true"),
        ("log.diffMerges", "combined"),
        ("log.showRoot", "false"),
        ("log.follow", "true"),
        ("status.showUntrackedFiles", "no"),
        ("status.relativePaths", "false"),
        ("i18n.logOutputEncoding", "UTF-16"),
        ("submodule.recurse", "true"),
        ("alias.diff-tree", "!false"),
        ("alias.cat-file", "!false"),
        ("advice.graftFileDeprecated", "true"),
    ],
)
def test_no_setting_changes_what_is_read(changed: Path, git: Git, key: str, value: str) -> None:
    plain = read(changed)
    xfuncname = key == "diff.up.xfuncname"
    git("config", key, value)
    assert git("config", key) == value
    if xfuncname:
        # What git prints behind the @@ is decoration, and the only thing that may differ.
        assert [[hunk.body for hunk in change.hunks] for change in read(changed)[0]] == [
            [hunk.body for hunk in change.hunks] for change in plain[0]
        ]
        return
    assert read(changed) == plain


def test_an_order_file_changes_no_order(changed: Path, git: Git, tmp_path: Path) -> None:
    plain = read(changed)
    order = tmp_path / "order"
    order.write_text("new.txt\n")
    git("config", "diff.orderFile", str(order))
    assert read(changed) == plain


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GIT_EXTERNAL_DIFF", "false"),
        ("GIT_DIFF_OPTS", "-U0"),
        ("GIT_PAGER", "false"),
        ("GIT_TRACE", "1"),
        ("GIT_TRACE_SETUP", "2"),
        ("GIT_LITERAL_PATHSPECS", "1"),
        ("GIT_ICASE_PATHSPECS", "1"),
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_DEFAULT_HASH", "sha256"),
        ("LANG", "de_DE.UTF-8"),
    ],
)
def test_no_variable_changes_what_is_read(
    changed: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    plain = read(changed)
    monkeypatch.setenv(name, value)
    if name == "GIT_CONFIG_COUNT":
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "diff.noprefix")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")
    assert read(changed) == plain


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GIT_DIR", "{other}/.git"),
        ("GIT_WORK_TREE", "{other}"),
        ("GIT_INDEX_FILE", "{other}/.git/index"),
        ("GIT_OBJECT_DIRECTORY", "{other}/.git/objects"),
        ("GIT_COMMON_DIR", "{other}/.git"),
    ],
)
def test_variables_of_another_repository_speak_of_the_current_folders_only(
    changed: Path, tmp_path: Path, git: Git, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    plain = read(changed)
    other = tmp_path / "other"
    other.mkdir()
    git("init", "-q", folder=other)
    monkeypatch.chdir(other)
    monkeypatch.setenv(name, value.format(other=other))
    assert Repository.open(changed).root == changed
    assert read(changed) == plain


def test_in_the_current_folder_the_index_that_a_hook_is_given_is_read(
    changed: Path, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    git("read-tree", "HEAD", GIT_INDEX_FILE=str(index))
    monkeypatch.chdir(changed)
    assert [change.path for change in Repository.open(Path.cwd()).staged_changes()] == ["z.txt"]
    monkeypatch.setenv("GIT_INDEX_FILE", str(index))
    assert Repository.open(Path.cwd()).staged_changes() == []


def test_a_git_folder_that_the_environment_names_is_opened_in_the_current_folder(
    changed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = tmp_path / "dotfiles.git"
    (changed / ".git").rename(bare)
    monkeypatch.chdir(changed)
    monkeypatch.setenv("GIT_DIR", str(bare))
    monkeypatch.setenv("GIT_WORK_TREE", str(changed))
    opened = Repository.open(Path.cwd())
    assert (opened.root, opened.git_dir) == (changed, bare)
    assert [change.path for change in opened.staged_changes()] == ["z.txt"]


def test_a_grafted_history_is_read_as_it_was_committed(changed: Path, git: Git) -> None:
    first, second = git("rev-list", "--reverse", "HEAD").split("\n")[-2:]
    (changed / ".git" / "info").mkdir(exist_ok=True)
    (changed / ".git" / "info" / "grafts").write_text(f"{second}\n")
    assert Repository.open(changed).commit("HEAD").parents == (first,)


def test_a_replaced_blob_is_read_as_it_was_committed(changed: Path, git: Git) -> None:
    plain = read(changed)
    real, other = git("rev-parse", "HEAD:a.txt"), git("rev-parse", "HEAD:z.txt")
    git("replace", real, other)
    assert read(changed) == plain


def test_no_hook_is_run(changed: Path) -> None:
    for name in ("post-index-change", "pre-commit", "post-checkout", "reference-transaction"):
        hook = changed / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {changed}/ran\n")
        hook.chmod(0o755)
    os.utime(changed / "new.txt", (1, 1))
    read(changed)
    assert not (changed / "ran").exists()


def test_a_locked_index_is_read_and_the_lock_left_alone(changed: Path) -> None:
    plain = read(changed)
    lock = changed / ".git" / "index.lock"
    lock.write_text("somebody's")
    os.utime(changed / "new.txt", (1, 1))
    assert read(changed) == plain
    assert lock.read_text() == "somebody's"


def test_reading_writes_nothing_into_the_repository(changed: Path) -> None:
    os.utime(changed / "new.txt", (1, 1))
    before = {path: path.stat().st_mtime_ns for path in (changed / ".git").rglob("*")}
    read(changed)
    assert {path: path.stat().st_mtime_ns for path in (changed / ".git").rglob("*")} == before
