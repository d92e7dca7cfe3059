"""Draw the pictures in this folder: the browser over the demo, driven by keys, without a terminal.

    python screenshots/make.py [FOLDER [SCREEN…]]

Every screen in two sizes and two themes. The same code gives the same pictures: the demo's commits, times and
the clock that ages are counted from are fixed.
"""

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import product
from pathlib import Path
from unittest.mock import patch

from byline.demo.build import LAST_DAY, build_demo
from byline.git.repository import Repository
from byline.store.store import Store
from byline_tui.app import BylineApp
from byline_tui.screens.sessions import SessionsScreen
from byline_tui.theme import DARK, LIGHT

NOW = LAST_DAY + timedelta(hours=12)
KINDS = ("DATA", "STATE", "CONFIG", "CACHE")
MIXED_COMMIT = 7
"""Presses of Down from the top of the commits to the one that two agents and a person wrote."""

_TO_REVIEW = ("3", *["down"] * (MIXED_COMMIT + 1), "enter")

SETTLES_WITHIN_S = 30.0
SIZES = ((80, 24), (150, 42))
LOOKS = {"dark": DARK.name, "light": LIGHT.name}
SCREENS: Mapping[str, Sequence[str]] = {
    "sessions": ("right",),
    "search": ("slash", *"retry", "enter"),
    "conversation": ("down", "down", "enter", "d", "enter"),
    "commits": ("3",),
    "review": (*_TO_REVIEW, "n", "n", "n", "n"),
    "review-legend": (*_TO_REVIEW, "l", "down", "enter"),
    "blame": (*_TO_REVIEW, "n", "b"),
    "stats": ("5",),
    "help": ("question_mark",),
}
"""The keys that lead to each picture, from the first screen."""
FIRST_START = "first-start"
"""The picture of an empty store, beside made-up histories."""


async def draw(
    name: str, size: tuple[int, int], look: str, store: Store, repository: Repository | None
) -> str:
    """One picture as SVG."""
    is_first = name == FIRST_START
    app = BylineApp(store, repository, histories=is_first)
    async with app.run_test(size=size) as pilot:
        app.theme = LOOKS[look]
        for key in SCREENS.get(name, ()):
            await settle(app)
            await pilot.press(key)
        await settle(app)
        # A picture is of what is there once nothing moves any more, nor says that something went well.
        await pilot.pause(0.4)
        await settle(app)
        app.clear_notifications()
        await pilot.pause(0.2)
        svg = app.export_screenshot(title="byline")
    # The ids inside are random.
    return re.sub(r"terminal-\d+", "terminal-0", svg)


async def settle(app: BylineApp) -> None:
    """Wait until no worker runs, every message is answered, and the list of sessions has its footer."""
    end = time.monotonic() + SETTLES_WITHIN_S
    while time.monotonic() < end:
        await app.workers.wait_for_complete()
        await asyncio.sleep(0.1)
        busy = any(not worker.is_finished for worker in app.workers)
        # The footer of the sessions comes after the list, and its keys after the footer.
        if not busy and (not isinstance(app.screen, SessionsScreen) or app.screen.query("FooterKey")):
            return
    raise TimeoutError(f"{app.screen} did not settle within {SETTLES_WITHIN_S:.0f} seconds")


def pretend_histories(home: Path) -> None:
    """Files of the right names and sizes where agents keep theirs; only those are looked at."""
    places = {
        ".claude/projects/-home-mia-uploader": (214, 310_000),
        ".codex/sessions/2026/11/19": (63, 520_000),
    }
    for place, (files, size) in places.items():
        folder = home / place
        folder.mkdir(parents=True)
        for number in range(files):
            name = f"rollout-2026-11-19T10-00-00-00000000-0000-4000-8000-{number:012}.jsonl"
            path = folder / (name if "codex" in place else name[-40:])
            with path.open("wb") as file:
                file.truncate(size + number * 1_000)


def main() -> None:
    """Draw every picture, in both sizes and both themes."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    only = sys.argv[2:]
    os.environ |= {"TZ": "UTC", "TEXTUAL_ANIMATIONS": "none"}
    time.tzset()
    with tempfile.TemporaryDirectory() as name, patch("time.time", NOW.timestamp):
        home = Path(name) / "home"
        os.environ |= {"HOME": str(home), **{f"XDG_{kind}_HOME": str(home / kind) for kind in KINDS}}
        pretend_histories(home)
        demo = build_demo(Path(name))
        repository = Repository.open(demo.repository)
        with Store(demo.database) as store, Store(Path(name) / "empty.db") as empty:
            for screen, size, look in product((*SCREENS, FIRST_START), SIZES, LOOKS):
                if only and screen not in only:
                    continue
                shown = empty if screen == FIRST_START else store
                svg = asyncio.run(draw(screen, size, look, shown, repository))
                path = target / f"{screen}-{size[0]}x{size[1]}-{look}.svg"
                path.write_text(svg, encoding="utf-8")
                print(path)


if __name__ == "__main__":
    main()
