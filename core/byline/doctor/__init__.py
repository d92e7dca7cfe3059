"""Checking everything: agents and their hooks, the store and what waits beside it, repository, settings.

A check looks and tells (:class:`~byline.doctor.finding.Finding`); it changes nothing, and makes no store.
"""
