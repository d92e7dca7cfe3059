"""Take sessions out of the store for good: everything recorded of them, and what was made of it."""

import time
from collections.abc import Callable, Sequence

from byline.history.turns import Turns
from byline.store.forget import Forgotten, mark_forgotten, take_out
from byline.store.store import Store

__all__ = ["Forgotten", "forget_sessions"]


def forget_sessions(
    store: Store, session_ids: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> Forgotten:
    """Take these sessions out, with their messages, parts, words in the index, edits, contents that nothing
    else refers to, and the kept attributions of commits that name them. Imports leave them out from now on.

    Short transactions: other processes can write meanwhile, and what an interruption leaves is taken out by
    doing it again. Sessions begun by these (sub-agents, forks) stay.

    Args:
        store: from where.
        session_ids: the sessions' whole ids; those that are not there are passed over.
        progress: told the sessions done and all there are, before each.

    Raises:
        StoreError: the store cannot be written.
    """
    total = Forgotten()
    with Turns(store) as turns:
        for number, session_id in enumerate(session_ids):
            if progress is not None:
                progress(number, len(session_ids))
            connection = turns.begin()
            mark_forgotten(connection, session_id, round(time.time() * 1000))
            steps = take_out(connection, session_id)
            while True:
                turns.begin()
                step = next(steps, None)
                total += step or Forgotten()
                turns.pause()
                if step is None:
                    break
    return total
