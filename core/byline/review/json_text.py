"""A review's JSON as text that comes piece by piece: of a million lines none needs to wait for the last."""

import json
from collections.abc import Iterator, Mapping

from byline.review.json_form import file_json, line_json, review_head_json
from byline.review.model import Review, ReviewedFile

_FILES, _LINES = '\n  "files": []', '\n  "lines": []'
_IN_FILE, _IN_LINE = "\n    ", "\n          "
# The encoder that is written in C knows no indents: what separates the keys of a line stands in for them.
_FLAT = json.JSONEncoder(ensure_ascii=False, separators=(f",{_IN_LINE}", ": "))


def review_json_text(review: Review) -> Iterator[str]:
    """What ``json.dumps(review_json(review), ensure_ascii=False, indent=2)`` gives, in pieces."""
    # Line ends inside of texts are escaped: these stand in for the lists, and for nothing else.
    before, _, after = _text(review_head_json(review), _FILES)
    yield before
    if not review.files:
        yield f"{_FILES}{after}"
        return
    yield '\n  "files": ['
    for place, file in enumerate(review.files):
        yield "," if place else ""
        yield from _file(file)
    yield f"\n  ]{after}"


def _file(file: ReviewedFile) -> Iterator[str]:
    before, _, after = _text(file_json(file), _LINES)
    yield _IN_FILE + before.replace("\n", _IN_FILE)
    separator = ""
    for line in file.touched():
        yield separator or f'{_IN_FILE}  "lines": ['
        separator = ","
        yield _line(line_json(line))
    yield f"{_IN_FILE}  ]" if separator else _LINES.replace("\n", _IN_FILE)
    yield after.replace("\n", _IN_FILE)


def _line(value: Mapping[str, object]) -> str:
    if "candidates" in value:
        text = json.dumps(value, ensure_ascii=False, indent=2)
        return "\n        " + text.replace("\n", "\n        ")
    return f"\n        {{{_IN_LINE}{_FLAT.encode(value)[1:-1]}\n        }}"


def _text(value: Mapping[str, object], mark: str) -> tuple[str, str, str]:
    return json.dumps(value, ensure_ascii=False, indent=2).partition(mark)
