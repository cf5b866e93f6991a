"""Rotating the AUTH token or a user's password of a Redis, as Secrets Manager asks for it."""
