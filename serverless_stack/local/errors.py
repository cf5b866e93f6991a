"""What the local cloud raises, with a message that says what to do."""

from collections.abc import Sequence


class LocalCloudError(Exception):
    """The local cloud cannot do what was asked; the message says why and what to do."""


class PrerequisitesError(LocalCloudError):
    """Something that the local cloud needs is missing; nothing was changed.

    Attributes:
        problems: One sentence for each thing that is missing, in the order they were checked.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        """Join the problems to one message, one problem a line."""
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class CommandError(LocalCloudError):
    """A program that the local cloud runs has failed.

    Attributes:
        log: The part of the program's output that tells why.
    """

    def __init__(self, message: str, log: str = "") -> None:
        """Keep the message and the relevant part of the output apart."""
        self.log = log
        super().__init__(message)
