"""Which boxes are connected, and by what."""
