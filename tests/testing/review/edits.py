"""Random edits of a template, like those that changes of an app make."""

import hashlib
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.constructs.templates import Json
from tests.testing.review import oracle

SEED = 20261123


@dataclass(frozen=True)
class Edit:
    """A template before and after an edit.

    Attributes:
        number: Which of the edits.
        kind: What was done.
        before: The template before.
        after: The template after.
        touched: The logical ids that were edited, before.
        renamed: The logical ids that changed, from old to new.
    """

    number: int
    kind: str
    before: Json
    after: Json
    touched: frozenset[str] = frozenset()
    renamed: dict[str, str] = field(default_factory=dict)


Editor = Callable[[Json, random.Random], tuple[Json, set[str], dict[str, str]]]


def path_of(resource: Json) -> str:
    return str(resource["Metadata"]["aws:cdk:path"])


def logical_id(path: str) -> str:
    """The logical id that CDK gives a construct."""
    parts = [part for part in path.split("/")[1:] if part != "Default"]
    if len(parts) == 1 and len(re.sub(r"\W", "", parts[0])) <= 255:
        return re.sub(r"[^A-Za-z0-9]", "", parts[0])
    digest = hashlib.md5("/".join(parts).encode(), usedforsecurity=False).hexdigest()[:8].upper()
    shown: list[str] = []
    for part in (re.sub(r"[^A-Za-z0-9]", "", part) for part in parts if part != "Resource"):
        if not shown or not shown[-1].endswith(part):
            shown.append(part)
    return "".join(shown)[:240] + digest


def rename_construct(
    template: Json, chance: random.Random
) -> tuple[Json, set[str], dict[str, str]]:
    """Rename a construct: all below it get other logical ids and derived names."""
    resources = template["Resources"]
    tops = sorted(
        {
            "/".join(path_of(resource).split("/")[:2])
            for resource in resources.values()
            if len(path_of(resource).split("/")) > 2 and resource["Type"] != "AWS::CDK::Metadata"
        }
    )
    top = chance.choice(tops)
    new_top = f"{top.split('/')[0]}/{chance.choice(['Store', 'Main', 'Primary'])}"
    ids: dict[str, str] = {}
    for name, resource in resources.items():
        path = path_of(resource)
        if path.startswith(top + "/"):
            new = logical_id(new_top + path[len(top) :])
            suffix = re.search(r"[0-9a-f]{32}$", name)
            ids[name] = new + (suffix[0] if suffix else "")
    text = json.dumps(template)
    for old in sorted(ids, key=len, reverse=True):
        text = text.replace(f'"{old}"', f'"{ids[old]}"').replace(f"${{{old}", f"${{{ids[old]}")
    text = re.sub(re.escape(top) + r'(?=[/"])', new_top, text)
    return json.loads(text), set(ids), ids


def change_property(template: Json, chance: random.Random) -> tuple[Json, set[str], dict[str, str]]:
    """Change a scalar, remove a property, or add a create-only property."""
    resources = template["Resources"]
    keeping = sorted(
        name
        for name, resource in resources.items()
        if resource["Type"] in oracle.stateful_types() and oracle.create_only(resource["Type"])
    )
    if keeping and chance.random() < 0.3:
        name = chance.choice(keeping)
        pointer = chance.choice(sorted(oracle.create_only(resources[name]["Type"])))
        resources[name].setdefault("Properties", {})[pointer[0]] = f"other-{chance.random()}"
        return template, {name}, {}
    name = chance.choice(sorted(n for n, r in resources.items() if r.get("Properties")))
    properties = resources[name]["Properties"]
    keys = sorted(properties)
    if len(keys) > 1 and chance.random() < 0.25:
        del properties[chance.choice(keys)]
        return template, {name}, {}
    places = list(scalars(properties))
    if not places:
        del properties[chance.choice(keys)]
        return template, {name}, {}
    holder, key = chance.choice(places)
    value = holder[key]
    if isinstance(value, bool):
        holder[key] = not value
    elif isinstance(value, int):
        holder[key] = value + chance.randint(1, 9)
    else:
        holder[key] = f"{value}-{chance.randint(100, 999)}"
    return template, {name}, {}


