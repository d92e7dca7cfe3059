"""The chain of a transcript's records: which message each uuid stands for, and which ids were read."""

import re
from collections.abc import Iterable

from byline.agents.claude.records import Record
from byline.agents.claude.resume import NeedsWholeError, checksum

_UUID = re.compile(rb'"uuid":"([^"]+)"')
_PARENT = re.compile(rb'"parentUuid":"([^"]+)"')


class Chain:
    """The records of one transcript by their uuids, as far as it was read."""

    def __init__(
        self, links: dict[str, str | None] | None = None, seen: frozenset[int] = frozenset()
    ) -> None:
        """``links`` and ``seen`` are of a reading that ended: what is kept of it, and all its checksums."""
        self.links: dict[str, str | None] = {} if links is None else links
        """Record uuid to its message's id, or for records without a message to the nearest before it."""
        self._seen = seen
        """Checksums of the ids of what was read before and is not kept."""

    @property
    def goes_on(self) -> bool:
        """Whether something was read before that is not here."""
        return bool(self._seen)

    def pass_by(self, data: bytes) -> None:
        """Keep a record's place without parsing it. The last uuids in it are its own."""
        uuids, parents = _UUID.findall(data), _PARENT.findall(data)
        if uuids and parents:
            # An agent_progress record holds a whole record of the sub-agent before its own uuid.
            uuid = uuids[-1].decode()
            self.refuse_seen(uuid)
            self.links.setdefault(uuid, self._behind(parents[0].decode()))

    def parent_message(self, record: Record) -> str | None:
        """The message that a record follows. Raises: see :meth:`refuse_seen`."""
        parent = record.get("parentUuid") or record.get("logicalParentUuid")
        return self._behind(parent) if isinstance(parent, str) else None

    def refuse_seen(self, identity: object) -> None:
        """Raises NeedsWholeError when something was read before, but is not kept."""
        if self._seen and isinstance(identity, str) and checksum(identity) in self._seen:
            raise NeedsWholeError

    def seen_with(self, others: Iterable[str]) -> Iterable[int]:
        """Checksums of the ids of everything read up to here: the records', and these."""
        return self._seen.union(map(checksum, (*self.links, *others)))

    def _behind(self, uuid: str) -> str | None:
        if uuid not in self.links:
            self.refuse_seen(uuid)
        return self.links.get(uuid)
