"""``byline`` without a command: the browser. The one place where the core names it."""

import argparse
import gc
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from byline.errors import GitError
from byline.git.repository import Repository
from byline.paths import database_path
from byline.store.store import Store


def run(args: argparse.Namespace) -> int:
    """Open the browser, in a git repository on that repository. ``--demo``: on bundled demo data."""
    # The app lets the collector work again once something is on the screen.
    gc.disable()
    from byline_tui.app import run as run_app  # noqa: PLC0415 - Textual costs 180 ms that commands need not pay

    with ExitStack() as stack:
        if not args.demo:
            store = stack.enter_context(Store(database_path(args.db)))
            code = run_app(store, _repository_here())
            if code is not None:
                return code
        from byline.demo.build import build_demo  # noqa: PLC0415 - only the demo needs it

        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="byline-demo-")))
        # Its last day is yesterday: ages look fresh, and nothing in it is later than now.
        demo = build_demo(folder, datetime.now(UTC) - timedelta(days=1))
        store = stack.enter_context(Store(demo.database))
        return run_app(store, Repository.open(demo.repository), is_demo=True) or 0


def _repository_here() -> Repository | None:
    """The repository of the working folder; None outside of any."""
    try:
        return Repository.open(Path.cwd())
    except GitError:
        return None