def scalars(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the places of values outside intrinsic functions."""
    if isinstance(value, dict):
        if len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::")):
            return
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    else:
        return
    for key, item in entries:
        if isinstance(item, dict | list):
            yield from scalars(item)
        else:
            yield value, key


def bump_handler(template: Json, chance: random.Random) -> tuple[Json, set[str], dict[str, str]]:
    """Change the code of a function: another asset, and another version of it."""
    functions = {
        name: match[0]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
        and (match := re.search(r"[0-9a-f]{64}", json.dumps(resource["Properties"]["Code"])))
    }
    name = chance.choice(sorted(functions))
    text = json.dumps(template).replace(functions[name], chance.randbytes(32).hex())
    ids: dict[str, str] = {}
    for other, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Lambda::Version" and f'"{name}"' in json.dumps(resource):
            ids[other] = other[:-32] + chance.randbytes(16).hex()
            text = text.replace(other, ids[other])
    return json.loads(text), {name}, ids


def reorder(template: Json, chance: random.Random) -> tuple[Json, set[str], dict[str, str]]:
    """Change the order of keys, resources and dependencies."""

    def shuffled(value: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON
        if isinstance(value, dict):
            entries = list(value.items())
            chance.shuffle(entries)
            return {name: shuffled(item, name) for name, item in entries}
        if isinstance(value, list):
            found = [shuffled(item) for item in value]
            if key == "DependsOn":
                chance.shuffle(found)
            return found
        return value

    return shuffled(template), set(), {}


def library_version(template: Json, chance: random.Random) -> tuple[Json, set[str], dict[str, str]]:
    """Upgrade CDK: its metadata and the required version of the bootstrap stack."""
    version = f"{chance.randint(2, 9)}.{chance.randint(300, 999)}.0"
    metadata = template["Resources"].setdefault(
        "CDKMetadata",
        {"Type": "AWS::CDK::Metadata", "Metadata": {"aws:cdk:path": "S/CDKMetadata/Default"}},
    )
    metadata["Properties"] = {"Analytics": f"v2:deflate64:{chance.randbytes(24).hex()}"}
    for resource in template["Resources"].values():
        resource["Metadata"]["aws:cdk:version"] = version
    return template, set(), {}


def remove_resource(template: Json, chance: random.Random) -> tuple[Json, set[str], dict[str, str]]:
    """Remove a resource that no other refers to."""
    text = json.dumps(template)
    names = sorted(n for n in template["Resources"] if text.count(f'"{n}"') == 1)
    keeping = [n for n in names if template["Resources"][n]["Type"] in oracle.stateful_types()]
    name = chance.choice(keeping if keeping and chance.random() < 0.4 else names)
    del template["Resources"][name]
    return template, {name}, {}


def flip_retention(template: Json, chance: random.Random) -> tuple[Json, set[str], dict[str, str]]:
    """Swap the policies `Retain` and `Delete`."""
    resources = template["Resources"]
    names = sorted(n for n, r in resources.items() if "DeletionPolicy" in r)
    name = chance.choice(names)
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        kept = resources[name].get(policy) in ("Retain", "Snapshot", "RetainExceptOnCreate")
        resources[name][policy] = "Delete" if kept else "Retain"
    return template, {name}, {}


EDITORS: dict[str, Editor] = {
    "rename a construct id": rename_construct,
    "change one property": change_property,
    "bump a handler": bump_handler,
    "reorder": reorder,
    "change a library version": library_version,
    "remove a resource": remove_resource,
    "flip retention": flip_retention,
}
# A changed property is twice as frequent as each other edit.
KINDS = ("change one property", *EDITORS)


def edit(number: int, bases: tuple[str, ...]) -> Edit:
    """Return an edit; the same number returns the same edit."""
    chance = random.Random(SEED + number)
    kind = KINDS[number % len(KINDS)]
    base = bases[(number // len(KINDS)) % len(bases)]
    before: Json = json.loads(base)
    if kind == "change a library version":
        before, _, _ = library_version(before, chance)
    after, touched, renamed = EDITORS[kind](json.loads(json.dumps(before)), chance)
    return Edit(number, kind, before, after, frozenset(touched), renamed)
