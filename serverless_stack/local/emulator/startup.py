"""From an empty process to a serving emulator, in the order that makes each step possible."""

import logging
import os
import sys

from .compatibility import IncompatibleError, check_names, check_version
from .settings import Settings, SettingsError, read_settings

EXIT_SETTINGS = 2
EXIT_INCOMPATIBLE = 3


def log_to_files(settings: Settings) -> None:
    """Write the log to ``logs/emulator.log`` and leaves stderr to what must be seen."""
    handler = logging.FileHandler(settings.logs / "emulator.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(name)s] %(message)s"))
    alarms = logging.StreamHandler(sys.stderr)
    alarms.setLevel(logging.ERROR)
    logging.basicConfig(level=logging.INFO, handlers=[handler, alarms], force=True)


def run() -> int:
    """Check, patches and serves until SIGTERM or SIGINT.

    Returns:
        0 after a clean stop, 2 when a setting is wrong, 3 when this is not the MiniStack that the
        patches were written for.
    """
    try:
        settings = read_settings(os.environ)
        check_version()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return EXIT_SETTINGS
    except IncompatibleError as error:
        print(error, file=sys.stderr)
        return EXIT_INCOMPATIBLE
    settings.prepare()
    log_to_files(settings)
    try:
        check_names()
    except IncompatibleError as error:
        print(error, file=sys.stderr)
        return EXIT_INCOMPATIBLE
    # Only now: importing these imports MiniStack, which reads the environment as it is imported.
    from .server import serve

    return serve(settings)
