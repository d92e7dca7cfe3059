"""A conversation as a person reads it, in blocks and lines: for the browser and ``byline transcript``."""
