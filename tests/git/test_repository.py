"""What Byline reads from git, over real repositories and whatever users have configured."""

import os
import subprocess
from pathlib import Path

import pytest

from byline.errors import GitError
from byline.git.repository import Repository

LINES = "".join(f"line {number}\n" for number in range(1, 21))


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path, files: dict[str, str | bytes], message: str = "work") -> str:
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return git(folder, "rev-parse", "HEAD")


def test_a_folder_outside_of_any_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not a git repository"):
        Repository.open(tmp_path)


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="there is no folder"):
        Repository.open(tmp_path / "nowhere")


def test_a_repository_is_found_from_a_folder_below(repo: Path) -> None:
    commit(repo, {"a/b/c.txt": "x\n"})
    opened = Repository.open(repo / "a" / "b")
    assert opened.root == repo
    assert not opened.bare


def test_a_bare_repository_is_read_like_any_other(repo: Path, tmp_path: Path) -> None:
    oid = commit(repo, {"f.txt": "x\n"}, "first")
    git(tmp_path, "clone", "-q", "--bare", str(repo), "bare.git")
    bare = Repository.open(tmp_path / "bare.git")
    assert bare.bare
    assert [made.oid for made in bare.log()] == [oid]


def test_a_repository_without_commits_says_so(repo: Path) -> None:
    opened = Repository.open(repo)
    assert opened.root_commit() is None
    assert opened.head_branch() == "main"
    with pytest.raises(GitError, match="no commits yet"):
        opened.resolve("HEAD")


@pytest.mark.parametrize("rev", ["nope", "--all", "HEAD~9", "", "HEAD:f.txt"])
def test_a_revision_that_does_not_exist_is_named(repo: Path, rev: str) -> None:
    commit(repo, {"f.txt": "x\n"})
    with pytest.raises(GitError, match="there is no revision"):
        Repository.open(repo).resolve(rev)


def test_log_gives_commits_newest_first_with_their_facts(repo: Path) -> None:
    first = commit(repo, {"f.txt": "1\n"}, "first")
    second = commit(repo, {"f.txt": "2\n"}, "Ünïcode subject\n\nA body\nof two lines")
    commits = list(Repository.open(repo).log())
    assert [made.oid for made in commits] == [second, first]
    assert commits[0].parents == (first,)
    assert commits[0].subject == "Ünïcode subject"
    assert commits[0].body == "A body\nof two lines\n"
    assert (commits[0].author, commits[0].email) == ("Mia Person", "mia@example.com")
    assert commits[1].parents == ()


def test_log_skips_limits_and_follows_paths(repo: Path) -> None:
    for number in range(5):
        commit(repo, {f"f{number % 2}.txt": f"{number}\n"}, f"c{number}")
    opened = Repository.open(repo)
    assert [made.subject for made in opened.log(limit=2, skip=1)] == ["c3", "c2"]
    assert [made.subject for made in opened.log(paths=["f1.txt"])] == ["c3", "c1"]


def test_log_of_many_commits_can_be_left_early(repo: Path) -> None:
    stream = "".join(
        f"commit refs/heads/main\ncommitter M <m@x> {1_700_000_000 + number} +0000\ndata 3\nc{number % 10}\n"
        for number in range(3000)
    )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=repo, input=stream, text=True, check=True)
    log = Repository.open(repo).log()
    assert next(log).commit_time == 1_700_002_999
    log.close()  # type: ignore[attr-defined]
    assert len(list(Repository.open(repo).log())) == 3000


def test_a_root_commit_is_read_against_nothing(repo: Path) -> None:
    commit(repo, {"f.txt": "a\nb\n"})
    opened = Repository.open(repo)
    (change,) = opened.changes(opened.commit("HEAD"))
    assert (change.status, change.old_path, change.new_path) == ("added", "", "f.txt")
    assert change.hunks[0].body == ("+a", "+b")


def test_an_empty_commit_changes_nothing(repo: Path) -> None:
    commit(repo, {"f.txt": "a\n"})
    commit(repo, {})
    opened = Repository.open(repo)
    assert opened.changes(opened.commit("HEAD")) == []


