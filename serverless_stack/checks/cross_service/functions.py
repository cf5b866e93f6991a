"""Lambda functions, and their versions, aliases and URLs."""

from collections.abc import Iterator

from serverless_stack.checks.engine.template import Resource, Template, references_in

FUNCTION = "AWS::Lambda::Function"
DEFAULT_TIMEOUT = 3
_STANDS_FOR_IT = ("AWS::Lambda::Alias", "AWS::Lambda::Version", "AWS::Lambda::Url")


def functions_in(template: Template, value: object) -> Iterator[Resource]:
    """Yield the functions that a value refers to, also through versions and aliases."""
    for reference in references_in(value):
        function = followed(template.resource(reference.logical_id))
        if function is not None:
            yield function


def followed(resource: Resource | None) -> Resource | None:
    """Return the function that a resource stands for; None if there is none."""
    for _ in range(3):
        if resource is None or resource.type == FUNCTION:
            return resource
        if resource.type not in _STANDS_FOR_IT:
            return None
        name = "TargetFunctionArn" if resource.type == "AWS::Lambda::Url" else "FunctionName"
        resource = resource.reference(name)
    return None


def timeout(function: Resource) -> float | None:
    """Return the time-out of a function in seconds; None if it is known only at deploy time."""
    if function.get("Timeout") is None:
        return DEFAULT_TIMEOUT
    return function.number("Timeout")
