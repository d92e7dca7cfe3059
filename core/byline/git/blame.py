"""Read ``git blame --porcelain``: for every line of a file the commit that introduced it."""

from byline.errors import GitError
from byline.frozen import dataclass
from byline.patch.names import unquote


@dataclass(frozen=True, slots=True)
class BlameLine:
    """One line of a file. ``oid`` is None for a line that is not committed.

    ``original_line`` (1-based) and ``path`` say where it stood in that commit; ``previous_path`` is the
    file's path in the commit before, None where it had none. ``content`` has no line end.
    """

    line_number: int
    content: str
    oid: str | None
    original_line: int
    path: str
    previous_path: str | None


def read_blame(output: bytes) -> list[BlameLine]:
    r"""The lines in the output of ``git blame --porcelain``, in the order of the file.

    The facts of a commit come with its first line only; names may be quoted; the content stands behind
    a tab and ends at ``\n``. Contents are decoded as UTF-8 with replacement characters.

    Raises:
        GitError: the output does not have that form.
    """
    paths: dict[str, str] = {}
    previous: dict[str, str] = {}
    lines: list[BlameLine] = []
    oid, original, final = "", 0, 0
    for line in output.split(b"\n")[:-1]:
        if line.startswith(b"\t"):
            content = line[1:].decode("utf-8", "replace")
            committed = oid if oid.strip("0") else None
            lines.append(
                BlameLine(final, content, committed, original, paths.get(oid, ""), previous.get(oid))
            )
            oid = ""
            continue
        key, _, value = line.partition(b" ")
        if not oid:
            numbers = value.split(b" ")
            if len(numbers) < 2 or not (numbers[0].isdigit() and numbers[1].isdigit()):
                raise GitError(f"git blame's output has the unexpected line {line[:80]!r}")
            oid, original, final = key.decode("ascii", "replace"), int(numbers[0]), int(numbers[1])
        elif key == b"filename":
            paths[oid] = unquote(value.decode("utf-8", "surrogateescape"))
        elif key == b"previous":
            name = value.partition(b" ")[2].decode("utf-8", "surrogateescape")
            previous[oid] = unquote(name)
    return lines
