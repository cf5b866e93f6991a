"""Limits of S3, without MiniStack."""
