"""For each resource type, how to see what really exists: by its service's own API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from tests.e2e.account import Account

Properties = dict[str, Any]


class AbsentError(LookupError):
    """The resource does not exist."""


@dataclass(frozen=True)
class Resource:
    """A resource of a deployed template.

    Attributes:
        logical_id: Its name in the template.
        type: Such as `AWS::S3::Bucket`.
        physical_id: Its name or id in the account.
        properties: Those of the template, without references.
        retained: Whether it outlives its stack.
    """

    logical_id: str
    type: str
    physical_id: str
    properties: Mapping[str, Any]
    retained: bool


Reader = Callable[[Account, Resource], Properties]
Attribute = Callable[[Account, str], str]

_readers: dict[str, Reader] = {}
_attributes: dict[tuple[str, str], Attribute] = {}


def reads(resource_type: str) -> Callable[[Reader], Reader]:
    """Register a function that gives a resource's real properties, as a template spells them.

    It raises `AbsentError`, or the service's own "not found", if there is no such resource.
    """

    def register(reader: Reader) -> Reader:
        _readers[resource_type] = reader
        return reader

    return register


def gives(resource_type: str, name: str) -> Callable[[Attribute], Attribute]:
    """Register a function that gives a `Fn::GetAtt` attribute by physical id.

    The name `Ref` is for types whose reference is not their physical id.
    """

    def register(attribute: Attribute) -> Attribute:
        _attributes[resource_type, name] = attribute
        return attribute

    return register


def known_types() -> set[str]:
    return set(_readers)


def attribute(account: Account, resource_type: str, physical_id: str, name: str) -> str:
    found = _attributes.get((resource_type, name))
    if found is None and name == "Ref":
        return physical_id
    if found is None:
        raise AssertionError(f"no function gives {name} of {resource_type}: write one")
    return found(account, physical_id)


def read(account: Account, resource: Resource) -> Properties:
    """Give the real properties of a resource.

    Raises:
        AbsentError: It does not exist.
    """
    reader = _readers.get(resource.type)
    if reader is None:
        raise AssertionError(f"no function reads {resource.type}: write one")
    try:
        return reader(account, resource)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if "NotFound" in code or "NoSuch" in code or code == "404":
            raise AbsentError(f"{resource.type} {resource.physical_id}: {code}") from error
        raise


def exists(account: Account, resource: Resource) -> bool:
    try:
        read(account, resource)
    except AbsentError:
        return False
    return True


def only(found: list[Any], what: str) -> Any:  # noqa: ANN401
    """The one element of a list.

    Raises:
        AbsentError: There is none.
    """
    if not found:
        raise AbsentError(what)
    (one,) = found
    return one
