"""Lambda functions and their packages."""
