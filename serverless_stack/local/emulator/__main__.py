"""The entry point of ``python <this folder>``: run the folder as a package.

Python puts the folder on ``sys.path``, where a module of ours could hide one of the standard
library. The entry is removed before anything else is imported.
"""

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PACKAGE = "serverless_stack_emulator"


def load_package() -> None:
    """Register this folder in ``sys.modules`` as the package ``serverless_stack_emulator``."""
    import importlib.util

    spec = importlib.util.spec_from_file_location(
        PACKAGE, FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )
    if spec is None or spec.loader is None:
        raise SystemExit(f"the emulator's folder is incomplete: {FOLDER}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = module
    spec.loader.exec_module(module)


def main() -> int:
    """Start the emulator, and return its exit status."""
    import importlib

    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != FOLDER]
    load_package()
    run = importlib.import_module(f"{PACKAGE}.startup").run
    return int(run())


if __name__ == "__main__":
    raise SystemExit(main())
