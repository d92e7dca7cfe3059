"""What a look at the work tree sees: real repositories, and the index as it was kept."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from byline.errors import GitError
from byline.git import work_tree_snapshot
from byline.git.work_tree_snapshot import (
    LARGEST_FILE,
    Checkout,
    checkout_around,
    head_of,
    indexed,
    keep_index,
    look,
)

Look = Callable[[], dict[str, bytes | None]]


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def around(folder: Path) -> Checkout:
    checkout = checkout_around(str(folder))
    assert checkout is not None
    return checkout


@pytest.fixture
def kept(repo: Path, tmp_path: Path) -> Look:
    """Two files are committed and the index is kept; calling this looks at what differs from it."""
    (repo / "a.txt").write_text("one\n")
    (repo / "b.txt").write_text("two\n")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "one")
    index = str(tmp_path / "index")
    keep_index(around(repo), index)

    def seen() -> dict[str, bytes | None]:
        found = look(around(repo), index, time.monotonic() + 20)
        return {path: file.content for path, file in found.items() if not file.left_out}

    return seen


def test_nothing_differs_from_what_was_just_committed(kept: Look) -> None:
    assert kept() == {}


def test_changed_new_and_deleted_files_are_seen_and_ignored_ones_are_not(kept: Look, repo: Path) -> None:
    (repo / ".gitignore").write_text("*.log\n")
    (repo / "a.txt").write_text("ONE\n")
    (repo / "b.txt").unlink()
    (repo / "sub").mkdir()
    (repo / "sub" / "ü new.txt").write_text("new\n")
    (repo / "x.log").write_text("noise\n")
    assert kept() == {
        ".gitignore": b"*.log\n",
        "a.txt": b"ONE\n",
        "b.txt": None,
        "sub/ü new.txt": b"new\n",
    }


def test_what_is_committed_meanwhile_still_differs_from_the_index_that_was_kept(
    kept: Look, repo: Path
) -> None:
    (repo / "a.txt").write_text("ONE\n")
    git(repo, "commit", "-qam", "two")
    assert kept() == {"a.txt": b"ONE\n"}


def test_a_change_of_the_same_length_in_the_moment_after_the_commit_is_seen(kept: Look, repo: Path) -> None:
    facts = (repo / "a.txt").stat()
    with (repo / "a.txt").open("r+b") as file:
        file.write(b"ONE\n")
    os.utime(repo / "a.txt", ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert kept() == {"a.txt": b"ONE\n"}


def test_links_binary_and_very_large_files_are_named_without_a_content(
    kept: Look, repo: Path, tmp_path: Path
) -> None:
    (repo / "link").symlink_to("a.txt")
    (repo / "binary").write_bytes(b"\0\1")
    (repo / "large").write_bytes(b"x" * (LARGEST_FILE + 1))
    os.mkfifo(repo / "pipe")
    assert kept() == {}
    found = look(around(repo), str(tmp_path / "index"), time.monotonic() + 20)
    assert {path for path, file in found.items() if file.left_out} == {"link", "binary", "large"}


def test_nothing_is_written_to_the_repository(kept: Look, repo: Path) -> None:
    def everything() -> dict[str, tuple[int, int]]:
        paths = sorted((repo / ".git").rglob("*"))
        return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in paths}

    (repo / "a.txt").write_text("ONE\n")
    (repo / "new.txt").write_text("new\n")
    before = everything()
    assert len(kept()) == 2
    assert everything() == before


def test_a_repository_without_an_index_has_only_new_files(repo: Path, tmp_path: Path) -> None:
    (repo / "a.txt").write_text("one\n")
    keep_index(around(repo), str(tmp_path / "index"))
    found = look(around(repo), str(tmp_path / "index"), time.monotonic() + 20)
    assert {path: file.content for path, file in found.items()} == {"a.txt": b"one\n"}
    assert head_of(around(repo)) is None


def test_a_linked_work_tree_and_a_submodule_have_their_own_index_and_head(
    kept: Look, repo: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    git(repo, "worktree", "add", "-q", "-b", "side", str(other))
    git(other, "commit", "-q", "--allow-empty", "-m", "two")
    git(repo, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "mod")
    for number, folder in enumerate((other, repo / "mod")):
        (folder / "a.txt").write_text("ONE\n")
        checkout = around(folder / "sub" / "folder")
        assert checkout.root == str(folder)
        keep_index(checkout, str(tmp_path / f"index{number}"))
        found = look(checkout, str(tmp_path / f"index{number}"), time.monotonic() + 20)
        assert {path: file.content for path, file in found.items()} == {"a.txt": b"ONE\n"}
        assert head_of(checkout) == git(folder, "rev-parse", "HEAD")
    # Of the submodule the outer repository sees a folder, and no content.
    assert set(kept()) <= {".gitmodules"}


def test_the_head_is_told_when_branches_are_packed(kept: Look, repo: Path) -> None:
    git(repo, "pack-refs", "--all")
    assert head_of(around(repo)) == git(repo, "rev-parse", "HEAD")
    git(repo, "checkout", "-q", "--detach")
    assert head_of(around(repo)) == git(repo, "rev-parse", "HEAD")


def test_a_folder_outside_any_repository_has_no_checkout(tmp_path: Path) -> None:
    assert checkout_around(str(tmp_path)) is None


def test_nested_repositories_are_not_looked_into(kept: Look, repo: Path) -> None:
    for name in ("empty", "full"):
        (repo / name).mkdir()
        git(repo / name, "init", "-q")
    (repo / "full" / "x.txt").write_text("x\n")
    git(repo / "full", "add", ".")
    git(repo / "full", "commit", "-qm", "x")
    assert kept() == {}


def test_a_split_index_and_settings_of_the_users_change_nothing(repo: Path, tmp_path: Path) -> None:
    (repo / "a.txt").write_text("one\n")
    for name, value in (
        ("core.splitIndex", "true"), ("core.untrackedCache", "true"), ("core.quotePath", "true"),
        ("status.showUntrackedFiles", "no"), ("core.fsmonitor", "/bin/false"),
    ):  # fmt: skip
        git(repo, "config", name, value)
    git(repo, "add", ".")
    git(repo, "update-index", "--split-index")
    (repo / "a.txt").write_text("ONE\n")
    (repo / "ü.txt").write_text("new\n")
    index = str(tmp_path / "index")
    keep_index(around(repo), index)
    found = look(around(repo), index, time.monotonic() + 20)
    assert {path: file.content for path, file in found.items()} == {"a.txt": b"ONE\n", "ü.txt": b"new\n"}
    assert indexed(around(repo), index, ["a.txt", "ü.txt"]).keys() == {"a.txt"}


def test_a_file_in_conflict_is_seen_as_it_stands(repo: Path, tmp_path: Path) -> None:
    (repo / "a.txt").write_text("base\n")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "one")
    git(repo, "checkout", "-qb", "side")
    (repo / "a.txt").write_text("theirs\n")
    git(repo, "commit", "-qam", "two")
    git(repo, "checkout", "-q", "-")
    (repo / "a.txt").write_text("ours\n")
    git(repo, "commit", "-qam", "three")
    subprocess.run(["git", "merge", "side"], cwd=repo, capture_output=True, check=False)
    index = str(tmp_path / "index")
    keep_index(around(repo), index)
    found = look(around(repo), index, time.monotonic() + 20)
    assert b"<<<<<<<" in (found["a.txt"].content or b"")
    assert indexed(around(repo), index, ["a.txt"]) == {}


def test_when_the_time_is_up_git_is_ended_and_the_reason_told(
    kept: Look, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    with pytest.raises(GitError, match="took too long"):
        look(around(repo), str(tmp_path / "index"), time.monotonic() + 0.05)


def test_too_many_files_and_too_many_bytes_are_not_read(
    kept: Look, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        (repo / f"{number}.txt").write_text("x" * 100)
    monkeypatch.setattr(work_tree_snapshot, "MOST_FILES", 2)
    with pytest.raises(GitError, match="3 files differ"):
        kept()
    monkeypatch.setattr(work_tree_snapshot, "MOST_FILES", 3)
    monkeypatch.setattr(work_tree_snapshot, "MOST_BYTES", 200)
    with pytest.raises(GitError, match="larger than 200 bytes"):
        kept()


def test_an_index_on_another_disk_is_copied_with_its_time(
    kept: Look, repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared_memory = Path("/dev/shm")  # noqa: S108 - another disk, where there is one
    if not shared_memory.is_dir() or shared_memory.stat().st_dev == repo.stat().st_dev:
        pytest.skip("there is no second disk at /dev/shm")
    place = shared_memory / f"byline-test-{os.getpid()}"
    try:
        keep_index(around(repo), str(place))
        assert place.read_bytes() == (repo / ".git" / "index").read_bytes()
        assert place.stat().st_mtime_ns == (repo / ".git" / "index").stat().st_mtime_ns
    finally:
        place.unlink(missing_ok=True)
