"""Helpers that all folders of constructs share."""
