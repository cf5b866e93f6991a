"""Connections to cache servers."""
