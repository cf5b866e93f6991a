"""The key pair of signed URLs and cookies: created, rotated and deleted."""
