"""Whole applications: ``WebApp`` in any stack, and ``ServerlessStack``."""
