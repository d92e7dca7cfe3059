"""Byline's core: who wrote a line, and the conversation it came from.

The rooms of this package and the one way their dependencies point are described in
CONTRIBUTING.md. Importing :mod:`byline` itself imports nothing else.
"""

__version__ = "0.1.0"
