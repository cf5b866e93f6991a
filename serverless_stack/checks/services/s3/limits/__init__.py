"""Limits of Amazon S3 on values."""
