"""Reading policy documents, as far as known before deployment."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from serverless_stack.checks.engine.template import Resource, known_part
from serverless_stack.checks.engine.values import listed, texts_of

Statement = Mapping[str, object]

_SPACE = re.compile(r"\s+")


def statements(resource: Resource, path: str) -> Iterator[tuple[str, Statement]]:
    """Yield the statements of a policy, each with its path.

    Args:
        resource: The resource that has the policy.
        path: The property that is its document.
    """
    value = resource.get(f"{path}.Statement")
    if isinstance(value, dict):
        yield f"{path}.Statement", value
    elif isinstance(value, list):
        for number, statement in enumerate(value):
            if isinstance(statement, dict):
                yield f"{path}.Statement.{number}", statement


def actions_of(statement: Statement) -> list[str]:
    """Return the actions of a statement; none if one of them is unknown."""
    found = listed(statement.get("Action"))
    known = texts_of(found)
    return known if len(known) == len(found) else []


@lru_cache(maxsize=65536)
def matches(pattern: str, action: str) -> bool:
    """Return whether a pattern with ``*`` and ``?`` matches an action, in any case."""
    return pattern_covers(pattern.lower(), action.lower())


def pattern_covers(pattern: str, text: str) -> bool:
    """Return whether a pattern matches a text; for a pattern, all texts that it matches.

    The work is bounded by the product of both lengths, whatever the pattern.
    """
    at = position = mark = 0
    star = -1
    while position < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, mark = at, position
            at += 1
        elif at < len(pattern) and _covers_one(pattern[at], text[position]):
            at += 1
            position += 1
        elif star >= 0:
            at = star + 1
            mark += 1
            position = mark
        else:
            return False
    return not pattern[at:].strip("*")


def _covers_one(character: str, other: str) -> bool:
    """Return whether a character of a pattern covers one of another pattern."""
    return other != "*" and character in ("?", other)


def resources_of(statement: Statement) -> list[object]:
    """Return the resources of a statement, including unknown ones."""
    return listed(statement.get("Resource"))


def size_of(document: object, *, spaces: bool = True) -> int:
    """Return the minimum size of a policy document; unknown values count as empty.

    Args:
        document: The document.
        spaces: Whether white space counts, which it does not in IAM.

    Returns:
        The bytes; without spaces, the characters.
    """
    if not isinstance(document, dict):
        return 0
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), default=str)
    text = known_part(text)
    return len(text.encode("utf-8", "surrogatepass")) if spaces else len(_SPACE.sub("", text))


IDENTITY = {
    "AWS::IAM::ManagedPolicy": "PolicyDocument",
    "AWS::IAM::Policy": "PolicyDocument",
    "AWS::IAM::RolePolicy": "PolicyDocument",
    "AWS::IAM::UserPolicy": "PolicyDocument",
    "AWS::IAM::GroupPolicy": "PolicyDocument",
}
"""Types of identity policies, and the property with their document."""

OWNERS = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
"""Types with inline policies in their ``Policies``."""

RESOURCE = {
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    "AWS::IAM::Role": "AssumeRolePolicyDocument",
}
"""Types with a resource or trust policy, and the property with its document."""


def identity_documents(resource: Resource) -> list[str]:
    """Return the paths of the identity policy documents of a resource."""
    if resource.type in IDENTITY:
        return [IDENTITY[resource.type]]
    return [f"{path}.PolicyDocument" for path in resource.paths("Policies")]
