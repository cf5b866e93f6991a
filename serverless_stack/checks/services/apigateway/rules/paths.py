"""Rules on the paths of REST APIs."""

from collections.abc import Iterator

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import UNKNOWN, Reference, Resource, Template
from serverless_stack.checks.engine.violations import Violation, check_text, violation
from serverless_stack.checks.services.apigateway import limits as values
from serverless_stack.checks.services.apigateway.rules.stages import METHOD

RULES = RuleList()

_RESOURCE = "AWS::ApiGateway::Resource"
_PAGE = "Methods for REST APIs in API Gateway"
_VERBS = ("ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


@RULES.resource("APIGATEWAY-030", _RESOURCE, page=_PAGE)
def path_part(resource: Resource) -> Iterator[Violation]:
    """`PathPart` must be plain characters or a variable in braces.

    API Gateway refuses other characters in a resource's path. Write `orders`, `{id}` or `{proxy+}`,
    without slashes.
    """
    yield from check_text(resource, "PathPart", values.path_part_problems)


def _key(value: object) -> tuple[str, str] | None:
    """Return a key that identifies a reference or a known text; None for other values."""
    if isinstance(value, Reference):
        return (value.logical_id, value.attribute)
    if not isinstance(value, str) or is_unresolved(value) or UNKNOWN in value:
        return None
    return ("", value)


@RULES.template("APIGATEWAY-031", page=_PAGE)
def siblings(template: Template) -> Iterator[Violation]:
    """`PathPart` must be unique below its parent, with at most one variable.

    The second resource fails because API Gateway cannot tell the paths apart. Use one resource for
    both, or another path.
    """
    seen: dict[tuple[object, str], str] = {}
    for resource in template.of_type(_RESOURCE):
        parent, part = _key(resource.get("ParentId")), resource.text("PathPart")
        if parent is None or part is None or "Condition" in resource.attributes:
            continue
        # A greedy variable may be beside one that is not.
        variable = "{}" if part.startswith("{") and "+" not in part else None
        for key in filter(None, (part, variable)):
            first = seen.setdefault((parent, key), resource.logical_id)
            if first != resource.logical_id:
                requirement = f"be the same variable as that of {first}, which has the same parent"
                if key == part:
                    requirement = f"differ from that of {first}, which has the same parent"
                yield violation("PathPart", requirement, part, resource=resource.logical_id)
                break


@RULES.resource(
    "APIGATEWAY-032", _RESOURCE, page="Set up a proxy resource with a proxy integration"
)
def below_greedy(resource: Resource) -> Iterator[Violation]:
    """Resources must not be below a greedy path variable.

    `{proxy+}` matches the rest of the path, so that API Gateway refuses resources below it. Put
    them beside it.
    """
    parent = resource.reference("ParentId")
    part = parent.text("PathPart") if parent is not None else None
    if part is not None and part.endswith("+}"):
        yield violation("ParentId", f"not be a part that takes the rest of the path ({part})", part)


@RULES.resource("APIGATEWAY-033", METHOD, page=_PAGE)
def verb(method: Resource) -> Iterator[Violation]:
    """`HttpMethod` must be an HTTP verb in capitals, or ANY.

    API Gateway refuses any other method.
    """
    value = method.text("HttpMethod")
    if value is not None and value not in _VERBS:
        nearest = value.upper() if value.upper() in _VERBS else "ANY"
        yield violation("HttpMethod", f"be one of {', '.join(_VERBS)}", value, nearest)


@RULES.template("APIGATEWAY-034", page=_PAGE)
def one_method(template: Template) -> Iterator[Violation]:
    """`HttpMethod` must be unique on a resource.

    The second method fails because it already exists. Remove one of them.
    """
    seen: dict[tuple[object, ...], str] = {}
    for method in template.of_type(METHOD):
        place, verb = _key(method.get("ResourceId")), method.text("HttpMethod")
        if place is None or verb is None or "Condition" in method.attributes:
            continue
        key = (_key(method.get("RestApiId")), place, verb)
        first = seen.setdefault(key, method.logical_id)
        if first != method.logical_id:
            requirement = f"differ from that of {first}, which has the same path"
            yield violation("HttpMethod", requirement, verb, resource=method.logical_id)
