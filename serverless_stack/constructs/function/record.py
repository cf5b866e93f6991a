"""Records of what packages were made from, for who installs the same for another machine."""

import json
import os
import tempfile
from pathlib import Path

from serverless_stack._shared.machine import cache_folder
from serverless_stack.constructs.function.requirements import Requirements


def record_of(digest: str) -> Path:
    """Return the place of the record of a package.

    Args:
        digest: The package's digest, which is also the hash of its asset.
    """
    return cache_folder() / "requirements" / f"{digest}.json"


def write_record(digest: str, requirements: Requirements) -> None:
    """Write down what a package was made from.

    The record lies beside the package, so that the asset has the same bytes on every machine.
    Index URLs can have passwords in them: only the user can read it.

    Args:
        digest: The package's digest.
        requirements: What was installed into it.
    """
    path = record_of(digest)
    text = json.dumps(
        {
            "source": str(requirements.source.absolute()),
            "file_name": requirements.file_name,
            "text": requirements.text,
            "variables": requirements.variables,
        },
        indent=1,
        sort_keys=True,
    )
    if path.is_file() and path.read_text("utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(  # which only the user can read
        "w", encoding="utf-8", dir=path.parent, delete=False
    ) as file:
        file.write(text)
    os.replace(file.name, path)
