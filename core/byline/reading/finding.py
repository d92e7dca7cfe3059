"""Where in a conversation something is said: the blocks that ``n`` and ``N`` step through."""

from collections.abc import Collection

from byline.query import parse_query
from byline.reading.pages import Block, Pages
from byline.store.conversation_facts import parts_saying
from byline.store.store import Store


def blocks_saying(store: Store, pages: Pages, words: str) -> list[int]:
    """The blocks of a stored conversation that say ``words``, whatever the case, in reading order.

    Raises:
        StoreError: the store cannot be read.
    """
    return _blocks(pages, parts_saying(store.database, pages.thread.session.id, words), words)


def blocks_found(store: Store, pages: Pages, query: str) -> list[int]:
    """The blocks of a stored conversation that a query of the browser finds, in reading order.

    Raises:
        StoreError: the store cannot be read.
    """
    return _blocks(pages, store.hits.in_session(parse_query(query), pages.thread.session.id), "")


def rows_to_reach(block: Block, words: str, width: int) -> int:
    """As many rows of a block as its first ``words`` need, whatever the case, laid out at ``width`` cells.

    It may be too many, since what a row holds is only guessed. 0 where the block does not say them.
    """
    part = block.part
    texts = [block.text, part.input or "", part.patch or ""] if part is not None else [block.text]
    ends: list[int] = []
    for text in texts:
        at = text.casefold().find(words.casefold())
        if at >= 0:
            # A row of words broken at their spaces, or of wide letters, holds half of what it might.
            breaks = text.count("\n", 0, at) + text.count("\\n", 0, at)
            ends.append(breaks + 2 * (at + len(words)) // max(width // 2, 10) + 10)
    return min(ends, default=0)


def _blocks(pages: Pages, keys: Collection[int], words: str) -> list[int]:
    thread, wanted = pages.thread, set(keys)
    found: list[int] = []
    for place, key in enumerate(thread.skeleton.part_keys):
        if key in wanted and thread.first_blocks[place] >= 0:
            found += _pieces(pages, place, words)
    return sorted(found)


def _pieces(pages: Pages, place: int, words: str) -> list[int]:
    """The blocks of a part; of a long text those pieces that say the words, if one of them does."""
    thread = pages.thread
    first = last = thread.first_blocks[place]
    while last + 1 < len(thread) and thread.parts[last + 1] == place:
        last += 1
    if first == last:
        return [first]
    wanted = words.casefold()
    said = [at for at in range(first, last + 1) if words and wanted in pages.block(at).text.casefold()]
    return said or [first]
