"""A Claude Code session makes uploads retry and checks what arrived; it changes its model on the way."""

from byline.demo.steps import (
    Commits,
    Delegate,
    Edit,
    Look,
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

RETRY_MODULE = '''\
"""How long to wait between attempts."""

import random
from collections.abc import Iterator


def delays(attempts: int, base: float = 0.5, cap: float = 30.0) -> Iterator[float]:
    """Seconds to wait before each attempt: none at first, then doubling, capped, with full jitter."""
    yield 0.0
    for attempt in range(attempts - 1):
        ceiling = min(cap, base * 2**attempt)
        yield random.uniform(0, ceiling)


def is_worth_retrying(status: int) -> bool:
    """Whether the server may answer differently the next time."""
    return status in {408, 425, 429} or status >= 500
'''

SEND_OLD = '''\
def send(path: str, url: str) -> int:
    """Upload the file at ``path``; the status that the server answers with."""
    size = os.path.getsize(path)
    with open(path, "rb") as body:
        request = urllib.request.Request(url, data=body, method="PUT")
        request.add_header("Content-Length", str(size))
        with urllib.request.urlopen(request) as answer:
            return answer.status
'''

SEND_NEW = '''\
class UploadError(Exception):
    """Every attempt failed; the message has the last status or the last network error."""


def send(path: str, url: str, *, attempts: int = 5) -> int:
    """Upload the file at ``path``, trying again while it is worth it; the server's last status."""
    last = "no attempt was made"
    for delay in delays(attempts):
        time.sleep(delay)
        try:
            return _put(path, url)
        except urllib.error.HTTPError as error:
            if not is_worth_retrying(error.code):
                raise
            last = f"status {error.code}"
        except urllib.error.URLError as error:
            last = f"network error: {error.reason}"
    raise UploadError(f"{path}: gave up after {attempts} attempts, {last}")


def _put(path: str, url: str) -> int:
    size = os.path.getsize(path)
    with open(path, "rb") as body:
        request = urllib.request.Request(url, data=body, method="PUT")
        request.add_header("Content-Length", str(size))
        with urllib.request.urlopen(request) as answer:
            return answer.status
'''

TEST_RETRY = '''\
"""The delays between attempts."""

import pytest

from uploader.retry import delays, is_worth_retrying


def test_the_first_attempt_does_not_wait() -> None:
    assert next(iter(delays(3))) == 0.0


def test_there_is_one_delay_for_every_attempt() -> None:
    assert len(list(delays(5))) == 5


def test_no_delay_is_longer_than_the_cap() -> None:
    assert max(delays(40, cap=2.0)) <= 2.0


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_these_are_tried_again(status: int) -> None:
    assert is_worth_retrying(status)


@pytest.mark.parametrize("status", [400, 401, 404, 413])
def test_these_are_not(status: int) -> None:
    assert not is_worth_retrying(status)
'''

CHECKSUM = '''\
"""What a file's content adds up to."""

import base64
import hashlib

CHUNK = 1 << 20


def content_md5(path: str) -> str:
    """The file's MD5 as the ``Content-MD5`` header wants it: base64, not hex."""
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as body:
        while chunk := body.read(CHUNK):
            digest.update(chunk)
    return base64.b64encode(digest.digest()).decode()
'''

RETRY: tuple[Scene, ...] = (
    Scene(
        5,
        "09:12",
        "network",
        (
            Prompt(
                "Uploads from the train keep failing halfway. Make `send` survive a flaky network: try again "
                "with a growing delay, but don't retry when the server says the request itself is wrong."
            ),
            Think(
                "I should look at the uploader first. A retry needs three things: which failures are worth "
                "another attempt, how long to wait, and what to say at the end. Exponential backoff with "
                "full jitter is the usual answer; 4xx apart from 408, 425 and 429 should not be retried."
            ),
            Look("uploader/upload.py"),
            Say(
                "`send` opens the file once and gives up at the first error. I'll put the delays in a module "
                "of their own, so that they can be tested without a network."
            ),
            Write("uploader/retry.py", RETRY_MODULE),
            Edit(
                "uploader/upload.py",
                "def send(path, url):\n",
                SEND_NEW,
                refused="String to replace not found in file.\nString: def send(path, url):",
            ),
            Think("The signature has annotations. Use the text exactly as I read it."),
            Edit("uploader/upload.py", SEND_OLD, SEND_NEW),
            Edit(
                "uploader/upload.py",
                "import os\nimport urllib.request\n",
                "import os\nimport time\nimport urllib.error\nimport urllib.request\n\n"
                "from uploader.retry import delays, is_worth_retrying\n",
            ),
            Delegate(
                "network-tests",
                "Test the backoff",
                "Write tests/test_retry.py for uploader/retry.py. No sleeping, no network: the delays are a "
                "plain iterator. Cover the first delay, the count, the cap and which statuses are retried.",
                (
                    Look("uploader/retry.py"),
                    Think(
                        "`delays` yields one value per attempt and the first is 0.0. `random.uniform` never "
                        "exceeds the ceiling, so the cap can be asserted without a seed."
                    ),
                    Write("tests/test_retry.py", TEST_RETRY),
                    Run(
                        "python -m pytest -q tests/test_retry.py",
                        "............                      [100%]\n12 passed in 0.03s",
                    ),
                    Say("12 tests, all passing. They take no time because nothing sleeps."),
                ),
                "Wrote tests/test_retry.py: 12 tests, all passing, no sleeping and no network.",
            ),
            Run(
                "python -m pytest -q",
                "............                                [100%]\n12 passed in 0.05s",
            ),
            Say(
                "Done. `send` now makes up to five attempts:\n\n"
                "- **waits** 0 s, then up to 0.5, 1, 2, 4 s (random below the ceiling, so that a crowd of "
                "clients does not come back at once)\n"
                "- **tries again** on network errors, 408, 425, 429 and 5xx\n"
                "- **gives up** at once on other 4xx, and after the last attempt with an `UploadError` that "
                "says why"
            ),
        ),
    ),
    Scene(
        5,
        "09:58",
        None,
        (
            Rewords(
                "uploader/retry.py",
                '    """Seconds to wait before each attempt: none at first, then doubling, capped, with '
                'full jitter."""\n',
                '    """Seconds to wait before every attempt: none at first, then doubling, capped, with '
                'full jitter."""\n',
            ),
            Types(
                "uploader/upload.py",
                '    last = "no attempt was made"\n',
                "    # Mia: ask the gateway team whether 425 ever happens to us\n"
                '    last = "no attempt was made"\n',
            ),
            Commits("Try again when the network fails"),
        ),
    ),
    Scene(
        5,
        "14:20",
        "network",
        (
            Prompt(
                "One of the retried files arrived truncated. Send a checksum so that the bucket refuses it."
            ),
            Think("S3-compatible buckets check `Content-MD5`: base64 of the binary digest. Hash in chunks."),
            Write("uploader/checksum.py", CHECKSUM),
            Switch("claude-sonnet-4-5"),
            Prompt("Looks right. Wire it in, and mention it in the README."),
            Edit(
                "uploader/upload.py",
                '        request.add_header("Content-Length", str(size))\n',
                '        request.add_header("Content-Length", str(size))\n'
                '        request.add_header("Content-MD5", content_md5(path))\n',
            ),
            Edit(
                "uploader/upload.py",
                "from uploader.retry import delays, is_worth_retrying\n",
                "from uploader.checksum import content_md5\n"
                "from uploader.retry import delays, is_worth_retrying\n",
            ),
            Edit(
                "README.md",
                "    uploader send photo.jpg --url https://bucket.example/photo.jpg\n",
                "    uploader send photo.jpg --url https://bucket.example/photo.jpg\n\n"
                "Failed attempts are repeated with a growing delay, and every upload carries a checksum:\n"
                "the bucket refuses a file that did not arrive whole.\n",
            ),
            Run(
                "python -m pytest -q",
                "............                                [100%]\n12 passed in 0.05s",
            ),
            Say(
                "The checksum goes out as `Content-MD5`. A truncated body is now answered with 400, which "
                "`send` reports instead of retrying."
            ),
        ),
    ),
    Scene(5, "15:02", None, (Commits("Send a checksum with every file"),)),
)
