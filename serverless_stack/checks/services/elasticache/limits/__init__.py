"""Limits of Amazon ElastiCache on values."""
