"""The mixed chapter: two agents and a person in one commit, then tests, then a block that moves."""

from byline.demo.steps import (
    Ask,
    Commits,
    Edit,
    Look,
    Moves,
    Prompt,
    Rewords,
    Run,
    Say,
    Scene,
    Switch,
    Think,
    Types,
    Write,
)

RECEIVED = '''\
def _received(url: str) -> int:
    """How many bytes of an interrupted upload the server already has."""
    request = urllib.request.Request(url, method="HEAD")
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.headers.get("Upload-Offset", 0))
    except urllib.error.URLError:
        return 0
'''

RESUME_TS = """\
async function received(url: string): Promise<number> {
  const answer = await fetch(url, { method: "HEAD" });
  return Number(answer.headers.get("Upload-Offset") ?? 0);
}

export async function resume(file: File, url: string, onProgress: Listener): Promise<number> {
  const start = await received(url);
  const rest = new File([file.slice(start)], file.name);
  return upload(rest, url, ({ sent }) => onProgress({ sent: start + sent, total: file.size }));
}
"""

TEST_RESUME = '''\
"""An interrupted upload goes on where it stopped."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from uploader.upload import send


class Bucket(http.server.BaseHTTPRequestHandler):
    """Keeps what it gets, and says how much it has."""

    content = b""

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Upload-Offset", str(len(Bucket.content)))
        self.end_headers()

    def do_PUT(self) -> None:
        Bucket.content += self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(201)
        self.end_headers()


@pytest.fixture
def bucket() -> Iterator[str]:
    server = http.server.HTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/photo.jpg"
    server.shutdown()


def test_only_the_missing_bytes_are_sent(bucket: str, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"0123456789")
    Bucket.content = b"0123"
    assert send(str(photo), bucket) == 201
    assert Bucket.content == b"0123456789"
'''

