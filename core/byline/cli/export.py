"""A conversation as a file to be handed on."""

import json
from pathlib import Path
from typing import Literal

from byline.cli.conversation import conversation_json, load_conversation
from byline.cli.masking import masked
from byline.cli.transcript_html import conversation_html
from byline.cli.transcript_markdown import conversation_markdown
from byline.errors import BylineError
from byline.store.sessions import SessionRow
from byline.store.store import Store

Form = Literal["md", "html", "json"]


def export_conversation(store: Store, session: SessionRow, form: Form, folder: Path) -> Path:
    """Write a session's conversation into a new file in ``folder``, keys and passwords covered; its path.

    A file that is there already is left alone: the new one gets a number.

    Raises:
        StoreError: the store cannot be read.
        BylineError: the file cannot be written.
    """
    conversation = masked(load_conversation(store, session))
    if form == "md":
        text = "\n".join(conversation_markdown(conversation)) + "\n"
    elif form == "html":
        text = conversation_html(conversation)
    else:
        text = json.dumps(conversation_json(conversation), ensure_ascii=False, indent=2) + "\n"
    name = "".join(char if char.isalnum() or char in "-_." else "-" for char in session.id)[:120]
    for number in range(1, 1000):
        path = folder / (f"{name}.{form}" if number == 1 else f"{name}-{number}.{form}")
        try:
            with path.open("x", encoding="utf-8", errors="replace", newline="\n") as file:
                file.write(text)
        except FileExistsError:
            continue
        except OSError as error:
            raise BylineError(f"{path} cannot be written ({error.strerror})") from error
        return path
    raise BylineError(f"{folder} is full of exports of this session: take some away")
