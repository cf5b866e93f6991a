"""Errors of deployments and synchronisations.

ContentError
├── ConflictError
└── OutOfTimeError
"""


class ContentError(Exception):
    """Content could not be read, or S3 refused it."""


class ConflictError(ContentError):
    """Somebody else changed an object between reading and writing it."""


class OutOfTimeError(ContentError):
    """The time of a call is up. The manifest has what is done, and another run continues."""
