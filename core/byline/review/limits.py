"""How large a file and its edits may be to be attributed."""

from pathlib import Path

from byline.config import read_config
from byline.frozen import dataclass
from byline.paths import config_dir


@dataclass(frozen=True, slots=True)
class Limits:
    """Beyond ``file_bytes`` a file's lines are ``too_large``.

    The contents that the edits of one file carry are used up to ``contents_bytes``, as they are stored
    (compressed); beyond, their hunks alone are.
    """

    file_bytes: int = 32_000_000
    contents_bytes: int = 8_000_000

    @classmethod
    def configured(cls, folder: Path) -> "Limits":
        """The limits that hold for a repository."""
        config = read_config(str(config_dir()), str(folder))
        return cls(config.number("review.max_file_bytes"), config.number("review.max_contents_bytes"))
