"""Several files at once, a rename, a formatter, and changes that are not committed yet."""

from byline.demo.steps import (
    Commits,
    Edit,
    Formats,
    Look,
    MakesExecutable,
    Moves,
    Prompt,
    Renames,
    Rewords,
    Run,
    Say,
    Scene,
    Stages,
    Switch,
    Think,
    Types,
    Write,
)

HUMAN_SIZE = '''\
def human_size(count: float) -> str:
    """A number of bytes in the unit that a person would choose."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
'''

POOL = (
    '''\
"""Several uploads at once, never more than the line can carry."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed

from uploader.upload import UploadError, send


def send_all(paths: Iterable[str], base_url: str, *, workers: int = 4) -> Iterator[tuple[str, str]]:
    """Upload every file; yields the path and what became of it, in the order of completion."""
    with ThreadPoolExecutor(max_workers=workers) as pool:
        running = {pool.submit(send, path, f"{base_url}/{path}"): path for path in paths}
        for done in as_completed(running):
            try:
                yield running[done], f"status {done.result()}"
            except UploadError as error:
                yield running[done], f"failed: {error}"


'''
    + HUMAN_SIZE
)

MAIN_OLD = """\
    parser.add_argument("file")
    parser.add_argument("--url", required=True)
    parser.add_argument("--attempts", type=int, default=5)
    options = parser.parse_args()
    status = send(options.file, options.url, attempts=options.attempts)
    print(f"{options.file}: {status}")
"""

MAIN_NEW = """\
    parser.add_argument("files", nargs="+")
    parser.add_argument("--url", required=True)
    parser.add_argument("--workers", type=int, default=4)
    options = parser.parse_args()
    for path, outcome in send_all(options.files, options.url, workers=options.workers):
        print(f"{path} ({human_size(os.path.getsize(path))}): {outcome}")
"""

RELEASE = """\
#!/bin/sh
set -eu
python -m build
python -m twine upload dist/*
"""

METER = '''\
"""How fast it goes."""

import time


class Meter:
    """Bytes per second over the last few seconds."""

    def __init__(self, window: float = 5.0) -> None:
        self.window = window
        self.samples: list[tuple[float, int]] = []

    def add(self, count: int) -> None:
        now = time.monotonic()
        self.samples.append((now, count))
        while self.samples[0][0] < now - self.window:
            self.samples.pop(0)

    def rate(self) -> float:
        return sum(count for _, count in self.samples) / self.window
'''

