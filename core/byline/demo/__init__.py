"""The demo: a small repository and the conversations that wrote it, built in a second from a story.

The story is data (:mod:`byline.demo.chapters`); :func:`byline.demo.build.build_demo` plays it. Every edit
really happens to the files, every recorded diff is derived from what happened, and the builder keeps
who wrote each line, so that tests can hold the engine to it.
"""
