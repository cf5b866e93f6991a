"""FunctionUrl: an HTTPS endpoint of a function, without an API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.durations import seconds_problems
from serverless_stack.constructs._internal.runtimes import family_of, name_of
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import NIST

_MAX_AGE_SECONDS = (0, 86400)  # "Cors" in the Lambda API reference
_METHODS = ("*", "DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")  # ibidem; OPTIONS is Lambda's own


class PageRules(Protocol):
    """Which pages may call an endpoint, such as ``Cors`` of ``ProxyApi``."""

    @property
    def origins(self) -> Sequence[str]:
        """The origins of the pages."""
        ...


@dataclass(frozen=True)
class FunctionUrl:
    """An HTTPS endpoint of a function ("Lambda function URLs").

    It has no throttling, no cache, no access log, no AWS WAF and no domain of its own; a
    ``ProxyApi`` or a ``Cdn`` in front of it has. Its events are those of payload format 2.0, not
    those of a ``ProxyApi``. A URL costs nothing beside the function.

    Attributes:
        auth: ``iam`` for callers with an AWS signature and the permissions
            ``lambda:InvokeFunctionUrl`` and ``lambda:InvokeFunction`` (see
            ``function_url.grant_invoke_url``), or ``public`` for everybody.
        cors: The pages that may call the URL: the ``Cors`` of a ``ProxyApi`` or
            ``aws_lambda.FunctionUrlCorsOptions``. Lambda adds its headers to all answers, and
            answers preflights. Default: none.
        stream: Whether answers are sent while they are made, up to 200 MB instead of 6 MB. Only
            Node.js functions can, and those with a runtime of their own.
    """

    auth: Literal["iam", "public"] = "iam"
    cors: PageRules | lambda_.FunctionUrlCorsOptions | None = None
    stream: bool = False

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


def url_problems(
    url: FunctionUrl, runtime: lambda_.Runtime, profile: Profile, *, is_image: bool
) -> list[str]:
    """Check a function URL.

    Args:
        url: The URL.
        profile: The profile of the function.
        runtime: The runtime of the function.
        is_image: Whether the function is a container image, with any runtime.

    Returns:
        One message per problem.
    """
    problems = Problems()
    if url.auth == "public" and NIST in profile.settings.packs:
        problems.fail(
            "`url.auth` must be 'iam' under a profile that audits public functions "
            f"({profile.name}), got: 'public'; a ProxyApi with Auth.public(reason=...) filters "
            "requests and logs them"
        )
    streaming = (lambda_.RuntimeFamily.NODEJS, lambda_.RuntimeFamily.OTHER)
    if url.stream and not is_image and family_of(runtime) not in streaming:
        problems.fail(
            "`url.stream` must be False for this runtime: Lambda streams answers of Node.js "
            f"functions and of runtimes of your own, got: {name_of(runtime)}; leave `stream` out, "
            "and answers of up to 6 MB are sent when they are complete"
        )
    if url.cors is not None:
        problems.add(_cors_problems(_cors_options(url.cors)))
    return problems.messages


def _cors_problems(cors: lambda_.FunctionUrlCorsOptions) -> list[str]:
    problems = Problems()
    origins = list(cors.allowed_origins or ())
    problems.require(origins, "`url.cors` must have origins, got: none")
    for origin in origins:
        valid = origin == "*" or ("://" in origin and not origin.endswith("/"))
        if not (valid or is_unresolved(origin)):
            problems.fail(
                "`url.cors` origins must be `https://example.com` without a path, or `*`, "
                f"got: {origin!r}"
            )
    if cors.allow_credentials and "*" in origins:
        problems.fail(
            "`url.cors` must name its origins if credentials are allowed, got: '*'; browsers "
            "refuse such answers"
        )
    if cors.max_age is not None:
        problems.add(seconds_problems("url.cors.max_age", cors.max_age, *_MAX_AGE_SECONDS))
    return problems.messages


def add_function_url(
    scope: Construct, target: lambda_.IFunction, url: FunctionUrl
) -> lambda_.FunctionUrl:
    """Create the URL of a function or alias.

    CDK adds both permissions of a public URL: since October 2025 a new URL needs
    ``lambda:InvokeFunction`` as well ("Control access to Lambda function URLs").

    Args:
        scope: The construct of the function.
        target: The function, or its alias.
        url: The settings.
    """
    is_public = url.auth == "public"
    return lambda_.FunctionUrl(
        scope,
        "Url",
        function=target,
        auth_type=(
            lambda_.FunctionUrlAuthType.NONE if is_public else lambda_.FunctionUrlAuthType.AWS_IAM
        ),
        cors=None if url.cors is None else _cors_options(url.cors),
        invoke_mode=(
            lambda_.InvokeMode.RESPONSE_STREAM if url.stream else lambda_.InvokeMode.BUFFERED
        ),
    )


def _cors_options(
    cors: PageRules | lambda_.FunctionUrlCorsOptions,
) -> lambda_.FunctionUrlCorsOptions:
    """Return the options of CDK for the rules of an API, whose preflight Lambda answers here."""
    if isinstance(cors, lambda_.FunctionUrlCorsOptions):
        return cors
    methods = [name for name in _list(cors, "methods") if name in _METHODS]
    max_age = getattr(cors, "max_age", None)
    return lambda_.FunctionUrlCorsOptions(
        allowed_origins=list(cors.origins),
        allow_credentials=bool(getattr(cors, "credentials", False)) or None,
        allowed_headers=_list(cors, "headers") or None,
        exposed_headers=_list(cors, "expose") or None,
        allowed_methods=[_method(name) for name in methods] or None,
        max_age=max_age if isinstance(max_age, Duration) else None,
    )


def _list(cors: PageRules, name: str) -> list[str]:
    return list(getattr(cors, name, None) or ())


def _method(name: str) -> lambda_.HttpMethod:
    return lambda_.HttpMethod.ALL if name == "*" else lambda_.HttpMethod[name]
