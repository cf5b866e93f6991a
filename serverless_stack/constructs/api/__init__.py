"""API Gateway in front of a function."""
