"""Targets of routes other than functions: HTTP proxies, mocks, objects of S3 and queues of SQS."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs

from serverless_stack.checks.engine.problems import Problems, is_unresolved, repeated
from serverless_stack.checks.services import apigateway as rules
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.connect import AnyBucket
from serverless_stack.constructs._internal.durations import milliseconds_problems
from serverless_stack.constructs.api.route_keys import RouteKey

Json: TypeAlias = Mapping[str, object] | Sequence[object] | str | int | float | bool | None
PLACEHOLDER = re.compile(r"\{([a-zA-Z0-9._:$-]+)\}")
"""A path variable in a URL; CDK's tokens have brackets in theirs."""
_URL = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)?")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_GROUP = re.compile(r"(path|querystring|header)\.[a-zA-Z0-9._:$-]+")
_KEY = re.compile(r"[a-zA-Z0-9!_.()-][a-zA-Z0-9!_.()/-]*")
_GROUP_ID = re.compile(r"[a-zA-Z0-9!\"#$%&'()*+,./:;<=>?@\[\\\]^_`{|}~-]{1,128}")
_OBJECT_VERBS, _MESSAGE_VERBS = ("GET", "HEAD"), ("POST", "PUT", "PATCH")


@dataclass(frozen=True)
class HttpProxy:
    """Pass requests to a web server and its answers back, unchanged.

    The server gets the verb, query string, headers and body of the request, without ``Host``. CORS
    headers of the answer are those of the server.

    Attributes:
        url: The URL, with the route's path variables in braces: ``https://example.com/{id}`` for
            ``GET /orders/{id}``. A greedy variable is put at its end if the URL does not have it.
        timeout: How long the server may take, 50 ms to 29 s.
    """

    url: str
    timeout: Duration = field(default_factory=lambda: Duration.seconds(29))

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    def url_of(self, key: RouteKey) -> str:
        """Return the URL with all path variables of a route.

        Args:
            key: The verb and the path of the route.
        """
        greedy = key.greedy
        if greedy is None or greedy in PLACEHOLDER.findall(self.url):
            return self.url
        return f"{self.url.rstrip('/')}/{{{greedy}}}"

    def problems(self, key: RouteKey, name: str) -> list[str]:
        """Check the target for a route.

        Args:
            key: The verb and the path of the route.
            name: The target, as the caller wrote it.

        Returns:
            One message per problem.
        """
        problems = Problems()
        limits = rules.INTEGRATION_TIMEOUT_MS
        problems.add(milliseconds_problems(f"{name}.timeout", self.timeout, *limits))
        if self.url.startswith("${Token[") and "}" in self.url:
            return problems.messages
        if not _URL.fullmatch(self.url):
            problems.fail(
                f"`{name}.url` must begin with https:// or http:// and have no query string, "
                f"fragment and space, got: {self.url!r}"
            )
            return problems.messages
        used = PLACEHOLDER.findall(self.url_of(key))
        for variable in sorted(set(used) - set(key.variables)):
            problems.fail(
                f"`{name}.url` must have variables of the route {str(key)!r} only, "
                f"got: {{{variable}}}"
            )
        for variable in key.variables:
            problems.require(
                variable in used,
                f"`{name}.url` must have all variables of the route {str(key)!r}, got none for "
                f"{{{variable}}}: {self.url!r}",
            )
        return problems.messages


@dataclass(frozen=True)
class Mock:
    """Answer with a fixed JSON document, without calling anything.

    Requests with bodies of other types than JSON, text and forms are answered with 415.

    Attributes:
        body: The document. Default: an empty body.
        status: The status, 200-599.
        headers: More headers, such as ``{"Cache-Control": "no-store"}``.
    """

    body: Json = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    def problems(self, key: RouteKey, name: str) -> list[str]:
        """Check the target for a route.

        Args:
            key: The verb and the path of the route.
            name: The target, as the caller wrote it.

        Returns:
            One message per problem.
        """
        problems = Problems()
        problems.between(f"{name}.status", self.status, 200, 599)
        try:
            json.dumps(self.body, allow_nan=False)
        except (TypeError, ValueError) as error:
            problems.fail(f"`{name}.body` must be a JSON document, got: {error}")
        problems.add(
            f"`{name}.headers` must have each header once, whatever its case, got: {header!r} more "
            "than once"
            for header in repeated([header.lower() for header in self.headers])
        )
        for header, value in self.headers.items():
            problems.require(
                _HEADER.fullmatch(header),
                f"`{name}.headers` must have names of HTTP headers, got: {header!r}",
            )
            problems.require(
                is_unresolved(value) or ("'" not in value and value.isprintable()),
                f"`{name}.headers` must have values in one line without single quotes, "
                f"got: {value!r} for {header}",
            )
        return problems.messages