@pytest.mark.parametrize(
    "name",
    [
        "with space.txt",
        "tab\there.txt",
        'quote".txt',
        "new\nline.txt",
        "naïve 文.txt",
        "x b/y b/z.txt",
        "a/b/a/b.txt",
        "back\\slash.txt",
        "trailing ",
    ],
)
def test_every_name_is_read_as_it_is(repo: Path, name: str) -> None:
    commit(repo, {name: "one\n", "other.txt": "x\n"})
    commit(repo, {name: "two\n", "other.txt": "y\n"})
    opened = Repository.open(repo)
    changes = {change.path: change for change in opened.changes(opened.commit("HEAD"))}
    assert set(changes) == {name, "other.txt"}
    assert changes[name].hunks[0].body == ("-one", "+two")


def test_a_name_that_is_no_utf8_survives(repo: Path) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    commit(repo, {name: "one\n"})
    opened = Repository.open(repo)
    assert [change.path for change in opened.changes(opened.commit("HEAD"))] == [name]
    assert opened.files("HEAD") == [name]


def test_renames_copies_modes_links_and_types_are_told_from_the_raw_part(repo: Path) -> None:
    commit(repo, {"old.txt": LINES, "mode.sh": "echo\n", "type.txt": "text\n", "gone.txt": "bye\n"})
    git(repo, "mv", "old.txt", "new.txt")
    (repo / "new.txt").write_text(LINES.replace("line 3\n", "line three\n"))
    (repo / "mode.sh").chmod(0o755)
    (repo / "type.txt").unlink()
    (repo / "type.txt").symlink_to("mode.sh")
    (repo / "gone.txt").unlink()
    commit(repo, {"empty.txt": "", "z.txt": "after\n"})
    opened = Repository.open(repo)
    changes = {change.path: change for change in opened.changes(opened.commit("HEAD"))}
    assert changes["new.txt"].status == "renamed"
    assert changes["new.txt"].old_path == "old.txt"
    touched = [line for line in changes["new.txt"].hunks[0].body if line[0] in "+-"]
    assert touched == ["-line 3", "+line three"]
    assert (changes["mode.sh"].old_mode, changes["mode.sh"].new_mode) == ("100644", "100755")
    assert changes["mode.sh"].hunks == ()
    assert changes["type.txt"].status == "type-changed"
    assert [hunk.body for hunk in changes["type.txt"].hunks] == [("-text",), ("+mode.sh",)]
    assert changes["gone.txt"].new_path == ""
    assert changes["empty.txt"].hunks == ()
    assert changes["z.txt"].hunks[0].body == ("+after",)


def test_binary_files_are_said_to_be_and_have_no_lines(repo: Path) -> None:
    commit(repo, {"image.png": b"\x89PNG\0\0\1", "f.txt": "x\n"})
    opened = Repository.open(repo)
    changes = {change.path: change for change in opened.changes(opened.commit("HEAD"))}
    assert changes["image.png"].binary
    assert changes["image.png"].hunks == ()
    assert not changes["f.txt"].binary


@pytest.mark.parametrize(
    "line",
    [
        "-- a/x",
        "++ b/x",
        "@@ -1 +1 @@",
        "diff --git a/x b/x",
        "a\u2028diff --git a/x b/x",
        "a\x0cb",
        "\x85",
        "cr\r",
    ],
)
def test_lines_that_look_like_headers_or_ends_are_lines(repo: Path, line: str) -> None:
    commit(repo, {"f.txt": f"{line}\n"})
    commit(repo, {"f.txt": "now\n", "g.txt": f"{line}\n"})
    opened = Repository.open(repo)
    changes = opened.changes(opened.commit("HEAD"))
    assert [change.hunks[0].body for change in changes] == [(f"-{line}", "+now"), (f"+{line}",)]


def test_text_that_an_attribute_calls_binary_is_read_all_the_same(repo: Path) -> None:
    attributes = "*.txt -diff\n*.md binary\n"
    commit(repo, {".gitattributes": attributes, "a.txt": "one\n", "b.md": "x\n", "old.txt": LINES})
    git(repo, "mv", "old.txt", "new.txt")
    changed = {
        "a.txt": "two\n",
        "b.md": "y\n",
        "new.txt": LINES + "more\n",
        "c.bin": b"\0\1",
        "d.txt": b"\0\1",
    }
    commit(repo, changed)
    opened = Repository.open(repo)
    changes = {change.path: change for change in opened.changes(opened.commit("HEAD"))}
    assert changes["a.txt"].hunks[0].body == ("-one", "+two")
    assert changes["b.md"].hunks[0].body == ("-x", "+y")
    assert changes["new.txt"].status == "renamed"
    assert changes["new.txt"].hunks[0].body[-1] == "+more"
    assert {path for path, change in changes.items() if change.binary} == {"c.bin", "d.txt"}


