"""The exceptions of the local cloud.

LocalCloudError
├── PrerequisitesError
├── UnmodelledError
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


class UnmodelledError(LocalCloudError):
    """The app has resources that the local cloud does not model. Nothing was deployed.

    Attributes:
        resources: A line for each kind of resource, with its construct.
    """

    def __init__(self, resources: Sequence[str]) -> None:
        """Join the resources to a message, one in each line."""
        self.resources = tuple(resources)
        listed = "\n".join(f"- {resource}" for resource in self.resources)
        super().__init__(
            f"the local cloud does not model what this app has; nothing was deployed:\n{listed}\n"
            "This is no error of the app: name the other stacks to deploy only them, or deploy to "
            "AWS. The documentation lists what the local cloud does not model."
        )


class CommandError(LocalCloudError):
    """A program failed.

    Attributes:
        log: The part of the program's output that explains the failure.
    """

    def __init__(self, message: str, log: str = "") -> None:
        """Store the message and the relevant output."""
        self.log = log
        super().__init__(message)
