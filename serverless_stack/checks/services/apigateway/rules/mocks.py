"""Rules on mock integrations of REST APIs."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.apigateway.operations import API, known_operations

RULES = RuleList()

_PAGE: Final = "Binary media types for REST APIs in API Gateway"
_IN_DEFINITION: Final = "x-amazon-apigateway-binary-media-types"
_TEXT: Final = "CONVERT_TO_TEXT"


@RULES.resource("APIGATEWAY-048", API, page=_PAGE, severity=Severity.WARNING)
def binary_mock(api: Resource) -> Iterator[Violation]:
    """Mock integrations require `ContentHandling` on APIs that treat all as binary.

    With `*/*` among the `BinaryMediaTypes`, a mock integration cannot read its request template,
    and a CORS preflight is answered with status 500. Set `ContentHandling` to `CONVERT_TO_TEXT`.
    """
    everything = _everything(api)
    if everything is None:
        return
    for operation in known_operations(api):
        handling = operation.integration.get("ContentHandling")
        if operation.kind != "MOCK" or handling == _TEXT or is_unresolved(handling):
            continue
        requirement = f"be {_TEXT}, as {api.logical_id} treats {everything} as binary"
        at = operation.at("ContentHandling")
        yield violation(at, requirement, handling, _TEXT, resource=operation.resource.logical_id)


def _everything(api: Resource) -> str | None:
    """Return the binary media type of an API that stands for all types, as it is written."""
    types = [*api.known("BinaryMediaTypes"), *api.known(f"Body.{_IN_DEFINITION}")]
    return next((type_ for type_ in types if type_ in ("*/*", "*~1*")), None)
