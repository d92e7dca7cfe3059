"""A screen's file in the user's editor, on the terminal that the browser steps aside from."""

from pathlib import Path

from textual.app import SuspendNotSupported
from textual.screen import Screen

from byline.errors import BylineError
from byline.git.repository import Repository
from byline.text import safe_line
from byline_tui.editor import edit


def edit_beside(screen: Screen[None], path: Path, line: int) -> None:
    """Open ``path`` at ``line`` (1-based) in the editor, wait for it, and draw the screen again.

    What goes wrong is told on the screen.
    """
    try:
        with screen.app.suspend():
            edit(path, line)
    except SuspendNotSupported:
        screen.notify("This terminal cannot be given to an editor.", severity="warning", markup=False)
    except BylineError as error:
        screen.notify(safe_line(str(error)), severity="warning", markup=False)
    screen.refresh(layout=True)


def edit_in_work_tree(screen: Screen[None], repository: Repository, path: str, line: int) -> None:
    """Open a file of the repository's work tree as :func:`edit_beside` does; ``path`` is from its top."""
    place = repository.root / path
    if repository.bare or not place.is_file():
        screen.notify(f"{safe_line(path)} is not in the work tree.", severity="warning", markup=False)
    else:
        edit_beside(screen, place, line)
