"""The exit statuses of all commands."""

import enum


class ExitStatus(enum.IntEnum):
    """What a command says to the shell. `docs/reference/exit-codes.md` lists what each means."""

    SUCCESS = 0
    FAILED = 1
    """The command failed in part or whole, or found problems."""
    REFUSED = 2
    """The input is invalid, something is missing, or AWS answered with an error."""
    STATE = 3
    """A state that a script must tell apart from a failure, named by each command's help."""
    NOT_RUNNING = STATE
    OUT_OF_SYNC = STATE
    DATA_LOSS = STATE
    INCOMPLETE = STATE
    HANGUP = 129
    """The terminal was closed."""
    INTERRUPTED = 130
    """Ctrl-C."""
    TERMINATED = 143
    """The signal TERM."""
