"""Reading policy documents, as far as they are known before deployment."""

import json
import re
from collections.abc import Iterator, Mapping

from serverless_stack.checks.engine.template import Resource, known_part
from serverless_stack.checks.engine.values import listed, texts_of

Statement = Mapping[str, object]

_SPACE = re.compile(r"\s+")


def statements(resource: Resource, path: str) -> Iterator[tuple[str, Statement]]:
    """The statements of a policy, each with its path.

    Args:
        resource: The resource that has the policy.
        path: The property that is its document.
    """
    found = resource.get(f"{path}.Statement")
    if isinstance(found, dict):
        yield f"{path}.Statement", found
    elif isinstance(found, list):
        for number, statement in enumerate(found):
            if isinstance(statement, dict):
                yield f"{path}.Statement.{number}", statement


def actions_of(statement: Statement) -> list[str]:
    """The actions of a statement; none if one is not known."""
    found = listed(statement.get("Action"))
    known = texts_of(found)
    return known if len(known) == len(found) else []


def resources_of(statement: Statement) -> list[object]:
    """The resources of a statement, those that are not known, too."""
    return listed(statement.get("Resource"))


def size_of(document: object, *, spaces: bool = True) -> int:
    """How long a policy document is at least: what is not known counts nothing.

    Args:
        document: The document.
        spaces: Whether spaces count, which they do not in IAM.

    Returns:
        Its bytes; without spaces, its characters.
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
"""What says what somebody may do, and the property that is the document."""

OWNERS = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
"""What has such documents in its ``Policies``."""

RESOURCE = {
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    "AWS::IAM::Role": "AssumeRolePolicyDocument",
}
"""What says who may use a resource, and the property that is the document."""


def identity_documents(resource: Resource) -> list[str]:
    """The paths of the documents that say what somebody may do."""
    if resource.type in IDENTITY:
        return [IDENTITY[resource.type]]
    return [f"{path}.PolicyDocument" for path in resource.paths("Policies")]
