"""Where in a conversation something is said: the blocks that ``n`` and ``N`` step through."""

from collections.abc import Collection

from byline.query import parse_query
from byline.reading.pages import Pages
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
