"""A commit, a range or the index read with its authors: store, git and engine brought together."""
