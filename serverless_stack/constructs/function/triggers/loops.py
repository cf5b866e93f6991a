"""Refuse triggers whose function writes to what triggers it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

import jsii
from aws_cdk import aws_iam as iam
from constructs import IValidation

from serverless_stack.constructs._internal.tree import stack_of
from serverless_stack.constructs.function.triggers.owner import Owner


def refuse_writes(owner: Owner, method: str, arn: str, actions: Sequence[str], advice: str) -> None:
    """Refuse, at synthesis, a function that writes to the table, queue, stream or topic it reads.

    Grants may come after the trigger, so that the complete policies are read.

    Args:
        owner: The function.
        method: The method that created the trigger.
        arn: The ARN of the source.
        actions: The actions that write to it.
        advice: What to do instead.
    """

    def problems() -> list[str]:
        source = text_of(stack_of(owner.construct).resolve(arn))
        return [
            f"`{method}` must not be for what the function writes to itself, got: {action} on "
            f"{source}; every call would cause another one: {advice}"
            for action, resource in _allowed(owner, actions)
            if resource == source
        ][:1]

    owner.construct.node.add_validation(AtSynthesis(problems))


def refuse_written_keys(
    owner: Owner, method: str, bucket_arn: str, prefix: str, actions: Sequence[str]
) -> None:
    """Refuse, at synthesis, a function that writes where the objects are that trigger it.

    Args:
        owner: The function.
        method: The method that created the trigger.
        bucket_arn: The ARN of the bucket.
        prefix: The prefix of the objects that trigger it.
        actions: The actions whose events trigger it.
    """

    def problems() -> list[str]:
        bucket = f"{text_of(stack_of(owner.construct).resolve(bucket_arn))}/"
        for action, resource in _allowed(owner, actions):
            key = resource.removeprefix(bucket)
            if resource.startswith(bucket) and _overlap(key, prefix):
                return [
                    f"`{method}` must not be for objects that the function writes itself, got: "
                    f"the prefix {prefix!r} and {action} on {key}; every call would cause "
                    "another one: use prefixes that do not overlap, in `prefix` of the trigger "
                    "and in `prefix` of `connect` or in your own grant, or a `suffix`"
                ]
        return []

    owner.construct.node.add_validation(AtSynthesis(problems))


def _allowed(owner: Owner, actions: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what the policies of a function allow of some actions, each with a resource."""
    # Loaded at synthesis of triggers only: the rules for templates take long to import.
    from serverless_stack.checks.cross_service.policies import statements, texts
    from serverless_stack.checks.services.iam.documents import matches

    for construct in owner.construct.node.find_all():
        if not isinstance(construct, iam.Policy | iam.ManagedPolicy):
            continue
        document = stack_of(construct).resolve(construct.document)
        for statement in statements(document):
            patterns = texts(statement.get("Action"))
            allowed = [item for item in actions if any(matches(p, item) for p in patterns)]
            if statement.get("Effect") != "Allow" or not allowed:
                continue
            resources = statement.get("Resource")
            for resource in resources if isinstance(resources, list) else [resources]:
                yield allowed[0], text_of(resource)


def text_of(value: object) -> str:
    """Return a resolved value as one text, in which references are written as ``<Name>``.

    Args:
        value: The value, as a template has it.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref":
            return f"<{argument}>"
        if function == "Fn::GetAtt":
            return f"<{'.'.join(map(str, argument))}>"
        if function == "Fn::Join" and len(argument) == 2 and isinstance(argument[1], list):
            return str(argument[0]).join(text_of(item) for item in argument[1])
    return f"<{json.dumps(value, sort_keys=True, default=str)}>"


def _overlap(pattern: str, prefix: str) -> bool:
    fixed = pattern.split("*", 1)[0].split("?", 1)[0]
    return fixed.startswith(prefix) or (fixed != pattern and prefix.startswith(fixed))


@jsii.implements(IValidation)
class AtSynthesis:
    """Problems that are known when the tree is complete; CDK refuses the synthesis with them."""

    def __init__(self, problems: Callable[[], list[str]]) -> None:
        self._problems = problems

    def validate(self) -> list[str]:
        """Return the problems."""
        return self._problems()
