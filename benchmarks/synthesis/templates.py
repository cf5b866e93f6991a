"""Whether two templates describe the same resources, whatever these are called."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

# What the ids of constructs lead to: logical ids in texts, and hashes of assets.
_ASSET = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*[0-9A-F]{8}(?![0-9A-Za-z])")
_COMPARED = ("Type", "Properties", "DeletionPolicy", "UpdateReplacePolicy")
_ROUNDS = 6  # how far a reference is followed


def differences(ours: Mapping[str, Json], other: Mapping[str, Json]) -> list[str]:
    """Return the resources that only one of two templates has, as text.

    Resources are equal if their types, properties and deletion policies are, with logical ids
    replaced by what they refer to. The order of resources does not matter.
    """
    mine, theirs = _described(ours), _described(other)
    return [
        *(f"only in ours: {text}" for text in (mine - theirs).elements()),
        *(f"only in the twin: {text}" for text in (theirs - mine).elements()),
    ]


def _described(template: Mapping[str, Json]) -> Counter[str]:
    resources = template["Resources"]
    assert isinstance(resources, dict)
    bodies = {
        name: {key: value for key, value in body.items() if key in _COMPARED}
        for name, body in resources.items()
        if isinstance(body, dict)
    }
    labels = {name: str(body["Type"]) for name, body in bodies.items()}
    texts: dict[str, str] = {}
    for _ in range(_ROUNDS):
        texts = {
            name: json.dumps(_replaced(body, labels), sort_keys=True)
            for name, body in bodies.items()
        }
        labels = {
            name: f"{bodies[name]['Type']}:{hashlib.sha256(text.encode()).hexdigest()[:8]}"
            for name, text in texts.items()
        }
    return Counter(texts.values())


def _replaced(value: Json, labels: Mapping[str, str]) -> Json:
    if isinstance(value, dict):
        return {key: _replaced(each, labels) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, labels) for each in value]
    if not isinstance(value, str):
        return value
    return labels.get(value) or _NAME.sub("<name>", _ASSET.sub("<asset>", value))
