"""Long Markdown in pieces, each a block of its own, so that drawing one is always quick."""

from collections.abc import Iterator

PIECE_LINES = 200
PIECE_CHARS = 16_000

LONG_TEXT = 4_000
"""Characters up to which a text is one piece; longer ones are looked at."""


def count_pieces(text: str) -> int:
    """How many pieces :func:`split_pieces` makes."""
    return sum(1 for _ in split_pieces(text))


def split_pieces(text: str) -> Iterator[str]:
    """Split where a paragraph ends, if one does; a code block is closed and opened again."""
    text = text.strip("\n")
    if len(text) <= LONG_TEXT or (len(text) <= PIECE_CHARS and text.count("\n") < PIECE_LINES):
        yield text
        return
    piece: list[str] = []
    size = 0
    fence = ""
    for line in _lines(text):
        full = len(piece) >= PIECE_LINES or size + len(line) > PIECE_CHARS
        ends_here = not fence and not line.strip() and len(piece) > PIECE_LINES // 2
        if piece and (full or ends_here):
            yield "\n".join([*piece, fence[:3]] if fence else piece)
            piece, size = [fence] if fence else [], 0
        stripped = line.lstrip()
        if stripped.startswith(("```", "~~~")):
            fence = "" if fence and stripped[:3] == fence[:3] else fence or stripped
        piece.append(line)
        size += len(line) + 1
    yield "\n".join(piece)


def _lines(text: str) -> Iterator[str]:
    """The lines, those that are longer than a piece cut up."""
    for line in text.split("\n"):
        for start in range(0, max(len(line), 1), PIECE_CHARS):
            yield line[start : start + PIECE_CHARS]
