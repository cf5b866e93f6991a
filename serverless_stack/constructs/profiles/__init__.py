"""Defaults by stage, and what they cost."""
