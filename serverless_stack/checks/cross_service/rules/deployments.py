"""Rules on deployments of REST APIs, which contain the methods that exist when they are created."""

from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource, Template
from serverless_stack.checks.engine.violations import Violation, violation

RULES = RuleList()

_DEPLOYMENT: Final = "AWS::ApiGateway::Deployment"
_MAX_LINKS: Final = 20_000
_PAGE: Final = "AWS::ApiGateway::Deployment"


@RULES.resource("CROSS-SERVICE-080", _DEPLOYMENT, page=_PAGE)
def methods(deployment: Resource) -> Iterator[Violation]:
    """Deployments require a method of their API to depend on.

    API Gateway refuses to deploy an API that has no methods yet. Add the methods to `DependsOn`.
    """
    methods = _methods(deployment)
    if methods and not _waited(deployment, methods):
        requirement = "have the methods of its API, without which there is nothing to deploy"
        yield violation(
            "DependsOn", requirement, deployment.attributes.get("DependsOn"), sorted(methods)[0]
        )


@RULES.resource("CROSS-SERVICE-081", _DEPLOYMENT, page=_PAGE, severity=Severity.WARNING)
def all_methods(deployment: Resource) -> Iterator[Violation]:
    """Deployments must depend on all methods of their API.

    A deployment is a snapshot of the API: methods that are created after it are missing in the
    stage. Add them to `DependsOn`.
    """
    methods = _methods(deployment)
    waited = _waited(deployment, methods)
    left = sorted(methods - waited)
    if waited and left:
        requirement = "have all methods of its API; those created later are missing in it"
        yield violation("DependsOn", requirement, f"none of {', '.join(left)}")


def _methods(deployment: Resource) -> set[str]:
    """Return the methods of the deployment's API that exist under all conditions."""
    template = deployment.template
    api = deployment.reference("RestApiId")
    if api is None or api.get("Body") is not None or api.get("BodyS3Location") is not None:
        return set()
    return {
        method.logical_id
        for method in template.referring(api.logical_id, "RestApiId", "AWS::ApiGateway::Method")
        if "Condition" not in method.attributes
    }


def _waited(deployment: Resource, methods: set[str]) -> set[str]:
    """Return those of some methods that the deployment depends on."""
    return methods & deployment.template.once(_reached, deployment.logical_id)


def _reached(template: Template, logical_id: str) -> set[str]:
    """Return what a resource depends on, as far as a bounded number of references leads."""
    found: set[str] = set()
    waiting, left = [logical_id], _MAX_LINKS
    while waiting and left > 0:
        links = template.links_from.get(waiting.pop(), ())
        left -= len(links)
        for link in links:
            if link.target not in found:
                found.add(link.target)
                waiting.append(link.target)
    return found
