"""What is typed to filter the list of commits."""

from dataclasses import dataclass

from byline.git.model import Commit

HINT = "words of subject or author, an id; and with Enter path:FOLDER branch:NAME session:ID"


@dataclass(frozen=True, slots=True)
class CommitQuery:
    """Words (in small letters) that are all in subject, author or the beginning of the id, and what limits
    the log: a revision, pathspecs, and sessions of which a commit must have lines.
    """

    words: tuple[str, ...] = ()
    rev: str = "HEAD"
    paths: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()

    def matches(self, commit: Commit) -> bool:
        """Whether the commit has the words."""
        text = f"{commit.subject}\n{commit.author}".lower()
        return all(word in text or commit.oid.startswith(word) for word in self.words)

    @property
    def is_limited(self) -> bool:
        """Whether the log is another one than that of what is checked out."""
        return bool(self.paths or self.sessions or self.rev != "HEAD")


def read_query(text: str) -> CommitQuery:
    """What was typed."""
    found: dict[str, list[str]] = {"path": [], "branch": [], "session": []}
    words: list[str] = []
    for word in text.split():
        name, colon, value = word.partition(":")
        if colon and name in found:
            found[name] += [value] if value else []
        else:
            words.append(word.lower())
    rev = found["branch"][-1] if found["branch"] else "HEAD"
    return CommitQuery(tuple(words), rev, tuple(found["path"]), tuple(found["session"]))