RESUME: tuple[Scene, ...] = (
    Scene(
        3,
        "13:40",
        "network",
        (
            Switch("claude-opus-4-6"),
            Prompt(
                "Retrying works, but a 2 GB video starts from zero each time. The bucket gateway supports "
                "`Upload-Offset` on HEAD and `Content-Range` on PUT. Resume instead of restarting."
            ),
            Look("uploader/upload.py"),
            Think(
                "Ask the server how much it has, seek there, send the rest with Content-Range. If HEAD "
                "fails, start at zero: resuming is an optimisation and must never make an upload fail. The "
                "checksum stays that of the whole file, which the gateway checks at the end."
            ),
            Edit(
                "uploader/upload.py",
                '    size = os.path.getsize(path)\n    with open(path, "rb") as body:\n'
                '        request = urllib.request.Request(url, data=body, method="PUT")\n'
                '        request.add_header("Content-Length", str(size))\n',
                "    size = os.path.getsize(path)\n    start = _received(url)\n"
                '    with open(path, "rb") as body:\n        body.seek(start)\n'
                '        request = urllib.request.Request(url, data=body, method="PUT")\n'
                '        request.add_header("Content-Length", str(size - start))\n'
                "        if start:\n"
                '            request.add_header("Content-Range", f"bytes {start}-{size - 1}/{size}")\n',
            ),
            Edit(
                "uploader/upload.py",
                "        with urllib.request.urlopen(request) as answer:\n            return answer.status\n",
                "        with urllib.request.urlopen(request) as answer:\n            return answer.status\n"
                "\n\n" + RECEIVED,
            ),
            Run(
                "python -m pytest -q",
                "............                                [100%]\n12 passed in 0.05s",
            ),
            Say("Each attempt now asks for the offset first and sends only what is missing."),
        ),
    ),
    Scene(
        3,
        "14:10",
        "browser",
        (
            Switch("gpt-5.5"),
            Prompt(
                "Same for the browser: resume an interrupted upload. And tell the gateway which protocol we "
                "speak, it logs a warning for every request of the command line."
            ),
            Look("web/client.ts"),
            Edit(
                "web/client.ts",
                "export function attach(input: HTMLInputElement, bar: HTMLElement, url: string): void {\n",
                RESUME_TS + "\n"
                "export function attach(input: HTMLInputElement, bar: HTMLElement, url: string): void {\n",
            ),
            Edit(
                "web/client.ts",
                "      void upload(file, `${url}/${encodeURIComponent(file.name)}`, "
                "(p) => progressBar.show(p));\n",
                "      void resume(file, `${url}/${encodeURIComponent(file.name)}`, "
                "(p) => progressBar.show(p));\n",
            ),
            Edit(
                "uploader/upload.py",
                '    request = urllib.request.Request(url, method="HEAD")\n',
                '    request = urllib.request.Request(url, method="HEAD")\n'
                '    request.add_header("Tus-Resumable", "1.0.0")\n',
            ),
            Edit(
                "uploader/upload.py",
                "        if start:\n",
                '        request.add_header("Tus-Resumable", "1.0.0")\n        if start:\n',
            ),
            Run(
                "npx tsc --noEmit --strict web/*.ts",
                "web/client.ts(29,14): error TS2322: Type 'Promise<number>' "
                "is not assignable to type 'void'.",
                failed=True,
            ),
            Look("web/client.ts"),
            Run("npx tsc --version && npx tsc --noEmit --strict web/*.ts", "Version 5.9.3"),
            Say(
                "The first check ran against a stale build folder; the second is clean. Both sides send "
                "`Tus-Resumable: 1.0.0` now."
            ),
        ),
    ),
    Scene(
        3,
        "15:05",
        None,
        (
            Rewords(
                "web/client.ts",
                '  const answer = await fetch(url, { method: "HEAD" });\n',
                '  const answer = await fetch(url, { method: "HEAD", cache: "no-store" });\n',
            ),
            Types(
                "uploader/upload.py",
                "    start = _received(url)\n",
                "    start = _received(url)\n    if start > size:\n        start = 0  # not our file\n",
            ),
            Commits(
                "Resume interrupted uploads",
                body="The gateway says in Upload-Offset how much it has; only the rest is sent.\n",
            ),
        ),
    ),
    Scene(
        2,
        "10:16",
        "pool",
        (
            Prompt("There is no test for resuming. Write one."),
            Think("This needs a server that remembers bytes. The standard library has one; or mock urlopen."),
            Ask(
                "Should the test talk to a real local HTTP server, or replace urlopen with a stub?",
                ("Real server on a free port", "Stub for urlopen"),
                "Real server on a free port",
            ),
            Write("tests/test_resume.py", TEST_RESUME),
            Run(
                "python -m pytest -q tests/test_resume.py",
                "F                                           [100%]\n"
                ">       with urllib.request.urlopen(request) as answer:\n"
                "E       ConnectionRefusedError: [Errno 111] Connection refused\n"
                "1 failed in 1.62s",
                failed=True,
            ),
            Think("http_proxy is set in this shell. The test must not depend on it."),
            Run(
                "no_proxy=127.0.0.1 python -m pytest -q tests/test_resume.py",
                ".                                           [100%]\n1 passed in 0.53s",
            ),
            Edit(
                "tests/test_resume.py",
                "@pytest.fixture\ndef bucket() -> Iterator[str]:\n",
                "@pytest.fixture\ndef bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:\n"
                '    monkeypatch.setenv("no_proxy", "127.0.0.1")\n',
            ),
            Say(
                "The test runs a real server on a free port and starts from an upload that stopped after "
                "four of ten bytes. It sets `no_proxy`, so it passes behind a proxy too."
            ),
        ),
    ),
    Scene(2, "10:48", None, (Commits("Test that an upload resumes"),)),
    Scene(
        2,
        "16:30",
        None,
        (
            Types(
                "uploader/state.py",
                "",
                '"""What the server knows of an upload."""\n\nimport urllib.error\nimport urllib.request\n',
            ),
            Moves(
                "uploader/upload.py",
                RECEIVED.replace(
                    "    try:\n", '    request.add_header("Tus-Resumable", "1.0.0")\n    try:\n'
                ),
                "uploader/state.py",
            ),
            Types(
                "uploader/upload.py",
                "from uploader.retry import delays, is_worth_retrying\n",
                "from uploader.retry import delays, is_worth_retrying\n"
                "from uploader.state import _received\n",
            ),
            Commits("Keep what the server knows in one place", "Jonas Weber <jonas@example.com>"),
        ),
    ),
)
