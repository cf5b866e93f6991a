"""The cache of a distribution; knows nothing of MiniStack."""