FINISH: tuple[Scene, ...] = (
    Scene(
        1,
        "09:20",
        "pool",
        (
            Prompt(
                "The command should take several files and upload up to four at once. Print each one's size "
                "in a form people can read."
            ),
            Look("uploader/cli.py"),
            Think(
                "Threads are right here: the work is waiting for the network. as_completed gives results in "
                "the order they finish, so a slow file does not hold back the others' lines."
            ),
            Write("uploader/pool.py", POOL),
            Edit("uploader/cli.py", MAIN_OLD, MAIN_NEW),
            Edit(
                "uploader/cli.py",
                "from uploader.upload import send\n",
                "from uploader.pool import human_size, send_all\n",
            ),
            Edit("uploader/cli.py", "import argparse\n", "import argparse\nimport os\n"),
            Run(
                "python -m pytest -q",
                ".............                               [100%]\n13 passed in 0.61s",
            ),
            Say("`uploader FILE… --url BASE --workers 4`. `--attempts` is gone: it was only used here."),
        ),
    ),
    Scene(
        1,
        "10:02",
        None,
        (
            Types("uploader/sizes.py", "", '"""Sizes for people: the units are decimal, as on a disk."""\n'),
            Moves("uploader/pool.py", HUMAN_SIZE, "uploader/sizes.py"),
            Rewords(
                "uploader/cli.py",
                "from uploader.pool import human_size, send_all\n",
                "from uploader.pool import send_all\n",
            ),
            Types(
                "uploader/cli.py",
                "from uploader.pool import send_all\n",
                "from uploader.pool import send_all\nfrom uploader.sizes import human_size\n",
            ),
            Commits("Send several files at once"),
        ),
    ),
    Scene(
        1,
        "11:30",
        None,
        (
            Renames("uploader/cli.py", "uploader/command.py"),
            Types(
                "pyproject.toml", 'uploader = "uploader.cli:main"\n', 'uploader = "uploader.command:main"\n'
            ),
            Commits("Name the module after what it is"),
        ),
    ),
    Scene(
        1,
        "15:45",
        None,
        (
            Formats(
                "uploader/pool.py",
                '        running = {pool.submit(send, path, f"{base_url}/{path}"): path for path in paths}\n',
                "        running = {\n"
                '            pool.submit(send, path, f"{base_url}/{path}"): path\n'
                "            for path in paths\n"
                "        }\n",
            ),
            Types("scripts/release.sh", "", RELEASE),
            MakesExecutable("scripts/release.sh"),
            Commits("Format, and release by script", "Jonas Weber <jonas@example.com>"),
        ),
    ),
    Scene(
        0,
        "09:05",
        "browser",
        (
            Switch("gpt-5.5-mini"),
            Prompt("Show the throughput next to the percentage, and measure it the same way in the command."),
            Think("A sliding window of a few seconds; an average over everything hides a line that stalled."),
            Write("uploader/meter.py", METER),
            Edit(
                "web/progress.ts",
                "export type Listener = (progress: Progress) => void;\n",
                "export type Listener = (progress: Progress) => void;\n\n"
                "export function rate(bytesPerSecond: number): string {\n"
                "  const megabytes = bytesPerSecond / 1_000_000;\n"
                '  return megabytes < 0.1 ? "stalled" : `${megabytes.toFixed(1)} MB/s`;\n'
                "}\n",
            ),
            Say("`Meter` keeps five seconds of samples; `rate` words it for the bar."),
        ),
    ),
    Scene(
        0,
        "09:40",
        "pool",
        (
            Prompt(
                "`Meter.add` pops from the front of a list. Use a deque, and guard against an empty window."
            ),
            Edit(
                "uploader/meter.py",
                "        self.samples: list[tuple[float, int]] = []\n",
                "        self.samples: deque[tuple[float, int]] = deque()\n",
            ),
            Edit(
                "uploader/meter.py",
                "            self.samples.pop(0)\n",
                "            self.samples.popleft()\n",
            ),
            Edit("uploader/meter.py", "import time\n", "import time\nfrom collections import deque\n"),
            Edit(
                "uploader/meter.py",
                "        return sum(count for _, count in self.samples) / self.window\n",
                "        if not self.samples:\n            return 0.0\n"
                "        return sum(count for _, count in self.samples) / self.window\n",
            ),
            Say("Constant time at both ends now, and an idle meter says 0.0."),
        ),
    ),
    Scene(
        0,
        "10:10",
        None,
        (
            Rewords(
                "uploader/meter.py",
                '    """Bytes per second over the last few seconds."""\n',
                '    """Bytes per second, averaged over the last few seconds."""\n',
            ),
            Types(
                "web/progress.ts",
                "  total: number;\n}\n",
                "  total: number;\n  bytesPerSecond?: number;\n}\n",
            ),
            Commits("Measure the throughput"),
        ),
    ),
    Scene(
        0,
        "11:20",
        "pool",
        (
            Prompt("Print the rate once all files are through, and document the new options in the README."),
            Edit(
                "uploader/command.py",
                "    for path, outcome in send_all(options.files, options.url, workers=options.workers):\n",
                "    meter = Meter()\n"
                "    for path, outcome in send_all(options.files, options.url, workers=options.workers):\n"
                "        meter.add(os.path.getsize(path))\n",
            ),
            Edit(
                "uploader/command.py",
                "from uploader.pool import send_all\n",
                "from uploader.meter import Meter\nfrom uploader.pool import send_all\n",
            ),
        ),
    ),
    Scene(0, "11:24", None, (Stages(),)),
    Scene(
        0,
        "11:25",
        "pool",
        (
            Edit(
                "README.md",
                "    uploader send photo.jpg --url https://bucket.example/photo.jpg\n",
                "    uploader photo.jpg video.mp4 --url https://bucket.example --workers 4\n",
            ),
            Say("The command sums up what it sent; the README shows the new call."),
        ),
    ),
    Scene(
        0,
        "11:31",
        None,
        (
            Types(
                "uploader/command.py",
                "        meter.add(os.path.getsize(path))\n",
                "        meter.add(os.path.getsize(path))\n        # TODO count only what was really sent\n",
            ),
        ),
    ),
)
