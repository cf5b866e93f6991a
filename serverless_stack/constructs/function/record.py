"""Records of what packages were made from, for whoever installs the same for another machine.

They lie beside the packages, so that the assets have the same bytes on every machine. Index URLs
can have passwords in them: only the user can read a record.
"""

import contextlib
import json
import tempfile
from pathlib import Path

from serverless_stack._shared.machine import cache_folder
from serverless_stack.constructs.function.requirements import Requirements


def record_of(digest: str) -> Path:
    """Return the place of the record of a package's requirements.

    Args:
        digest: The package's digest.
    """
    return cache_folder() / "requirements" / f"{digest}.json"


def write_record(digest: str, requirements: Requirements) -> None:
    """Write down which requirements a package was made from.

    Args:
        digest: The package's digest.
        requirements: What was installed into it.
    """
    record = {
        "source": str(requirements.source.absolute()),
        "file_name": requirements.file_name,
        "text": requirements.text,
        "variables": requirements.variables,
    }
    _write(record_of(digest), json.dumps(record, indent=1, sort_keys=True))


def _write(path: Path, text: str) -> None:
    if path.is_file() and path.read_text("utf-8") == text:
        return
    with contextlib.suppress(OSError):  # of a cache that is read-only or full: the package is there
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            file = Path(folder, path.name)
            file.touch(0o600)
            file.write_text(text, "utf-8")
            file.replace(path)
