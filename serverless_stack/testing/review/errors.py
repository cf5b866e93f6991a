"""What goes wrong before there is anything to review."""


class SourceError(ValueError):
    """One of the two sides of a review cannot be read; the message says why and what to do."""
