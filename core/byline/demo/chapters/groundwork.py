"""Day one: Mia writes a small uploader by hand. Nothing is recorded, so nobody is credited."""

from byline.demo.steps import Commits, Scene, Types

README = """\
# Uploader

Send files to a bucket, from the command line or from the browser.

    uploader send photo.jpg --url https://bucket.example/photo.jpg
"""

PYPROJECT = """\
[project]
name = "uploader"
version = "0.3.0"
requires-python = ">=3.11"

[project.scripts]
uploader = "uploader.cli:main"
"""

UPLOAD = '''\
"""Send one file to the bucket."""

import os
import urllib.request


def send(path: str, url: str) -> int:
    """Upload the file at ``path``; the status that the server answers with."""
    size = os.path.getsize(path)
    with open(path, "rb") as body:
        request = urllib.request.Request(url, data=body, method="PUT")
        request.add_header("Content-Length", str(size))
        with urllib.request.urlopen(request) as answer:
            return answer.status
'''

CLI = '''\
"""The command line."""

import argparse

from uploader.upload import send


def main() -> None:
    parser = argparse.ArgumentParser(prog="uploader")
    parser.add_argument("file")
    parser.add_argument("--url", required=True)
    options = parser.parse_args()
    status = send(options.file, options.url)
    print(f"{options.file}: {status}")
'''

GROUNDWORK: tuple[Scene, ...] = (
    Scene(
        6,
        "10:05",
        None,
        (
            Types("README.md", "", README),
            Types("pyproject.toml", "", PYPROJECT),
            Types("uploader/__init__.py", "", '"""Send files to a bucket."""\n'),
            Types("uploader/upload.py", "", UPLOAD),
            Types("uploader/cli.py", "", CLI),
            Commits("Send one file to a bucket"),
        ),
    ),
)
