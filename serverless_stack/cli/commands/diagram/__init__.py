"""The command `diagram`."""
