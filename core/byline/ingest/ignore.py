"""Take what is not to be recorded out of a document. Loaded only where something is ignored."""

from byline.frozen import replace
from byline.ignore import Ignore
from byline.ingest.reading import Item, Reading
from byline.record import Edit, Message


def without_ignored(reading: Reading, ignore: Ignore) -> Reading:
    """The reading without sessions in ignored folders and without what tells of ignored files."""
    items = tuple(item for item in reading.items if not ignore.leaves_out(item.record, item.session.cwd))
    if len(items) < len(reading.items):
        # The payload of what stays holds what goes, and a message alone says nothing.
        kept = {item.record.message_id for item in items if not isinstance(item.record, Message)}
        items = tuple(
            _without_payload(item)
            for item in items
            if not (reading.is_event and isinstance(item.record, Message)) or item.record.message_id in kept
        )
    sessions = tuple(each for each in reading.sessions if not (each.cwd and ignore.ignores(each.cwd)))
    return replace(reading, items=items, sessions=sessions)


def _without_payload(item: Item) -> Item:
    if not isinstance(item.record, Edit):
        return item
    return replace(item, record=replace(item.record, payload=None))
