"""Policies: which URLs are admitted, until when, from when on, and for which addresses.

"Create a signed URL using a canned policy" and "Create a signed URL using a custom policy" in the
CloudFront developer guide.
"""

import json
import math
from dataclasses import dataclass
from datetime import datetime
from ipaddress import AddressValueError, IPv4Network, IPv6Network, NetmaskValueError


@dataclass(frozen=True)
class Policy:
    """What a signature admits.

    Attributes:
        resource: The URL, or several by wildcards.
        expires: When it ends, in seconds since 1970.
        starts: When it begins; None for at once.
        ip_range: The addresses that are admitted, as a CIDR block; None for all.
    """

    resource: str
    expires: int
    starts: int | None = None
    ip_range: str | None = None

    @property
    def is_canned(self) -> bool:
        """Whether CloudFront can work the policy out by itself, from the URL and its end."""
        return self.starts is None and self.ip_range is None and "*" not in self.resource

    @property
    def text(self) -> bytes:
        """What is signed: JSON without spaces, in the order that canned policies must have."""
        condition: dict[str, object] = {"DateLessThan": {"AWS:EpochTime": self.expires}}
        if self.starts is not None:
            condition["DateGreaterThan"] = {"AWS:EpochTime": self.starts}
        if self.ip_range is not None:
            condition["IpAddress"] = {"AWS:SourceIp": self.ip_range}
        statement = {"Resource": self.resource, "Condition": condition}
        return json.dumps({"Statement": [statement]}, separators=(",", ":")).encode()


def policy_of(
    resource: str,
    expires_at: datetime,
    starts_at: datetime | None,
    ip_range: str | None,
    now: float,
) -> Policy:
    """Return a policy.

    Args:
        resource: The URL, as browsers request it.
        expires_at: When it ends.
        starts_at: When it begins; None for at once.
        ip_range: An IPv4 address or a CIDR block of them; None for all.
        now: The time, in seconds since 1970.

    Raises:
        ValueError: If a time has no time zone, the policy is never valid, or the addresses are
            none of IPv4.
    """
    expires = _seconds("expires_at", expires_at)
    if expires <= now:
        raise ValueError(f"`expires_at` must be in the future, got: {expires_at.isoformat()}")
    starts = None
    if starts_at is not None:
        starts = _seconds("starts_at", starts_at)
        if starts >= expires:
            raise ValueError(
                f"`starts_at` must be before `expires_at`, got: {starts_at.isoformat()} and "
                f"{expires_at.isoformat()}"
            )
    return Policy(resource, expires, starts, None if ip_range is None else _cidr(ip_range))


def _seconds(argument: str, time: object) -> int:
    if not isinstance(time, datetime):
        raise ValueError(f"`{argument}` must be a datetime with a time zone, got: {time!r}")
    if time.utcoffset() is None:
        raise ValueError(
            f"`{argument}` must have a time zone, such as datetime.now(UTC) + timedelta(hours=1), "
            f"got: {time.isoformat()}"
        )
    return math.floor(time.timestamp())


def _cidr(ip_range: object) -> str:
    if not isinstance(ip_range, str):
        raise ValueError(f"`ip_range` must be a string such as '203.0.113.0/24', got: {ip_range!r}")
    try:
        return str(IPv4Network(ip_range))
    except (AddressValueError, NetmaskValueError):
        pass
    except ValueError:
        network = IPv4Network(ip_range, strict=False)
        raise ValueError(
            f"`ip_range` must have no address bits after its prefix: {network}, got: {ip_range!r}"
        ) from None
    try:
        IPv6Network(ip_range, strict=False)
    except ValueError:
        raise ValueError(
            "`ip_range` must be an IPv4 address or CIDR block such as '203.0.113.0/24', "
            f"got: {ip_range!r}"
        ) from None
    raise ValueError(
        "`ip_range` must be of IPv4, the only addresses that CloudFront compares; turn off IPv6 "
        f"of the distribution for it, got: {ip_range!r}"
    )
