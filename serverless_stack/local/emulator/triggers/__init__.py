"""How Lambda reads streams and judges the answers of functions, without MiniStack."""
