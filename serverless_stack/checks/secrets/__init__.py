"""Secrets that a template has in plain text, or tells: rules on templates (``rules``)."""
