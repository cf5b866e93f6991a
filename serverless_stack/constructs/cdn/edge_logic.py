"""What runs at the edge for a behavior: one CloudFront Function per event, and Lambda@Edge."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.children import default_child
from serverless_stack.constructs.cdn.behaviors import Behavior
from serverless_stack.constructs.cdn.edge import EdgeFunction, edge_problems
from serverless_stack.constructs.cdn.edge_functions import EdgeFunctions
from serverless_stack.constructs.cdn.error_pages import Maintenance
from serverless_stack.constructs.cdn.functions.composition import Composition, composition_problems
from serverless_stack.constructs.cdn.functions.snippet import Snippet
from serverless_stack.constructs.cdn.site import Site

_DEFAULT = "*"  # the pattern of the default behavior


def snippets_of(
    behavior: Behavior,
    *,
    site: Site | None,
    maintenance: Maintenance | None,
    serves_site: bool,
    scope: Construct | None = None,
) -> list[Snippet]:
    """Return the JavaScript of a behavior.

    Args:
        behavior: The behavior.
        site: The site of the distribution.
        maintenance: The maintenance of the distribution.
        serves_site: Whether the behavior serves the files of the site.
        scope: The construct of the distribution. Default: none yet, and values that are known at
            deploy time have stand-ins of the same length.
    """
    snippets: list[Snippet] = []
    if behavior.auth is not None:
        snippets += behavior.auth.snippets(scope)
    if site is not None:
        snippets += site.snippets(serves_site=serves_site)
    if maintenance is not None:
        snippets += maintenance.snippets()
    snippets += (item for item in behavior.edge if isinstance(item, Snippet))
    return snippets


def edge_logic_problems(
    behavior: Behavior,
    argument: str,
    *,
    site: Site | None,
    maintenance: Maintenance | None,
    serves_site: bool,
) -> list[str]:
    """List why what runs at the edge for a behavior cannot be together.

    Args:
        behavior: The behavior.
        argument: The behavior, as the caller wrote it.
        site: The site of the distribution.
        maintenance: The maintenance of the distribution.
        serves_site: Whether the behavior serves the files of the site.
    """
    problems = Problems()
    snippets = snippets_of(behavior, site=site, maintenance=maintenance, serves_site=serves_site)
    problems.add(composition_problems(snippets, argument))
    functions = [item for item in behavior.edge if isinstance(item, EdgeFunction)]
    events = [function.event for function in functions]
    if behavior.auth is not None and behavior.auth.kind == "jwt":
        events.append("viewer-request")
    problems.add(edge_problems(events, has_viewer_function=bool(snippets), argument=argument))
    if behavior.auth is not None and behavior.auth.signing and behavior.signed:
        problems.fail(
            f"`{argument}` must have `signed` or `auth=EdgeAuth.signed(…)`, got: both; they are "
            "the same"
        )
    return problems.messages


class EdgeLogic:
    """What runs at the edge for the behaviors of a distribution.

    Args:
        cdn: The construct of the distribution.
        site: The site.
        maintenance: The maintenance.
    """

    def __init__(
        self, cdn: Construct, *, site: Site | None, maintenance: Maintenance | None
    ) -> None:
        self._cdn = cdn
        self._site = site
        self._maintenance = maintenance
        self._composition = Composition(cdn)
        self._edge_functions = EdgeFunctions(cdn)
        self._snippets: dict[str, list[Snippet]] = {}

    def functions(
        self,
        pattern: str,
        behavior: Behavior,
        *,
        serves_site: bool,
        snippets: Sequence[Snippet] = (),
    ) -> list[cloudfront.FunctionAssociation]:
        """Return the CloudFront Functions of a behavior.

        Args:
            pattern: Its path pattern, ``*`` for the default one.
            behavior: The behavior.
            serves_site: Whether it serves the files of the site.
            snippets: Further JavaScript, of other parts of the distribution.
        """
        own = snippets_of(
            behavior,
            site=self._site,
            maintenance=self._maintenance,
            serves_site=serves_site,
            scope=self._cdn,
        )
        self._snippets[pattern] = [*own, *snippets]
        return self._composition.associations(pattern, self._snippets[pattern])

    def extension_problems(self, snippets: Sequence[Snippet], argument: str) -> list[str]:
        """List why JavaScript cannot be added to the default behavior.

        Args:
            snippets: The JavaScript.
            argument: What asks for it, as the caller wrote it.
        """
        present = self._snippets[_DEFAULT]
        twice = {snippet.name for snippet in present} & {snippet.name for snippet in snippets}
        if twice:
            return [f"`{argument}` must be given once for {self._cdn.node.path}, got: again"]
        return composition_problems([*present, *snippets], argument)

    def extend(self, distribution: cloudfront.Distribution, snippets: Sequence[Snippet]) -> None:
        """Add JavaScript to the default behavior of the distribution, which exists by now.

        Args:
            distribution: The distribution.
            snippets: The JavaScript.
        """
        extended = [*self._snippets[_DEFAULT], *snippets]
        self._snippets[_DEFAULT] = extended
        default_child(distribution, cloudfront.CfnDistribution).add_property_override(
            "DistributionConfig.DefaultCacheBehavior.FunctionAssociations",
            [
                {"EventType": event, "FunctionARN": function.function_arn}
                for event, function in self._composition.extend(_DEFAULT, extended).items()
            ],
        )

    def edge_lambdas(self, pattern: str, behavior: Behavior) -> list[cloudfront.EdgeLambda]:
        """Return the Lambda@Edge functions of a behavior.

        Args:
            pattern: Its path pattern, ``*`` for the default one.
            behavior: The behavior.
        """
        functions = [item for item in behavior.edge if isinstance(item, EdgeFunction)]
        code = behavior.auth.edge_code() if behavior.auth is not None else None
        return self._edge_functions.associations(pattern, functions, code)
