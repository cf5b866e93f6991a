"""Limits of CloudFront Functions."""

MAX_FUNCTION_BYTES = 10 * 1024
"""The most bytes of a function's code ("Quotas on CloudFront Functions")."""
