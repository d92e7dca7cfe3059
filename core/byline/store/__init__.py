"""The store: one SQLite database per user. See ``design.md`` "The store".

:mod:`~byline.store.schema`, :mod:`~byline.store.connection`, :mod:`~byline.store.statements` and
:mod:`~byline.store.writer` need the standard library only: the hook path writes with them.
:mod:`~byline.store.store` opens the same database through peewee for everything that reads.
This package imports neither by itself.
"""
