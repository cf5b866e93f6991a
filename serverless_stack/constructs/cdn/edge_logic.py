"""What runs at the edge for a behavior: one CloudFront Function per event, and Lambda@Edge."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.cloudfront.limits.edge import VIEWER_EVENTS
from serverless_stack.constructs._internal.children import default_child, get_or_create
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cdn.behaviors import Behavior
from serverless_stack.constructs.cdn.edge import EdgeFunction, edge_problems
from serverless_stack.constructs.cdn.edge_functions import EdgeFunctions
from serverless_stack.constructs.cdn.error_pages import Maintenance
from serverless_stack.constructs.cdn.functions.composition import (
    Composition,
    composition_problems,
    unique_name,
)
from serverless_stack.constructs.cdn.functions.snippet import Snippet
from serverless_stack.constructs.cdn.guards import encoding_snippet
from serverless_stack.constructs.cdn.site import Site
from serverless_stack.constructs.cdn.us_east_1 import US_EAST_1

_DEFAULT = "*"  # the pattern of the default behavior


@dataclass(frozen=True)
class EdgeBehavior:
    """A behavior with what the distribution adds to it at the edge.

    Attributes:
        behavior: The behavior.
        pattern: Its path pattern, ``*`` for the default one.
        site: The site of the distribution.
        maintenance: The maintenance of the distribution.
        serves_site: Whether the behavior serves the files of the site.
        guards: The patterns that may match a path that the site rewrites, and whether their
            behaviors decide who may see it.
        encoding_guards: Those of the files in a bucket that this behavior serves as well.
    """

    behavior: Behavior
    pattern: str
    site: Site | None
    maintenance: Maintenance | None
    serves_site: bool
    guards: Sequence[tuple[str, bool]] = ()
    encoding_guards: Sequence[tuple[str, bool]] = ()

    @property
    def edge_functions(self) -> list[EdgeFunction]:
        """The Lambda@Edge functions that run; during maintenance, viewers reach none of theirs."""
        functions = [item for item in self.behavior.edge if isinstance(item, EdgeFunction)]
        if self._is_down:
            return [item for item in functions if item.event not in VIEWER_EVENTS]
        return functions

    @property
    def auth_code(self) -> str | None:
        """The code of the Lambda@Edge function of ``EdgeAuth.jwt``, if it runs."""
        auth = self.behavior.auth
        return None if auth is None or self._is_down else auth.edge_code()

    @property
    def events(self) -> list[str]:
        """The events of the Lambda@Edge functions."""
        events: list[str] = [function.event for function in self.edge_functions]
        return events if self.auth_code is None else [*events, "viewer-request"]

    def snippets(self, scope: Construct | None = None) -> list[Snippet]:
        """Return the JavaScript of the CloudFront Functions.

        Args:
            scope: The construct of the distribution. Default: none yet, and values that are known
                at deploy time have stand-ins of the same length.
        """
        snippets: list[Snippet] = []
        viewer_lambda = any(event in VIEWER_EVENTS for event in self.events)
        if self.encoding_guards and not viewer_lambda:
            snippets.append(encoding_snippet(self.encoding_guards))
        if self.behavior.auth is not None:
            snippets += self.behavior.auth.snippets(scope)
        if self.site is not None:
            snippets += self.site.snippets(
                serves_site=self.serves_site,
                pattern=self.pattern,
                has_viewer_lambda=viewer_lambda,
                guards=self.guards,
                store=redirect_store(scope, self.site.stored) if scope else None,
            )
        if self.maintenance is not None:
            snippets += self.maintenance.snippets()
        return [*snippets, *(item for item in self.behavior.edge if isinstance(item, Snippet))]

    def problems(self, argument: str, region: str) -> list[str]:
        """List why what runs at the edge cannot be together.

        Args:
            argument: The behavior, as the caller wrote it.
            region: The region of the stack.
        """
        problems = Problems()
        auth = self.behavior.auth
        if auth is not None and region != US_EAST_1:
            problems.add(auth.late_problems(f"{argument}.auth"))
        snippets = self.snippets()
        problems.add(composition_problems(snippets, argument))
        stores = any(snippet.key_value_store for snippet in snippets)
        if stores and any(snippet.name == "redirects_store" for snippet in snippets):
            problems.fail(
                f"`{argument}` must not have a `Snippet` with a key value store beside a long "
                "table of `redirects`, which has the one store of the function, got: both; "
                "shorten the table by paths with `*`"
            )
        problems.add(
            edge_problems(self.events, has_viewer_function=bool(snippets), argument=argument)
        )
        return problems.messages

    @property
    def _is_down(self) -> bool:
        return self.maintenance is not None and not self.maintenance.allow_ips


def redirect_store(scope: Construct, entries: Mapping[str, str]) -> cloudfront.KeyValueStore | None:
    """Return the key value store with a table of redirects; create it on first use.

    CloudFront reads the table when it creates the store, so another table has another store.

    Args:
        scope: The construct of the distribution.
        entries: The table. None is created for an empty one.
    """
    if not entries:
        return None
    data = json.dumps(
        {"data": [{"key": key, "value": value} for key, value in sorted(entries.items())]}
    )
    digest = hashlib.sha256(data.encode()).hexdigest()[:8]
    return get_or_create(
        scope,
        f"Redirects{digest}",
        cloudfront.KeyValueStore,
        lambda parent, construct_id: cloudfront.KeyValueStore(
            parent,
            construct_id,
            key_value_store_name=unique_name(parent, construct_id),
            source=cloudfront.ImportSource.from_inline(data),
        ),
    )


class EdgeLogic:
    """What runs at the edge for the behaviors of a distribution.

    Args:
        cdn: The construct of the distribution.
        open_patterns: The patterns by which everybody would see copies of guarded pages.
    """

    def __init__(self, cdn: Construct, open_patterns: Sequence[str] = ()) -> None:
        self._cdn = cdn
        self.open_patterns = open_patterns
        self._composition = Composition(cdn)
        self._edge_functions = EdgeFunctions(cdn)
        self._snippets: dict[str, list[Snippet]] = {}
        self._events: dict[str, list[str]] = {}

    @property
    def patterns(self) -> list[str]:
        """The path patterns of the behaviors but the default one, in their order."""
        return [pattern for pattern in self._snippets if pattern != _DEFAULT]

    def functions(
        self, edge: EdgeBehavior, snippets: Sequence[Snippet] = ()
    ) -> list[cloudfront.FunctionAssociation]:
        """Return the CloudFront Functions of a behavior.

        Args:
            edge: The behavior.
            snippets: Further JavaScript, of other parts of the distribution.
        """
        all_snippets = [*edge.snippets(self._cdn), *snippets]
        self._snippets[edge.pattern] = all_snippets
        self._events[edge.pattern] = edge.events
        return self._composition.associations(edge.pattern, all_snippets)

    def extension_problems(self, snippets: Sequence[Snippet], argument: str) -> list[str]:
        """List why JavaScript cannot be added to the default behavior.

        Args:
            snippets: The JavaScript.
            argument: What asks for it, as the caller wrote it.
        """
        present = self._snippets[_DEFAULT]
        twice = {snippet.name for snippet in present} & {snippet.name for snippet in snippets}
        if twice:
            return [f"`{argument}` must be left out: it was already given for {path_of(self._cdn)}"]
        viewer = [event for event in self._events[_DEFAULT] if event in VIEWER_EVENTS]
        return [
            *composition_problems([*present, *snippets], argument),
            *edge_problems(viewer, has_viewer_function=True, argument=argument),
        ]

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

    def edge_lambdas(self, edge: EdgeBehavior) -> list[cloudfront.EdgeLambda]:
        """Return the Lambda@Edge functions of a behavior.

        Args:
            edge: The behavior.
        """
        return self._edge_functions.associations(edge.pattern, edge.edge_functions, edge.auth_code)
