"""What the local cloud needs of this machine."""
