"""Caching strategies."""
