"""Draw the pictures in this folder: the browser over the demo, driven by keys, without a terminal.

    python screenshots/make.py [FOLDER]

The same code gives the same pictures: the demo's commits, times and the clock that ages are counted from
are fixed.
"""

import asyncio
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from byline.demo.build import LAST_DAY, build_demo
from byline.git.repository import Repository
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.theme import DARK, LIGHT

NOW = LAST_DAY + timedelta(hours=12)
MIXED_COMMIT = 7
"""Presses of Down from the top of the commits to the one that two agents and a person wrote."""

_TO_REVIEW = ("3", *["down"] * (MIXED_COMMIT + 1), "enter")


@dataclass(frozen=True, slots=True)
class Picture:
    """A file name, the terminal's size and theme, and the keys that lead there."""

    name: str
    keys: tuple[str, ...]
    size: tuple[int, int] = (120, 36)
    theme: str = DARK.name


PICTURES = (
    Picture("sessions", ()),
    Picture("conversation", ("down", "down", "enter", "d", "enter")),
    Picture("commits", ("3",)),
    Picture("review", (*_TO_REVIEW, "n", "n", "n", "n")),
    Picture("review-legend", (*_TO_REVIEW, "l", "down", "enter")),
    Picture("review-80x24", (*_TO_REVIEW, "n"), size=(80, 24)),
    Picture("review-light", (*_TO_REVIEW, "n", "n", "n", "n"), theme=LIGHT.name),
)


async def draw(picture: Picture, folder: Path, store: Store, repository: Repository) -> None:
    """Write one picture as SVG."""
    app = BylineApp(store, repository)
    async with app.run_test(size=picture.size) as pilot:
        app.theme = picture.theme
        for key in picture.keys:
            await settle(app)
            await pilot.press(key)
        await settle(app)
        await pilot.pause(0.3)
        await settle(app)
        svg = app.export_screenshot(title="byline")
    # The ids inside are random.
    svg = re.sub(r"terminal-\d+", "terminal-0", svg)
    (folder / f"{picture.name}.svg").write_text(svg, encoding="utf-8")


async def settle(app: BylineApp) -> None:
    """Wait until no worker runs and every message is answered."""
    await app.workers.wait_for_complete()
    await asyncio.sleep(0.05)


def main() -> None:
    """Draw every picture."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    os.environ |= {"TZ": "UTC", "TEXTUAL_ANIMATIONS": "none"}
    time.tzset()
    with tempfile.TemporaryDirectory() as name, patch("time.time", NOW.timestamp):
        demo = build_demo(Path(name))
        repository = Repository.open(demo.repository)
        with Store(demo.database) as store:
            for picture in PICTURES:
                asyncio.run(draw(picture, target, store, repository))
                print(target / f"{picture.name}.svg")


if __name__ == "__main__":
    main()
