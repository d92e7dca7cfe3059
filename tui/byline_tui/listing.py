"""What the list of sessions asks of the store, and the answer: run in a thread, given up when asked anew."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from byline.git.repository import Repository
from byline.query import Matcher, Query
from byline.store.listing import Listing, Order, View
from byline.store.search import Search, Searching
from byline.store.store import Store
from byline.wording import short_repository
from byline_tui.widgets.arrangement import Arrangement, Grouping, arrange

ORDERS: tuple[Order, ...] = ("time", "edits", "survived")
"""The orders that a key goes through."""
ORDER_WORDS: Mapping[Order, str] = {"edits": "most edits first", "survived": "most lines in commits first",
                                    "best": "best match first"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """Which sessions, and how they are listed."""

    query: Query
    order: Order = "time"
    grouping: Grouping = "day"
    here_only: bool = False
    hides_automated: bool = False
    unfolded: frozenset[str] = frozenset()

    @property
    def searches(self) -> bool:
        """Whether something is looked for in what was said."""
        return bool(self.query.wanted) or bool(self.query.named("role", "tool", "type"))


@dataclass(frozen=True, slots=True)
class Answer:
    """The sessions found, arranged. ``total`` counts those in the whole store."""

    question: Question
    listing: Listing
    arrangement: Arrangement
    survived: Mapping[str, int]
    matcher: Matcher | None
    total: int


class Asking:
    """One list's questions to one store. One at a time: the next one ends the one before."""

    def __init__(self, store: Store, searching: Searching, repository: Repository | None) -> None:
        self._store = store
        self._searching = searching
        self._repository = repository
        self._repository_id: int | None = None
        self._running: Search | None = None

    def begin(self, question: Question) -> Search:
        """End what runs and make the search for a question, to be given to :meth:`answer` in a thread."""
        self.cancel()
        leave_out = {"hidden", "automated", "one_shot"} if question.hides_automated else {"hidden"}
        view = View(question.order, leave_out=frozenset(leave_out), hits_named=3)  # type: ignore[arg-type] # kinds
        self._running = self._searching.search(question.query, view)
        return self._running

    def cancel(self) -> None:
        """End what runs."""
        if self._running is not None:
            self._running.cancel()

    def answer(self, question: Question, search: Search, show: Callable[[Answer], None]) -> Answer | None:
        """All sessions, or None when another question came. ``show`` is given a first page if there is one.

        Raises:
            StoreError: the store cannot be read.
            GitError: the repository cannot be read.
        """
        try:
            if question.here_only and self._repository is not None:
                search.view = self._of_repository(search.view, self._repository)
            total = self._store.sessions.count()
            names = {}
            if question.grouping == "repository":
                names = {row.id: short_repository(row.identity) for row in self._store.repositories.all()}
            matcher = Matcher(question.query) if question.searches else None

            def arranged(listing: Listing, survived: Mapping[str, int]) -> Answer:
                today = datetime.now().astimezone().date()
                is_ranked = question.order == "best"
                arrangement = arrange(
                    listing.places,
                    today,
                    "none" if is_ranked else question.grouping,
                    names,
                    None if question.searches else question.unfolded,
                )
                return Answer(question, listing, arrangement, survived, matcher, total)

            listing = search.run(lambda first: show(arranged(first, {})))
            return None if listing is None else arranged(listing, self._searching.survived())
        finally:
            self._store.close()

    def _of_repository(self, view: View, repository: Repository) -> View:
        if self._repository_id is None:
            from byline.review.repositories import repository_row  # noqa: PLC0415 - the first frame needs it not

            self._repository_id = repository_row(self._store, repository).id
        return View(view.order, view.reverse, self._repository_id, view.leave_out, view.hits_named)


def order_named(name: str) -> Order:
    """The order with this name; ``time`` for one that is none."""
    return next((order for order in get_args(Order) if order == name), "time")
