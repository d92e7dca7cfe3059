"""A conversation as a person reads it: its blocks, and their lines. The browser and ``byline transcript`` show it."""
