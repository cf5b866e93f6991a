"""Finding a Lambda function by the path of its construct, its logical id, its name or its ARN."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serverless_stack._shared.text import did_you_mean

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_lambda import LambdaClient

_TYPE = "AWS::Lambda::Function"
_PATH_KEY = "aws:cdk:path"
_ARN = re.compile(r"arn:[a-z-]+:lambda:[a-z0-9-]*:\d*:function:(?P<name>[A-Za-z0-9_-]+)(:.*)?")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class FunctionNotFound(ValueError):
    """No function, or more than one, has the name."""


@dataclass(frozen=True)
class Function:
    """A deployed Lambda function.

    Attributes:
        name: Its name in Lambda.
        stack: The name of its stack. Empty for a function that was named without a stack.
        logical_id: Its logical id in the stack.
        path: The path of its construct, such as ``Shop/Function``. Empty if it is unknown.
        is_plumbing: Whether it is called by CloudFormation only, for a custom resource.
    """

    name: str
    stack: str = ""
    logical_id: str = ""
    path: str = ""
    is_plumbing: bool = False

    @property
    def title(self) -> str:
        """What people call it."""
        return self.path or self.logical_id or self.name


def functions_of(client: "CloudFormationClient", stacks: Sequence[str]) -> list[Function]:
    """Return the functions of stacks and of the stacks nested in them, sorted by path.

    Args:
        client: The client of CloudFormation.
        stacks: The names of the stacks. A stack that does not exist has none.
    """
    found = [each for stack in stacks for each in _functions(client, stack)]
    return sorted(found, key=lambda each: (each.title, each.name))


def select(functions: Sequence[Function], text: str | None) -> Function:
    """Return the function that a text names.

    Args:
        functions: The functions to choose from.
        text: The path of a construct, a logical id, a name or an ARN. Default: the only function
            that is not part of a custom resource.

    Raises:
        FunctionNotFound: None has that name, or several. The message lists the names.
    """
    own = [each for each in functions if not each.is_plumbing]
    listed = ", ".join(each.title for each in own)
    if text is None:
        if len(own) == 1:
            return own[0]
        if not own:
            raise FunctionNotFound("there is no function in the stacks of the app: deploy it first")
        raise FunctionNotFound(f"FUNCTION must be named, as there are several: {listed}")
    name = name_of(text)
    wanted = text.strip("/")
    for matches in (
        [each for each in functions if name in (each.name, each.logical_id)],
        [each for each in functions if wanted == each.path],
        [each for each in functions if f"{each.path}/".startswith(f"{wanted}/")],
        [each for each in functions if f"/{each.path}".endswith(f"/{wanted}")],
    ):
        if len(matches) == 1:
            return matches[0]
        if matches:
            several = ", ".join(f"{each.path or each.name}" for each in matches)
            raise FunctionNotFound(f"{text} must name one function, got several: {several}")
    names = [word for each in functions for word in (each.path, each.logical_id, each.name) if word]
    hint = did_you_mean(text, names) or (f"; there are {listed}" if listed else "")
    raise FunctionNotFound(f"no function has the name {text}{hint}")


def name_of(text: str) -> str:
    """Return the name of a function in an ARN, and any other text as it is."""
    arn = _ARN.fullmatch(text)
    return text if arn is None else arn["name"]


def is_name(text: str) -> bool:
    """Return whether Lambda may know a function by a text: a name or an ARN."""
    return _NAME.fullmatch(name_of(text)) is not None


def log_group(client: "LambdaClient", name: str) -> str | None:
    """Return the log group of a function, or None if the function does not exist.

    Args:
        client: The client of Lambda.
        name: The function's name.
    """
    try:
        configuration = client.get_function_configuration(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        return None
    return configuration.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{name}"


def _functions(client: "CloudFormationClient", stack: str) -> Iterator[Function]:
    from botocore.exceptions import ClientError

    try:
        resources = [
            resource
            for page in client.get_paginator("list_stack_resources").paginate(StackName=stack)
            for resource in page["StackResourceSummaries"]
            if not resource["ResourceStatus"].startswith("DELETE_COMPLETE")
        ]
    except ClientError as error:
        if "does not exist" in str(error):
            return
        raise
    physical = {
        each["LogicalResourceId"]: each.get("PhysicalResourceId", "")
        for each in resources
        if each["ResourceType"] == _TYPE
    }
    template = _resources(client, stack) if physical else {}
    tokens = json.dumps([_properties(each).get("ServiceToken") for each in template.values()])
    for logical_id, name in physical.items():
        if name:
            metadata = template.get(logical_id, {}).get("Metadata")
            path = metadata.get(_PATH_KEY, "") if isinstance(metadata, Mapping) else ""
            # Its ARN is the token of a custom resource: {"Fn::GetAtt": [logical_id, "Arn"]}.
            is_plumbing = f'"{logical_id}"' in tokens
            yield Function(name, stack, logical_id, _construct(str(path)), is_plumbing)
    for each in resources:
        if each["ResourceType"] == "AWS::CloudFormation::Stack" and "PhysicalResourceId" in each:
            yield from _functions(client, each["PhysicalResourceId"])


def _resources(client: "CloudFormationClient", stack: str) -> Mapping[str, Mapping[str, object]]:
    """Return the resources in a template. One in YAML, which CDK does not write, has none."""
    body: object = client.get_template(StackName=stack)["TemplateBody"]
    resources = body.get("Resources") if isinstance(body, Mapping) else None
    return resources if isinstance(resources, Mapping) else {}


def _properties(resource: Mapping[str, object]) -> Mapping[str, object]:
    properties = resource.get("Properties")
    return properties if isinstance(properties, Mapping) else {}


def _construct(path: str) -> str:
    """Return the path of the construct that people know: without the resource, and CDK's child."""
    construct = path.removesuffix("/Resource")
    above, _slash, last = construct.rpartition("/")
    return above if last == "Function" and above.count("/") >= 1 else construct
