"""What a CloudFront function does to the origin ("Helper methods for origin modification")."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .config import Config, Origin, Target
from .exchange import Event, FunctionFailedError
from .messages import FUNCTION_ERROR


def changed_target(config: Config, target: Target, change: Event) -> Target:
    """Return where a request goes after a function changed its origin.

    Args:
        config: The distribution's configuration.
        target: Where it would go.
        change: The arguments of ``selectRequestOriginById`` (``select``),
            ``createRequestOriginGroup`` (``group``) and ``updateRequestOrigin`` (``update``).

    Raises:
        FunctionFailedError: The distribution has no such origin.
    """
    if "select" in change:
        target = Target((_chosen(config, change["select"]),))
    elif "group" in change:
        members = change["group"].get("originIds") or ()
        statuses = (change["group"].get("failoverCriteria") or {}).get("statusCodes") or ()
        target = Target(
            tuple(_chosen(config, each) for each in members),
            frozenset(int(status) for status in statuses),
        )
        if len(target.origins) != 2:
            raise _invalid("createRequestOriginGroup needs two origins")
    if "update" in change:
        # Of a group, only the primary is changed.
        first, *others = target.origins
        target = replace(target, origins=(_updated(first, change["update"]), *others))
    return target


def _chosen(config: Config, choice: str | Mapping[str, Any]) -> Origin:
    origin_id = choice if isinstance(choice, str) else str(choice.get("originId"))
    origin = config.origins.get(origin_id)
    if origin is None:
        raise _invalid(f"the distribution has no origin {origin_id}")
    overrides = {} if isinstance(choice, str) else choice.get("originOverrides") or choice
    return replace(origin, host=str(overrides.get("hostHeader") or origin.host))


def _updated(origin: Origin, update: Mapping[str, Any]) -> Origin:
    """Return an origin with what is set replaced. All else is that of the configuration."""
    timeouts = update.get("timeouts") or {}
    custom = update.get("customOriginConfig") or {}
    access = update.get("originAccessControlConfig") or {}
    headers = update.get("customHeaders")
    origin = replace(
        origin,
        domain=str(update.get("domainName", origin.domain)),
        host=str(update.get("hostHeader", origin.host)),
        path=str(update.get("originPath", origin.path)),
        headers=origin.headers if headers is None else tuple(headers.items()),
        attempts=int(update.get("connectionAttempts", origin.attempts)),
        read_timeout=int(timeouts.get("readTimeout", origin.read_timeout)),
        connection_timeout=int(timeouts.get("connectionTimeout", origin.connection_timeout)),
    )
    if "responseCompletionTimeout" in timeouts:
        origin = replace(origin, completion_timeout=int(timeouts["responseCompletionTimeout"]))
    if access.get("enabled") is False:
        origin = replace(origin, access_control="", access_identity="")
    elif access.get("enabled"):
        kind = access.get("originType", "s3")
        origin = replace(origin, access_control=origin.access_control or kind, is_s3=kind == "s3")
    if custom:
        protocol = str(custom.get("protocol", "https"))
        port = int(custom.get("port", 443 if protocol == "https" else 80))
        origin = replace(
            origin, is_s3=False, protocol=f"{protocol}-only", http_port=port, https_port=port
        )
    return origin


def _invalid(message: str) -> FunctionFailedError:
    return FunctionFailedError(FUNCTION_ERROR, 503, message)