@dataclass(frozen=True)
class S3Objects:
    """Answer with objects of a bucket, by a role that can read them and nothing else.

    The route ends in a greedy variable, such as ``GET /files/{key+}``, or has ``key``. Answers
    have the content type, ``ETag``, ``Last-Modified``, ``Cache-Control``, ``Content-Disposition``
    and ``Content-Encoding`` of the object; ranges and conditions of the request are passed on
    unless answers are cached. A missing object is answered with 404. API Gateway passes 10 MB at
    most ("Amazon API Gateway quotas"); use a distribution for larger objects and many requests.

    Attributes:
        bucket: The bucket, of any stack, or a ``StorageBucket``. One that was imported and is
            encrypted by a KMS key has to be imported with ``encryption_key``.
        prefix: The beginning of the keys, such as ``public/``; no CDK token. The role can read
            nothing outside of it.
        key: The object for a route without a greedy variable, below the prefix.
    """

    bucket: AnyBucket
    prefix: str = ""
    key: str | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    def problems(self, key: RouteKey, name: str) -> list[str]:
        """Check the target for a route.

        Args:
            key: The verb and the path of the route.
            name: The target, as the caller wrote it.

        Returns:
            One message per problem.
        """
        problems = Problems()
        problems.require(
            key.verb in _OBJECT_VERBS,
            f"`{name}` must be for GET or HEAD, because S3Objects reads only, got: {str(key)!r}",
        )
        prefix = self.prefix
        for field_name, text in (("prefix", prefix or None), ("key", self.key)):
            problems.require(
                text is None or _KEY.fullmatch(text),
                f"`{name}.{field_name}` must have letters, digits and !_.()/- and no slash at its "
                f"beginning, got: {text!r}",
            )
        if prefix and self.key is None and not prefix.endswith("/"):
            problems.fail(
                f"`{name}.prefix` must end with a slash, such as {prefix + '/'!r}, because the "
                f"role could read keys such as {prefix + '-private'!r} otherwise, got: {prefix!r}"
            )
        if self.key is None:
            problems.require(
                key.greedy is not None and len(key.variables) == 1,
                f"`{name}.key` must be given, or the route must end in its only variable, such as "
                f"'GET /files/{{key+}}', got: {str(key)!r}",
            )
        else:
            problems.require(
                not key.variables,
                f"`{name}.key` must be for a route without variables, got: {str(key)!r}",
            )
        return problems.messages


@dataclass(frozen=True)
class SendMessage:
    """Send the body of requests to a queue, by a role that can send to it and nothing else.

    The answer is 200 with ``{"messageId": "…"}``. Bodies of other types than JSON, text and forms
    are answered with 415. SQS takes 1 MiB at most; a longer body is answered with 400.

    Attributes:
        queue: The queue, of any stack.
        group: The message group, which a FIFO queue needs: a fixed text, or where it is in the
            request: ``path.NAME``, ``querystring.NAME`` or ``header.NAME``. A standard queue shares
            its consumers fairly between groups. Each request is a message of its own for
            deduplication.
    """

    queue: sqs.IQueue | sqs.Queue
    group: str | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @property
    def group_source(self) -> str | None:
        """Where the message group is in a request; None for a fixed one, or without one."""
        return self.group if self.group and _GROUP.fullmatch(self.group) else None

    def problems(self, key: RouteKey, name: str) -> list[str]:
        """Check the target for a route.

        Args:
            key: The verb and the path of the route.
            name: The target, as the caller wrote it.

        Returns:
            One message per problem.
        """
        problems = Problems()
        problems.require(
            key.verb in _MESSAGE_VERBS,
            f"`{name}` must be for POST, PUT or PATCH, whose requests have a body, "
            f"got: {str(key)!r}",
        )
        if self.group is None:
            problems.require(
                not self.queue.fifo,
                f"`{name}.group` must be given for a FIFO queue, such as 'header.X-Customer' or "
                "'all', got: none",
            )
            return problems.messages
        problems.require(
            is_unresolved(self.group) or _GROUP_ID.fullmatch(self.group),
            f"`{name}.group` must have 1 to 128 letters, digits and punctuation, "
            f"got: {self.group!r}",
        )
        place, _, variable = (self.group_source or "").partition(".")
        problems.require(
            place != "path" or variable in key.variables,
            f"`{name}.group` must be a variable of the route {str(key)!r}, got: {self.group!r}",
        )
        return problems.messages


Service: TypeAlias = HttpProxy | Mock | S3Objects | SendMessage
"""What answers a route without a function."""
