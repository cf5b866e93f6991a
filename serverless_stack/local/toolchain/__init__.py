"""The programs and packages that the local cloud needs on this machine."""
