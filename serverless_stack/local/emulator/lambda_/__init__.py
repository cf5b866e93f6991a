"""Execution environments of Python functions: one process each, as Lambda has them."""
