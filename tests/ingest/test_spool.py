"""Payloads that wait beside a store that cannot be written."""

import json
import stat
from pathlib import Path

import pytest

from byline.errors import StoreError
from byline.ingest.spool import Spooled, put, spool_folder, take, waiting


def test_a_spooled_payload_comes_back_as_it_was(database: Path) -> None:
    entry = Spooled(("diff-trace",), "/w", 1_760_000_000_000, b'{"a":\n\x00\xff')
    path = put(str(database), entry)
    assert take(path) == entry
    assert waiting(str(database)) == [path]


def test_payloads_wait_in_the_order_of_their_receipt(database: Path) -> None:
    for received_ms in (1_760_000_000_005, 7, 1_760_000_000_000):
        put(str(database), Spooled(("diff-trace",), "/", received_ms, b""))
    times = [entry.received_ms for entry in map(take, waiting(str(database))) if entry is not None]
    assert times == [7, 1_760_000_000_000, 1_760_000_000_005]


def test_the_spool_is_its_owners_alone(database: Path) -> None:
    path = Path(put(str(database), Spooled(("diff-trace",), "/", 1, b"")))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(Path(spool_folder(str(database))).stat().st_mode) == 0o700
    assert path.parent == Path(f"{database}-spool")


def test_nothing_waits_where_there_is_no_spool(database: Path) -> None:
    assert waiting(str(database)) == []


def test_files_that_are_not_whole_or_of_others_do_not_count(database: Path) -> None:
    Path(spool_folder(str(database))).mkdir(parents=True)
    (Path(spool_folder(str(database))) / "1.tmp").write_bytes(b"half")
    (Path(spool_folder(str(database))) / "README").write_bytes(b"")
    assert waiting(str(database)) == []


def test_a_payload_that_another_process_took_is_gone(database: Path) -> None:
    path = put(str(database), Spooled(("diff-trace",), "/", 1, b""))
    Path(path).unlink()
    assert take(path) is None


@pytest.mark.parametrize(
    "data", [b"", b"no json\n", b"{}\n", json.dumps({"words": [], "cwd": "", "received_ms": 1}).encode()]
)
def test_a_file_that_is_none_of_ours_is_named(database: Path, data: bytes) -> None:
    path = put(str(database), Spooled(("diff-trace",), "/", 1, b""))
    Path(path).write_bytes(data)
    with pytest.raises(StoreError, match=path):
        take(path)


def test_where_no_place_can_be_written_it_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    for variable in ("XDG_STATE_HOME", "TMPDIR"):
        monkeypatch.setenv(variable, str(tmp_path / "file"))
    with pytest.raises(StoreError, match="cannot write to the spool"):
        put(tmp_path / "file" / "byline.db", Spooled(("diff-trace",), "/", 1, b""))
