"""Setting up live capture, and taking it out again: what would change, and changing it.

Everything is planned first (:mod:`byline.setup.plan`) by pure functions over the bytes of the files, so that
the very thing that is shown is what is then written (:mod:`byline.setup.writing`).
"""
