"""The processes of a local cloud."""
