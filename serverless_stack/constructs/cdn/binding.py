"""The origins of a distribution in CDK's terms, each created once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, cast

from aws_cdk import Duration
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from constructs import Construct

from serverless_stack.constructs.api.proxy_api import ProxyApi
from serverless_stack.constructs.cdn.access_control import (
    bucket_access_control,
    function_access_control,
    media_access_control,
)
from serverless_stack.constructs.cdn.origin_checks import is_private
from serverless_stack.constructs.cdn.origins import Origin
from serverless_stack.constructs.cdn.resources import (
    bucket_of,
    execute_api_of,
    function_url_of,
    is_signed_by_cloudfront,
    load_balancer_name,
    protocol_of,
    protocol_policy,
    vpc_origin,
)
from serverless_stack.constructs.cdn.targets import HeaderValue


class _Settings(TypedDict, total=False):
    """The settings of every origin."""

    connection_attempts: int
    connection_timeout: Duration
    custom_headers: Mapping[str, str]
    origin_shield_region: str
    response_completion_timeout: Duration


class _Timeouts(TypedDict, total=False):
    """The time-outs of every origin but a bucket."""

    read_timeout: Duration
    keepalive_timeout: Duration


class OriginBinding:
    """The origins of one distribution.

    Args:
        cdn: The construct of the distribution.
    """

    def __init__(self, cdn: Construct) -> None:
        self._cdn = cdn
        self._created: list[tuple[Origin, cloudfront.IOrigin]] = []

    @property
    def origins(self) -> list[Origin]:
        """The origins so far; those of groups, not the groups."""
        return [origin for origin, _ in self._created if origin.kind != "group"]

    def create(self, origin: Origin) -> cloudfront.IOrigin:
        """Return the origin; the same one for equal values.

        Args:
            origin: The origin.
        """
        for known, created in self._created:
            if known == origin:
                return created
        created = self._create(origin)
        self._created.append((origin, created))
        return created

    def _create(self, origin: Origin) -> cloudfront.IOrigin:
        if origin.kind == "group":
            primary, fallback = origin.members
            return origins.OriginGroup(
                primary_origin=self.create(primary),
                fallback_origin=self.create(fallback),
                fallback_status_codes=list(origin.status_codes),
            )
        if origin.kind == "bucket":
            return origins.S3BucketOrigin.with_bucket_defaults(
                bucket_of(origin),
                origin_path=origin.path,
                origin_access_control_id=bucket_access_control(self._cdn).origin_access_control_id,
                **_settings(origin),
            )
        if origin.kind == "api":
            return _api_origin(origin)
        if origin.kind == "function_url":
            return self._function_origin(origin)
        if origin.kind == "load_balancer":
            return self._load_balancer_origin(origin)
        if origin.kind == "media_package":
            control = media_access_control(self._cdn)
            return origins.HttpOrigin(
                str(origin.domain_name),
                origin_access_control_id=control.origin_access_control_id,
                **_settings(origin),
                **_timeouts(origin),
            )
        return _server_origin(origin, str(origin.domain_name))

    def _function_origin(self, origin: Origin) -> cloudfront.IOrigin:
        url = function_url_of(origin)
        if not is_signed_by_cloudfront(origin):
            return origins.FunctionUrlOrigin(url, **_settings(origin), **_timeouts(origin))
        # CDK allows both actions that a URL needs since October 2025.
        return origins.FunctionUrlOrigin.with_origin_access_control(
            url,
            origin_access_control=function_access_control(self._cdn),
            **_settings(origin),
            **_timeouts(origin),
        )

    def _load_balancer_origin(self, origin: Origin) -> cloudfront.IOrigin:
        name = load_balancer_name(origin)
        if not is_private(origin):
            return _server_origin(origin, name)
        return origins.VpcOrigin.with_vpc_origin(
            vpc_origin(self._cdn, origin),
            domain_name=name,
            origin_path=origin.path,
            **_settings(origin),
            **_timeouts(origin),
        )


def _api_origin(origin: Origin) -> cloudfront.IOrigin:
    api = origin.resource.rest_api if isinstance(origin.resource, ProxyApi) else origin.resource
    if isinstance(api, apigateway.RestApi | apigateway.SpecRestApi):
        return origins.RestApiOrigin(
            api, origin_path=origin.path, **_settings(origin), **_timeouts(origin)
        )
    name, path = execute_api_of(origin)
    return origins.HttpOrigin(name, origin_path=path, **_settings(origin), **_timeouts(origin))


def _server_origin(origin: Origin, domain_name: str) -> cloudfront.IOrigin:
    protocol = protocol_of(origin)
    return origins.HttpOrigin(
        domain_name,
        origin_path=origin.path,
        protocol_policy=protocol_policy(origin),
        http_port=origin.port if protocol == "http" else None,
        https_port=origin.port if protocol == "https" else None,
        **_settings(origin),
        **_timeouts(origin),
    )


def _settings(origin: Origin) -> _Settings:
    settings = {
        "connection_attempts": origin.connection_attempts,
        "connection_timeout": origin.connection_timeout,
        "custom_headers": {name: _text(value) for name, value in origin.headers.items()} or None,
        "origin_shield_region": origin.shield,
        "response_completion_timeout": origin.response_completion_timeout,
    }
    return cast(_Settings, {name: value for name, value in settings.items() if value is not None})


def _timeouts(origin: Origin) -> _Timeouts:
    times = {
        "read_timeout": origin.read_timeout,
        "keepalive_timeout": origin.keepalive_timeout,
    }
    return cast(_Timeouts, {name: value for name, value in times.items() if value is not None})


def _text(value: HeaderValue) -> str:
    return value if isinstance(value, str) else value.secret_value.unsafe_unwrap()
