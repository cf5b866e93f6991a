"""Secrets in templates."""
