"""The entrypoint ``byline-ingest``, which agents' hooks and git's hooks call. See ``ingest.md``.

Nothing here loads textual, rich, peewee or unidiff at import: a hook is called hundreds of times a
session, and starting up is most of what it costs.

Values here are named tuples: making a frozen dataclass takes over half a millisecond at every start.
"""
