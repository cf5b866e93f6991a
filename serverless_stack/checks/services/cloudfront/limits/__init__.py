"""Limits of Amazon CloudFront on values."""
