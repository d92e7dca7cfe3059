"""Git's hooks: where they are, which scripts take a block, and that what was there comes back."""

import subprocess
from pathlib import Path

import pytest

from byline.errors import FormatError
from byline.git.repository import Repository
from byline.setup.git_hooks import called_program, hooks_folder, install, is_installed, uninstall

PROGRAM = "/opt/by line/byline-ingest"


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("name", ["post-commit", "post-rewrite", "commit-msg"])
@pytest.mark.parametrize(
    "script",
    [
        b"#!/bin/sh\necho hi\n",
        b"#!/usr/bin/env bash\nset -euo pipefail\nexec lefthook run\n",
        b"#! /usr/bin/env -S zsh -f\n:\n",
        b"npm test\n",
        b"#!/bin/dash",
        b"",
    ],
)
def test_a_shell_script_with_and_again_without_the_block_is_the_same(script: bytes, name: str) -> None:
    after = install(script, name, PROGRAM, runs=True)
    assert is_installed(after)
    assert called_program(after) == f"'{PROGRAM}'"
    assert install(after, name, PROGRAM, runs=True) == after
    assert uninstall(after) == script


@pytest.mark.parametrize("name", ["post-commit", "post-rewrite", "commit-msg"])
def test_a_script_that_was_made_is_deleted_unless_somebody_added_to_it(name: str) -> None:
    made = install(None, name, PROGRAM, runs=True)
    assert uninstall(made) is None
    assert uninstall(made + b"echo mine\n") == b"#!/bin/sh\necho mine\n"


def test_the_block_of_another_place_is_brought_up_to_date() -> None:
    old = install(b"#!/bin/sh\n:\n", "post-commit", "/gone/byline-ingest", runs=True)
    assert install(old, "post-commit", PROGRAM, runs=True) == install(
        b"#!/bin/sh\n:\n", "post-commit", PROGRAM, runs=True
    )


@pytest.mark.parametrize(
    ("script", "runs", "problem"),
    [
        (b"#!/usr/bin/env python3\nprint()\n", True, "a script for /usr/bin/env python3"),
        (b"#!/usr/bin/perl\n", True, "perl"),
        (b"\x7fELF\0\0", True, "a program"),
        (b"#!/bin/sh\n:\n", False, "not executable"),
    ],
)
def test_what_is_no_script_that_git_runs_in_a_shell_is_refused(
    script: bytes, runs: bool, problem: str
) -> None:
    with pytest.raises(FormatError, match=problem):
        install(script, "post-commit", PROGRAM, runs=runs)


def test_the_hooks_are_in_the_repository_unless_it_says_otherwise(repo: Path) -> None:
    assert hooks_folder(Repository.open(repo)).path == repo / ".git" / "hooks"
    git(repo, "config", "core.hooksPath", "tools/hooks")
    assert hooks_folder(Repository.open(repo)).path == repo / "tools" / "hooks"


def test_a_work_tree_has_the_hooks_of_its_repository(repo: Path, tmp_path: Path) -> None:
    git(repo, "commit", "-q", "--allow-empty", "-m", "one")
    git(repo, "worktree", "add", "-q", str(tmp_path / "other"))
    assert hooks_folder(Repository.open(tmp_path / "other")).path == repo / ".git" / "hooks"


def test_husky_is_given_the_scripts_that_it_does_not_make_itself(repo: Path) -> None:
    git(repo, "config", "core.hooksPath", ".husky/_")
    found = hooks_folder(Repository.open(repo))
    assert (found.path, found.husky) == (repo / ".husky", True)


def test_hooks_of_all_repositories_are_known_as_such(repo: Path, isolated_home: Path) -> None:
    git(repo, "config", "--global", "core.hooksPath", str(isolated_home / "hooks"))
    found = hooks_folder(Repository.open(repo))
    assert (found.path, found.shared) == (isolated_home / "hooks", True)
