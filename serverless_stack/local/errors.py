"""The exceptions of the local cloud.

LocalCloudError
├── PrerequisitesError
├── LockedError (processes.locks)
└── CommandError
    └── CancelledError (processes.subprocesses)
"""

from collections.abc import Sequence


class LocalCloudError(Exception):
    """The local cloud cannot do something. The message says why, and what to do."""


class PrerequisitesError(LocalCloudError):
    """A prerequisite is missing. Nothing was changed.

    Attributes:
        problems: A sentence for each missing prerequisite.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        """Join the problems to a message, one in each line."""
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class CommandError(LocalCloudError):
    """A program failed.

    Attributes:
        log: The part of the program's output that explains the failure.
    """

    def __init__(self, message: str, log: str = "") -> None:
        """Store the message and the relevant output."""
        self.log = log
        super().__init__(message)
