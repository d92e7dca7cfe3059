"""The conversations of one transcript: whose a record is, and what they are called (``formats.md`` 1.5)."""

from collections.abc import Iterable

from byline.agents.claude.chain import Chain
from byline.agents.claude.conversation import AGENT, Conversation
from byline.agents.claude.records import Record, optional
from byline.agents.claude.resume import NeedsWholeError

_TITLE_KEYS = {"custom-title": "customTitle", "ai-title": "aiTitle", "agent-name": "agentName"}


class Conversations:
    """The main session's conversation, those of sub-agents among its records, and of a session it copies."""

    def __init__(
        self, own: str, agent_of: str | None, chain: Chain, begun: Iterable[Conversation] = ()
    ) -> None:
        """``own`` names the session of records that do not name theirs; everything, with ``agent_of``.

        ``begun`` are those of a reading that ended.
        """
        self._own = own
        self._agent_of = agent_of
        self._chain = chain
        self.by_id = {each.native_id: each for each in begun}
        self._sidechain_of: dict[str, str] = {}
        self._summaries: dict[str, str] = {}
        """Leaf uuid to summary: files also hold summaries of other sessions."""
        self._forked_from: str | None = None

    @property
    def is_old(self) -> bool:
        """Whether there is something that only versions wrote whose files do not grow any more.

        Sub-agents' records among the session's own, records copied from another session, summaries.
        """
        return bool(self._sidechain_of or self._forked_from or self._summaries)

    def named(self, native_id: str) -> Conversation:
        """The conversation with this id, begun if it is new."""
        known = self.by_id.get(native_id)
        if known is None:
            known = self.by_id[native_id] = Conversation(AGENT, native_id)
            if native_id == self._own:
                known.parent = self._agent_of
        return known

    def of(self, record: Record) -> Conversation:
        """The conversation that a record belongs to; it learns from it where the session stands."""
        native_id = self.whose(record)
        conversation = self.named(native_id)
        main = optional(record, "sessionId") or self._own
        if conversation.parent is None and native_id not in {main, self._forked_from}:
            conversation.parent = main
        elif conversation.parent is None and native_id == main and self._forked_from not in {None, main}:
            conversation.parent = self._forked_from
        conversation.cwd = conversation.cwd or optional(record, "cwd")
        conversation.branch = optional(record, "gitBranch") or conversation.branch
        conversation.version = optional(record, "version") or conversation.version
        return conversation

    def whose(self, record: Record) -> str:
        """The native id of a record's session; notes what the records after it need to tell theirs."""
        if self._agent_of is not None:
            return self._own
        uuid = str(record.get("uuid"))
        if self._chain.goes_on and (record.get("isSidechain") is True or "forkedFrom" in record):
            raise NeedsWholeError
        if record.get("isSidechain") is True:
            started_by = self._sidechain_of.get(str(record.get("parentUuid")), uuid)
            self._sidechain_of[uuid] = optional(record, "agentId") or started_by
            return self._sidechain_of[uuid]
        origin = record.get("forkedFrom")
        if isinstance(origin, dict) and isinstance(origin.get("sessionId"), str):
            self._forked_from = str(origin["sessionId"])
            return self._forked_from
        return optional(record, "sessionId") or self._own

    def summary(self, record: Record) -> None:
        """Take in a summary. Raises NeedsWholeError in a reading that goes on: they come first."""
        if self._chain.goes_on:
            raise NeedsWholeError
        leaf, summary = record.get("leafUuid"), record.get("summary")
        if isinstance(summary, str) and summary.strip():
            self._summaries[str(leaf)] = summary.strip()

    def title(self, record: Record) -> None:
        """Take in a title that the agent or a person gave."""
        kind = str(record["type"])
        title = record.get(_TITLE_KEYS[kind])
        if isinstance(title, str) and title.strip():
            native_id = self._own if self._agent_of else str(record.get("sessionId") or self._own)
            self.named(native_id).titles[kind] = title.strip()

    def settle_summary(self) -> None:
        """Give the main session its summary: one of a leaf in this file, else the only one there is."""
        own = self.by_id.get(self._own)
        if own is None:
            own = next((each for each in self.by_id.values() if each.parent is None), None)
        if own is None:
            return
        here = [text for leaf, text in self._summaries.items() if leaf in self._chain.links]
        others = set(self._summaries.values())
        if here:
            own.titles["summary"] = here[-1]
        elif len(others) == 1:
            own.titles["summary"] = others.pop()
