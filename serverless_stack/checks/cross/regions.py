"""In which region that is which a property names."""

from serverless_stack.checks.cross.functions import followed
from serverless_stack.checks.problems import is_unresolved
from serverless_stack.checks.template import Resource


def region_of(resource: Resource, path: str, *types: str) -> str | None:
    """The region of what a property has the ARN of; None if it is not known.

    Args:
        resource: The resource with the property.
        path: The property.
        types: The types of resources whose region is that of the template; with
            ``AWS::Lambda::Function``, its versions, too.
    """
    value = resource.get(path)
    if not isinstance(value, str):
        return None
    referred = resource.template.referred(value)
    if referred is not None:
        function = followed(referred)
        known = referred.type in types or (function is not None and function.type in types)
        return resource.template.region if known else None
    parts = value.split(":")
    if len(parts) < 6 or parts[0] != "arn" or is_unresolved(parts[3]):
        return None
    return parts[3]
