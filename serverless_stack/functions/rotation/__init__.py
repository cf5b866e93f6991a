"""Rotation of the AUTH token or of a user's password of a Redis cache, for Secrets Manager."""
