"""The properties of the resource types that rules check.

``properties.json`` has their names by type, from CloudFormation's own schemas; see
``tests/checks/template/cdk_properties.py``.
"""

import json
from pathlib import Path
from typing import Final

PATH: Final = Path(__file__).with_suffix(".json")
PROPERTIES: Final[dict[str, frozenset[str]]] = {
    type_: frozenset(names.split()) for type_, names in json.loads(PATH.read_text("utf-8")).items()
}
"""The names of the properties, by type."""
