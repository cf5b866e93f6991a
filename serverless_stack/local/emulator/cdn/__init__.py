"""The cache of a distribution. This package does not depend on MiniStack."""
