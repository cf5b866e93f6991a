"""The exceptions of the synthesis.

SynthesisError
└── WarmthError
"""


class SynthesisError(Exception):
    """The app could not be synthesized.

    Attributes:
        log: The output of the app.
    """

    def __init__(self, message: str, log: str = "") -> None:
        """Store the message and the output."""
        self.log = log
        super().__init__(message)


class WarmthError(SynthesisError):
    """The app could not be synthesized warm, for a reason that is not in the app."""
