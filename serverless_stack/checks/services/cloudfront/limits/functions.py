"""Limits of CloudFront Functions and their key value stores."""

MAX_FUNCTION_BYTES = 10 * 1024
"""The most bytes of a function's code ("Quotas on CloudFront Functions")."""
MAX_KEY_BYTES = 512
MAX_VALUE_BYTES = 1024
MAX_STORE_BYTES = 5 * 1024 * 1024
"""The most bytes of a key, a value and a whole store ("Quotas on key value stores")."""
