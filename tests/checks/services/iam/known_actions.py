"""The actions of AWS services, as cfn-lint has them from AWS's own list.

`python -m tests.checks.services.iam.known_actions` updates
`serverless_stack/checks/services/iam/actions.txt`. The names have the capitals of the operations in
botocore, where there is an operation of the name.
"""

import gzip
import json
from importlib.util import find_spec
from pathlib import Path

import botocore

from serverless_stack.checks.services.iam import actions


def _capitals() -> dict[str, str]:
    """Return the names of all operations of botocore, by their names in lower case."""
    found: dict[str, str] = {}
    for path in sorted((Path(botocore.__file__).parent / "data").glob("*/*/service-2.json*")):
        found.update((name.lower(), name) for name in _operations(path))
    return found


def _operations(path: Path) -> list[str]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(json.loads(data)["operations"])


def listed() -> dict[str, list[str]]:
    """Return the names of the actions in lower case, by the prefix of their service."""
    package = find_spec("cfnlint")
    assert package is not None
    assert package.origin is not None
    source = Path(package.origin).parent / "data" / "AdditionalSpecs" / "Policies.json"
    services = json.loads(source.read_text("utf-8"))
    return {prefix: sorted(services[prefix].get("Actions", ())) for prefix in sorted(services)}


def written() -> str:
    """Return the file that has them, with a line per service."""
    capitals = _capitals()
    lines = [
        " ".join([prefix, *(capitals.get(name, name) for name in names)])
        for prefix, names in listed().items()
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    actions.PATH.write_text(written(), "utf-8")
