"""A whole application."""
