"""Bring in the histories that coding agents keep: agents, store and git together."""

from byline.history.imports import import_histories
from byline.history.summary import Summary

__all__ = ["Summary", "import_histories"]
