"""Stores of cached values."""
