"""The code of the functions that our constructs deploy."""
