"""The attributes and methods that ``WebApp`` and ``ServerlessStack`` share."""

from typing import TypeVar

from aws_cdk import Stack
from aws_cdk import aws_ec2 as ec2
from constructs import Construct
from typing_extensions import Unpack

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_types
from serverless_stack.constructs._internal.tree import node_of, path_of, stack_of
from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.app.alarms import (
    FUNCTION_ALARMS,
    add_alarms,
    add_function_alarms,
)
from serverless_stack.constructs.app.choices import Choices
from serverless_stack.constructs.app.options import FunctionOptions
from serverless_stack.constructs.app.parts import Parts
from serverless_stack.constructs.cache.memcached.cache import MemcachedCache
from serverless_stack.constructs.cache.redis.cache import RedisCache
from serverless_stack.constructs.cdn.distribution import Cdn
from serverless_stack.constructs.content.deployment import ContentDeployment
from serverless_stack.constructs.function.handler import LambdaHandler
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.storage.bucket import StorageBucket

_Part = TypeVar("_Part")


class Application:
    """The parts of an application as attributes, and a method to add functions."""

    _parts: Parts

    @check_types
    def add_function(self, construct_id: str, **options: Unpack[FunctionOptions]) -> LambdaHandler:
        """Add a function that is connected to the same stores as the main function.

        It runs in the VPC of the application and has alarms if the profile asks for them.

        Args:
            construct_id: The id of the function; renaming it replaces the function.
            options: The arguments of ``LambdaHandler``, such as ``code`` and ``timeout``.

        Returns:
            The function.

        Raises:
            ValueError: If an argument is out of range, or the code is missing or empty.
        """
        scope = self._parts.scope
        profile = Profile.of(scope)
        suffixes = ("", *(FUNCTION_ALARMS if profile.settings.alarms else ()))
        problems = Problems(path_of(scope))
        problems.add(
            f"`construct_id` must be one that the application does not have yet, got: "
            f"{construct_id!r}; {construct_id}{suffix} exists"
            for suffix in suffixes
            if node_of(scope).try_find_child(f"{construct_id}{suffix}") is not None
        )
        problems.raise_if_any()
        function = LambdaHandler(scope, construct_id, vpc=self._parts.vpc, **options)
        self._parts.connect(function)
        if profile.settings.alarms:
            add_function_alarms(scope, construct_id, function, profile)
        return function

    @property
    def function(self) -> LambdaHandler:
        """The main function."""
        return self._part("function", self._parts.function)

    @property
    def api(self) -> ProxyApi:
        """The API in front of the function."""
        return self._part("api", self._parts.api)

    @property
    def bucket(self) -> StorageBucket:
        """The bucket with the application's objects and, under ``site/``, its static pages."""
        return self._part("bucket", self._parts.bucket)

    @property
    def cdn(self) -> Cdn:
        """The distribution in front of the static pages and the API."""
        return self._part("cdn", self._parts.cdn)

    @property
    def content(self) -> ContentDeployment:
        """The deployment of the static pages."""
        return self._part("content", self._parts.content)

    @property
    def redis(self) -> RedisCache:
        """The Redis cache. Not available for a serverless or imported cache."""
        cache = self._part("redis", self._parts.redis)
        return self._of_nodes("redis", cache, RedisCache)

    @property
    def memcached(self) -> MemcachedCache:
        """The Memcached cache. Not available for a serverless or imported cache."""
        cache = self._part("memcached", self._parts.memcached)
        return self._of_nodes("memcached", cache, MemcachedCache)

    @property
    def vpc(self) -> ec2.IVpc:
        """The VPC of the functions and the caches."""
        return self._part("vpc", self._parts.vpc)

    def _of_nodes(self, name: str, cache: object, kind: type[_Part]) -> _Part:
        if not isinstance(cache, kind):
            raise AttributeError(
                f"`{name}` of {path_of(self._parts.scope)} is a {type(cache).__name__}, not a "
                f"{kind.__name__}: use the object that you passed"
            )
        return cache

    def _part(self, name: str, part: _Part | None) -> _Part:
        if part is None:
            raise AttributeError(f"`{name}` was left out of {path_of(self._parts.scope)}")
        return part


def create_application(scope: Construct, choices: Choices, profile: Profile) -> Parts:
    """Create the parts of an application with their alarms and outputs.

    Args:
        scope: The construct to create them in; the profile is applied to it.
        choices: The parts, which go together.
        profile: The profile.
    """
    if choices.removal_policy is not None:
        profile = profile.with_removal_policy(choices.removal_policy)
    profile.apply(scope)
    if profile.settings.linters:
        _ignore_in_cfn_lint(stack_of(scope))
    parts = Parts.create(scope, choices)
    if profile.settings.alarms:
        add_alarms(parts, profile)
    parts.add_outputs()
    return parts


def _ignore_in_cfn_lint(stack: Stack) -> None:
    """Ignore two rules of cfn-lint in a template, beside those that its user ignores.

    CDK writes every text with a reference in it as Fn::Join, and makes every function depend on
    its role, although the function names the role already.
    """
    metadata = dict(stack.template_options.metadata or {})
    lint = dict(metadata.get("cfn-lint") or {})
    config = dict(lint.get("config") or {})
    ignored = {*(config.get("ignore_checks") or ()), "I1022", "W3005"}
    config["ignore_checks"] = sorted(ignored)
    stack.template_options.metadata = {**metadata, "cfn-lint": {**lint, "config": config}}
