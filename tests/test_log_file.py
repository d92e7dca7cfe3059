"""The log of what went otherwise than asked."""

import subprocess
import sys
from pathlib import Path

from byline.log_file import append


def test_lines_carry_time_and_process_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    append(str(folder), "one")
    append(str(folder), "two")
    lines = (folder / "ingest.log").read_text().split("\n")
    assert [line.split(" ", 2)[2] for line in lines[:-1]] == ["one", "two"]
    assert ((folder / "ingest.log").stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


def test_it_rotates_and_keeps_only_so_many(tmp_path: Path) -> None:
    for number in range(40):
        append(str(tmp_path), f"line {number:03d}", max_bytes=200, files=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ingest.log", "ingest.log.1", "ingest.log.2"]
    text = "".join((tmp_path / f"ingest.log{end}").read_text() for end in (".2", ".1", ""))
    kept = [line[-3:] for line in text.split("\n")[:-1]]
    assert kept == [f"{number:03d}" for number in range(40 - len(kept), 40)]
    assert all(path.stat().st_size <= 200 for path in tmp_path.iterdir())


def test_many_processes_lose_no_line(tmp_path: Path) -> None:
    code = (
        "import sys; from byline.log_file import append\n"
        "for number in range(50): append(sys.argv[1], f'{sys.argv[2]}-{number}')"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(each)]) for each in range(4)
    ]
    assert [process.wait() for process in processes] == [0] * 4
    assert len((tmp_path / "ingest.log").read_text().split("\n")) == 201


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    append(str(tmp_path / "file" / "log"), "one")
    assert (tmp_path / "file").read_text() == ""
