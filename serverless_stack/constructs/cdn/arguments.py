"""Checking the arguments of a distribution, and which behavior answers which path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.checks.services import cloudfront as rules
from serverless_stack.checks.services.cloudfront.limits.error_pages import matching_pattern
from serverless_stack.constructs._internal.tree import path_of, region_of
from serverless_stack.constructs._internal.waf import Waf, waf_problems
from serverless_stack.constructs.cdn.alarms import alarm_problems
from serverless_stack.constructs.cdn.behaviors import Behavior, behavior_problems
from serverless_stack.constructs.cdn.countries import Countries, countries_problems
from serverless_stack.constructs.cdn.domain import CdnDomain, domain_problems
from serverless_stack.constructs.cdn.edge_logic import EdgeBehavior
from serverless_stack.constructs.cdn.error_pages import ErrorPage, Maintenance, error_pages_problems
from serverless_stack.constructs.cdn.guards import (
    encoding_guards,
    guards_beside,
    index_problems,
    open_patterns,
)
from serverless_stack.constructs.cdn.headers import SecurityHeaders, header_problems
from serverless_stack.constructs.cdn.logs import CdnLog, log_problems
from serverless_stack.constructs.cdn.origins import Origin, Target, origin_of
from serverless_stack.constructs.cdn.regions import distribution_problems
from serverless_stack.constructs.cdn.resources import bucket_of
from serverless_stack.constructs.cdn.site import Site
from serverless_stack.constructs.cdn.targets import AnyApi, AnyBucket
from serverless_stack.constructs.storage.bucket import StorageBucket

DEFAULT_PATTERN = "*"
_DYNAMIC = ("api", "function_url", "load_balancer")


@dataclass(frozen=True)
class CdnArguments:
    """The arguments of a ``Cdn`` that are checked together; see there."""

    bucket: AnyBucket | None
    origin_path: str | None
    api: AnyApi | None
    api_path_pattern: str
    default: Behavior | None
    behaviors: Mapping[str, Behavior | Target]
    site: Site | None
    error_pages: Sequence[ErrorPage]
    maintenance: Maintenance | None
    headers: SecurityHeaders | None
    default_root_object: str
    domain: CdnDomain | None
    waf: Waf | None
    countries: Countries | None
    alarms: bool | None
    access_log: bool | CdnLog | None

    def problems(self, scope: Construct) -> list[str]:
        """List what is wrong.

        Args:
            scope: The parent of the construct.
        """
        region = region_of(scope)
        problems = Problems()
        problems.add(distribution_problems(region, "Cdn"))
        problems.add(self._target_problems())
        problems.add(log_problems(self.access_log, region))
        if self.alarms:
            problems.add(alarm_problems(region))
        problems.add(rules.path_pattern_problems(self.api_path_pattern, "api_path_pattern"))
        problems.add(rules.object_path_problems(self.default_root_object, "default_root_object"))
        if self.origin_path == "":
            problems.fail("`origin_path` must be None for the whole bucket, got: ''")
        elif self.origin_path is not None and self.bucket is None and (self.api or self.default):
            problems.fail(
                "`origin_path` must go with `bucket`, got: a path alone; for another origin, write "
                "Origin.bucket(bucket, path=…)"
            )
        elif self.origin_path is not None:
            problems.add(rules.origin_path_problems(self.origin_path, "origin_path"))
        if self.headers is not None:
            problems.add(header_problems(self.headers, "headers"))
        if self.domain is not None:
            problems.add(domain_problems(self.domain, scope))
        if self.countries is not None:
            problems.add(countries_problems(self.countries))
        if self.waf is not None:
            problems.add(waf_problems(self.waf, "CLOUDFRONT", region))
        if not problems.messages:  # the routes are known
            problems.add(self._edge_problems(region))
            problems.add(self._host_problems())
            problems.add(self._log_problems())
        return problems.messages

    def _host_problems(self) -> list[str]:
        """List the old hosts by which no viewer reaches the distribution."""
        if self.site is None or self.domain is None or any(map(is_unresolved, self.domain.names)):
            return []
        names = {name.lower() for name in self.domain.names}
        return [
            f"`site.redirect_hosts` must have names of the `domain`, got: {host!r}; add it to "
            "`aliases`"
            for host in self.site.redirect_hosts
            if not is_unresolved(host) and not _with_wildcard(host.lower()) & names
        ]

    def _log_problems(self) -> list[str]:
        """List whether the distribution would show its own log to viewers."""
        own = self.access_log.own_bucket if isinstance(self.access_log, CdnLog) else None
        if own is None:
            return []
        served = {
            path_of(bucket_of(leaf))
            for behavior in self.routes().values()
            for leaf in self.origin_of(behavior).leaves
            if leaf.kind == "bucket" and not leaf.path
        }
        path = path_of(own.bucket if isinstance(own, StorageBucket) else own)
        if path not in served:
            return []
        return [
            "`access_log` must go to a bucket that the distribution does not serve whole, "
            f"got: {path}; give it another one, or serve a folder, origin_path='/site'"
        ]

    def _target_problems(self) -> list[str]:
        """List what is wrong with the behaviors, their order and their origins."""
        problems = Problems()
        if self.bucket is None and self.api is None and self.default is None:
            problems.fail(
                "`bucket`, `api` or `default` must be given, got: none of them; a distribution "
                "needs an origin"
            )
            return problems.messages
        for pattern, behavior in self.routes().items():
            name = self._name_of(pattern, behavior)
            if behavior.target in ("bucket", "api") and getattr(self, str(behavior.target)) is None:
                problems.fail(
                    f"`{name}.target` must be given as `{behavior.target}` of the Cdn, or be a "
                    f"construct, got: {behavior.target!r} without one"
                )
                continue
            problems.add(behavior_problems(behavior, self.origin_of(behavior), name))
        for pattern in self.behaviors:
            if pattern in (DEFAULT_PATTERN, "/*"):
                problems.fail(
                    f"`behaviors` must not have {pattern!r}, which takes all paths; pass it as "
                    "`default`"
                )
            else:
                problems.add(rules.pattern_problems(pattern, "behaviors"))
        if not problems.messages and self.root_bucket() is None:
            problems.add(self._listing_problems())
        if not problems.messages:
            problems.add(rules.order_problems(list(self.routes())[1:], "behaviors"))
            problems.add(self._number_problems())
        return problems.messages

    def _listing_problems(self) -> list[str]:
        """List whether a bucket would answer ``/``, which it does with the names of its objects."""
        routes = self.routes()
        pattern = matching_pattern("/", [each for each in routes if not is_unresolved(each)])
        leaves = self.origin_of(routes[pattern]).leaves
        if not any(leaf.kind == "bucket" and not leaf.path for leaf in leaves):
            return []
        return [
            f"`{self._name_of(pattern, routes[pattern])}` must not serve / from a bucket, which "
            f"would list its objects, got: {pattern!r}; give the bucket as `default`, or redirect "
            "viewers, site=Site.files(redirects={'/': '/index.html'})"
        ]

    def _number_problems(self) -> list[str]:
        origins: list[Origin] = []
        groups: list[Origin] = []
        for behavior in self.routes().values():
            origin = self.origin_of(behavior)
            origins += [leaf for leaf in origin.leaves if leaf not in origins]
            if origin.kind == "group" and origin not in groups:
                groups.append(origin)
        return rules.number_problems(len(origins), len(groups), "behaviors")

    def _name_of(self, pattern: str, behavior: Behavior) -> str:
        """Return what the caller wrote for a behavior."""
        if pattern == DEFAULT_PATTERN and self.default is not None:
            return "default"
        if self.behaviors.get(pattern) is None:
            return str(behavior.target)
        return f"behaviors[{pattern!r}]"

    def _edge_problems(self, region: str) -> list[str]:
        """List what is wrong with what runs at the edge, and with the error pages."""
        problems = Problems()
        routes = self.routes()
        is_api = {
            pattern: self.origin_of(behavior).leaf.kind in _DYNAMIC
            for pattern, behavior in routes.items()
        }
        if self.site is not None and self.site.kind != "files" and is_api[DEFAULT_PATTERN]:
            problems.fail(
                f"`site` must go with a bucket as the default behavior, got: "
                f"Site.{self.site.kind}() over an API"
            )
        if self.site is not None and self.site.kind == "spa":
            problems.add(index_problems(self.site.index, self._guards(DEFAULT_PATTERN)))
        for pattern, behavior in routes.items():
            is_default = pattern == DEFAULT_PATTERN
            argument = "default" if is_default else self._name_of(pattern, behavior)
            problems.add(self.edge_of(pattern, behavior).problems(argument, region))
        problems.add(error_pages_problems(self.error_pages, is_api))
        return problems.messages

    def edge_of(self, pattern: str, behavior: Behavior) -> EdgeBehavior:
        """Return a behavior with what the distribution adds to it at the edge.

        The files of the site are those of the default behavior.

        Args:
            pattern: Its path pattern.
            behavior: The behavior.
        """
        default = self.origin_of(self.routes()[DEFAULT_PATTERN])
        return EdgeBehavior(
            behavior,
            pattern,
            site=self.site,
            maintenance=self.maintenance,
            guards=self._guards(pattern),
            encoding_guards=encoding_guards(pattern, self.routes(), self.origin_of),
            serves_site=pattern == DEFAULT_PATTERN or self.origin_of(behavior) == default,
        )

    def _guards(self, pattern: str) -> list[tuple[str, bool]]:
        return guards_beside(pattern, self.routes(), self.origin_of) if self.site else []

    def open_patterns(self) -> list[str]:
        """Return the patterns by which everybody would see copies of guarded pages."""
        return open_patterns(self.routes(), self.origin_of, f"/{contract.BUILDS_PREFIX}")

    def routes(self) -> dict[str, Behavior]:
        """Return the behaviors by their patterns, in order; that of ``*`` is the default.

        The API follows the given behaviors, so that they may take paths from it.
        """
        return self._routes

    @cached_property
    def _routes(self) -> dict[str, Behavior]:
        routes: dict[str, Behavior] = {}
        default = self.default or Behavior("api" if self.bucket is None else "bucket")
        for pattern, given in self.behaviors.items():
            routes[pattern] = given if isinstance(given, Behavior) else Behavior(given)
        if self.api is not None and default.target != "api":
            routes.setdefault(self.api_path_pattern, Behavior("api"))
        return {DEFAULT_PATTERN: default, **routes}

    def other_paths(self) -> list[str]:
        """Return the patterns of other origins that take paths from the bucket.

        Those after a pattern of the bucket are left out, because the two may overlap.
        """
        patterns: list[str] = []
        for pattern, behavior in self.routes().items():
            leaves = self.origin_of(behavior).leaves
            if pattern == DEFAULT_PATTERN:
                continue
            if self.bucket is None or any(leaf.resource is self.bucket for leaf in leaves):
                break
            patterns.append(pattern)
        return patterns

    def root_bucket(self) -> Origin | None:
        """Return the bucket that answers by default, also first in a group; None for others."""
        leaf = self.origin_of(self.routes()[DEFAULT_PATTERN]).leaf
        return leaf if leaf.kind == "bucket" else None

    def origin_of(self, behavior: Behavior) -> Origin:
        """Return the origin of a behavior.

        Args:
            behavior: The behavior.
        """
        if behavior.target == "bucket":
            return Origin("bucket", self.bucket, path=self.origin_path)
        if behavior.target == "api":
            return Origin("api", self.api)
        return origin_of(behavior.target)


def _with_wildcard(host: str) -> set[str]:
    return {host, f"*.{host.partition('.')[2]}"}
