"""Files are written whole, keep their mode, and leave nothing beside them."""

import os
from pathlib import Path

import pytest

from byline.errors import BylineError
from byline.setup.writing import read, write


def test_a_file_keeps_its_mode_and_is_alone_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write(path, b"new", 0o600)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o640)
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_mode_it_is_given_and_folders_above(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "hook"
    write(path, b"x", 0o700)
    assert path.stat().st_mode & 0o777 == 0o700


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    place, link = tmp_path / "dotfiles", tmp_path / "settings.json"
    place.write_bytes(b"old")
    link.symlink_to(place)
    write(link, b"new", 0o600)
    assert (link.is_symlink(), place.read_bytes()) == (True, b"new")


def test_a_read_only_file_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(b"old")
    path.chmod(0o400)
    if os.access(path, os.W_OK):
        pytest.skip("this user may write everything: nothing is read-only")
    with pytest.raises(BylineError, match="read-only"):
        write(path, b"new", 0o600)
    assert path.read_bytes() == b"old"


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BylineError, match="cannot be read"):
        read(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    with pytest.raises(BylineError, match="link to nothing"):
        read(tmp_path / "link")
    assert read(tmp_path / "none") is None


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BylineError, match="cannot be"):
        write(tmp_path / "file" / "below", b"x", 0o600)
