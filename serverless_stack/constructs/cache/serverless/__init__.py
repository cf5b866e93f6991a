"""Serverless caches."""
