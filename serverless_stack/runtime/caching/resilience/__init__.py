"""What keeps a cache from being a point of failure."""
