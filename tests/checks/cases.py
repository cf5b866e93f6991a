"""Templates that violate a rule, each with its nearest twin that AWS accepts.

The cases are beside the tests of their service, in modules called ``cases*.py`` with ``CASES``.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

Json = dict[str, object]


@dataclass(frozen=True)
class Case:
    """A mistake and its good twin.

    Attributes:
        rule: The id of the rule that finds it.
        name: The mistake in a few words, as in shared lists of mistakes.
        bad: The resources of the bad template, by logical id.
        good: The resources of the good template, which has no findings.
        message: A part of the message.
        region: The region of the deployment.
        bad_sections: The other sections of the bad template.
        good_sections: The other sections of the good template.
        bad_others: The other templates of the bad template's app, by name; its own is ``Shop``.
        good_others: The other templates of the good template's app.
    """

    rule: str
    name: str
    bad: Json
    good: Json
    message: str
    region: str | None = None
    bad_sections: Json = field(default_factory=dict)
    good_sections: Json = field(default_factory=dict)
    bad_others: Mapping[str, Json] = field(default_factory=dict)
    good_others: Mapping[str, Json] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.rule}-{self.name.replace(' ', '-')}"


def resource(type_: str, **properties: object) -> Json:
    """Return a resource as a template has it."""
    return {"Type": type_, "Properties": properties}


def ref(logical_id: str) -> Json:
    """Return a reference to a resource."""
    return {"Ref": logical_id}


def att(logical_id: str, attribute: str = "Arn") -> Json:
    """Return an attribute of a resource."""
    return {"Fn::GetAtt": [logical_id, attribute]}


def join(*parts: object) -> Json:
    """Return a text of several parts."""
    return {"Fn::Join": ["", list(parts)]}


def policy(*statements: Json, version: str = "2012-10-17") -> Json:
    """Return a policy document."""
    return {"Version": version, "Statement": list(statements)}


def statement(**more: object) -> Json:
    """Return a statement of a policy, which allows."""
    return {"Effect": "Allow", **more}


def cases() -> list[Case]:
    """Return all cases of all services."""
    root = Path(__file__).parents[2]
    paths = sorted(Path(__file__).parent.rglob("*/cases*.py"))
    names = [".".join(path.relative_to(root).with_suffix("").parts) for path in paths]
    return [case for name in names for case in importlib.import_module(name).CASES]
