"""Starting the emulator: settings, checks of MiniStack, logs, then the server."""

import logging
import os
import sys

from .compatibility import IncompatibleError, check_names, check_version
from .settings import Settings, SettingsError, read_settings

EXIT_SETTINGS = 2
EXIT_INCOMPATIBLE = 3


def log_to_files(settings: Settings) -> None:
    """Log to ``logs/emulator.log``, and errors to stderr as well."""
    handler = logging.FileHandler(settings.logs / "emulator.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(name)s] %(message)s"))
    alarms = logging.StreamHandler(sys.stderr)
    alarms.setLevel(logging.ERROR)
    logging.basicConfig(level=logging.INFO, handlers=[handler, alarms], force=True)


def run() -> int:
    """Check and patch MiniStack, and serve until SIGTERM or SIGINT.

    Returns:
        0 after a clean stop, 2 if a setting is invalid, 3 if the patches do not fit MiniStack.
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
    # Not earlier: this imports MiniStack, which reads the environment at import.
    from .server import serve

    return serve(settings)