def test_a_missing_final_newline_is_no_line(repo: Path) -> None:
    commit(repo, {"f.txt": "a\nb"})
    commit(repo, {"f.txt": "a\nb\nc"})
    opened = Repository.open(repo)
    (change,) = opened.changes(opened.commit("HEAD"))
    assert change.hunks[0].body == (" a", "-b", "+b", "+c")


def test_bytes_that_are_no_utf8_are_replaced_not_refused(repo: Path) -> None:
    commit(repo, {"f.txt": b"caf\xe9\n"})
    opened = Repository.open(repo)
    (change,) = opened.changes(opened.commit("HEAD"))
    assert change.hunks[0].body == ("+caf\ufffd",)


def test_a_merge_is_read_against_its_first_parent(repo: Path) -> None:
    commit(repo, {"f.txt": LINES})
    git(repo, "checkout", "-qb", "topic")
    commit(repo, {"topic.txt": "t\n"})
    git(repo, "checkout", "-q", "main")
    commit(repo, {"main.txt": "m\n"})
    git(repo, "merge", "-q", "--no-ff", "topic", "-m", "merged")
    opened = Repository.open(repo)
    assert [change.path for change in opened.changes(opened.commit("HEAD"))] == ["topic.txt"]


def test_a_submodule_is_a_change_with_its_mode(repo: Path, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    git(inner, "init", "-q", "-b", "main")
    oid = commit(inner, {"f": "x\n"})
    commit(repo, {"f.txt": "x\n"})
    git(repo, "update-index", "--add", "--cacheinfo", f"160000,{oid},sub")
    git(repo, "commit", "-qm", "sub")
    opened = Repository.open(repo)
    (change,) = opened.changes(opened.commit("HEAD"))
    assert change.new_mode == "160000"
    assert opened.blobs([change.new_oid]) == {oid: None}


def test_users_configuration_changes_no_answer(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(repo, {"naïve.txt": LINES, ".gitattributes": "*.txt diff=upper\n"})
    commit(repo, {"naïve.txt": LINES.replace("line 9\n", "nine\n")})
    opened = Repository.open(repo)
    plain = opened.changes(opened.commit("HEAD"))
    settings = {
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "color.ui": "always",
        "core.quotePath": "true",
        "diff.external": "false",
        "diff.upper.textconv": "tr a-z A-Z <",
        "diff.context": "0",
        "diff.interHunkContext": "9",
        "diff.algorithm": "patience",
        "diff.renames": "false",
        "diff.suppressBlankEmpty": "true",
        "diff.indentHeuristic": "false",
        "log.showSignature": "true",
        "log.date": "relative",
        "diff.orderFile": "nowhere",
    }
    for key, value in settings.items():
        git(repo, "config", key, value)
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    monkeypatch.setenv("GIT_DIFF_OPTS", "-U0")
    monkeypatch.setenv("LC_ALL", "C")
    assert opened.changes(opened.commit("HEAD")) == plain
    (repo / "naïve.txt").write_text(LINES)
    (change,) = opened.worktree_changes()
    assert change.path == "naïve.txt"
    assert [line for line in change.hunks[0].body if line[:1] in "+-"] == ["-nine", "+line 9"]


def test_a_replaced_object_is_not_read_in_place_of_the_real_one(repo: Path) -> None:
    commit(repo, {"f.txt": "first\n"}, "first")
    real = commit(repo, {"f.txt": "real\n"}, "real")
    fake = commit(repo, {"f.txt": "fake\n"}, "fake")
    git(repo, "replace", real, fake)
    assert Repository.open(repo).commit(real).subject == "real"


def test_the_index_and_the_work_tree_are_read_apart(repo: Path) -> None:
    commit(repo, {"f.txt": "a\n", ".gitignore": "ignored\n"})
    (repo / "f.txt").write_text("a\nstaged\n")
    git(repo, "add", "f.txt")
    (repo / "f.txt").write_text("a\nstaged\nnot staged\n")
    (repo / "new.txt").write_text("untracked\n")
    (repo / "ignored").write_text("x\n")
    opened = Repository.open(repo)
    assert [change.hunks[0].body for change in opened.staged_changes()] == [(" a", "+staged")]
    worktree = {change.path: change.hunks[0].body for change in opened.worktree_changes()}
    assert worktree == {"f.txt": (" a", " staged", "+not staged"), "new.txt": ("+untracked",)}


def test_a_file_whose_time_alone_changed_is_no_change(repo: Path) -> None:
    commit(repo, {"f.txt": "a\n", "g.txt": "b\n"})
    os.utime(repo / "f.txt", (1, 1))
    (repo / "g.txt").write_text("c\n")
    assert [change.path for change in Repository.open(repo).worktree_changes()] == ["g.txt"]


def test_the_index_of_a_repository_without_commits_is_read_against_nothing(repo: Path) -> None:
    (repo / "f.txt").write_text("a\n")
    git(repo, "add", "f.txt")
    (change,) = Repository.open(repo).staged_changes()
    assert (change.status, change.hunks[0].body) == ("added", ("+a",))


def test_blobs_are_read_in_one_go_and_missing_ones_are_none(repo: Path) -> None:
    commit(repo, {"f.txt": "a\nb\n", "empty.txt": "", "dir/g.txt": "g\n"})
    names = ["HEAD:f.txt", "HEAD:empty.txt", "HEAD:no.txt", "HEAD:dir", "HEAD:dir/g.txt"]
    found = Repository.open(repo).blobs(names)
    assert found == {
        "HEAD:f.txt": "a\nb\n",
        "HEAD:empty.txt": "",
        "HEAD:no.txt": None,
        "HEAD:dir": None,
        "HEAD:dir/g.txt": "g\n",
    }


def test_a_full_id_that_is_no_commit_is_refused(repo: Path) -> None:
    commit(repo, {"f.txt": "x\n"})
    with pytest.raises(GitError):
        Repository.open(repo).commit("0123456789" * 4)


def test_a_range_is_listed_oldest_first(repo: Path) -> None:
    oids = [commit(repo, {"f.txt": f"{number}\n"}) for number in range(4)]
    assert Repository.open(repo).range(f"{oids[0]}..{oids[3]}") == oids[1:]


def test_worktrees_remotes_and_roots_are_known(repo: Path, tmp_path: Path) -> None:
    root = commit(repo, {"f.txt": "x\n"})
    git(repo, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    git(repo, "remote", "add", "upstream", "https://me:secret@example.com/a/b.git")
    opened = Repository.open(repo)
    assert opened.worktrees() == [str(repo), str(tmp_path / "side")]
    assert opened.root_commit() == root
    assert opened.remote_url() == "https://me:secret@example.com/a/b.git"
    assert Repository.open(tmp_path / "side").head_branch() == "side"
    git(repo, "checkout", "-q", "--detach")
    assert opened.head_branch() is None


def test_uncommitted_files_are_counted_without_reading_them(repo: Path) -> None:
    commit(repo, {"a.txt": "a\n", "b.txt": "b\n", ".gitignore": "ignored\n"})
    opened = Repository.open(repo)
    assert opened.uncommitted() == (0, 0)
    (repo / "a.txt").write_text("staged\n")
    git(repo, "add", "a.txt")
    (repo / "a.txt").write_text("staged and changed\n")
    (repo / "b.txt").unlink()
    (repo / "new.txt").write_text("x\n")
    (repo / "ignored").write_text("x\n")
    assert opened.uncommitted() == (3, 1)


def test_many_commits_are_read_at_once_in_the_order_asked_for(repo: Path) -> None:
    oids = [commit(repo, {"f.txt": f"{number}\n"}, f"commit {number}\n\nbody") for number in range(4)]
    opened = Repository.open(repo)
    wanted = [oids[2], oids[0], oids[3]]
    assert opened.commits(wanted) == [opened.commit(oid) for oid in wanted]
    assert opened.commits([]) == []
    with pytest.raises(GitError):
        opened.commits([oids[0], "1" * 40])


def test_the_root_that_a_checkout_was_known_by_is_a_commit_of_it(repo: Path) -> None:
    oid = commit(repo, {"f.txt": "x\n"})
    opened = Repository.open(repo)
    assert opened.head() == oid
    assert opened.has_commit(oid)
    assert not opened.has_commit("1" * 40)
    assert not opened.has_commit(git(repo, "rev-parse", "HEAD:f.txt"))
