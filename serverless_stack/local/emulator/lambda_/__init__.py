"""Execution environments of Python functions: a process for each, as in Lambda."""
