"""Continuous deployment: which requests to a distribution its staging distribution serves.

"Learn how continuous deployment works" and its quotas. Sessions do not stick to a distribution.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HEADER_PREFIX = "aws-cf-cd-"
MAX_WEIGHT = 0.15
_TTL = (300, 3600)


@dataclass(frozen=True)
class Traffic:
    """The traffic that goes to the staging distribution.

    Attributes:
        weight: The share of the requests, 0-0.15; None for requests by a header.
        header: The name of the header, in lower case.
        value: The value of the header.
    """

    weight: float | None = None
    header: str = ""
    value: str = ""


@dataclass(frozen=True)
class Policy:
    """A continuous deployment policy.

    Attributes:
        is_enabled: Whether any request goes to the staging distribution.
        staging_domains: The domain name of the staging distribution.
        traffic: Which requests go to it; None for none.
    """

    is_enabled: bool
    staging_domains: Sequence[str]
    traffic: Traffic | None

    def takes(self, headers: Mapping[str, str], draw: float) -> bool:
        """Return whether the staging distribution serves a request.

        Args:
            headers: The headers of the request, by names in lower case.
            draw: A random number of 0 to 1.
        """
        traffic = self.traffic
        if not self.is_enabled or traffic is None:
            return False
        if traffic.weight is not None:
            return draw < traffic.weight
        return headers.get(traffic.header) == traffic.value


def policy_of(config: Mapping[str, Any]) -> Policy:
    """Return a policy from its configuration in the form of the API or of CloudFormation.

    Raises:
        ValueError: CloudFront refuses the configuration.
    """
    names = config.get("StagingDistributionDnsNames") or []
    if isinstance(names, Mapping):
        names = names.get("Items") or []
    given = config.get("TrafficConfig")
    traffic = _traffic(given) if given else None
    if len(names) != 1:
        raise ValueError("A continuous deployment policy must have one staging distribution.")
    return Policy(str(config.get("Enabled")).lower() == "true", list(names), traffic)


def _traffic(given: Mapping[str, Any]) -> Traffic:
    if given.get("Type") == "SingleHeader":
        single = given.get("SingleHeaderConfig") or {}
        header, value = str(single.get("Header", "")).lower(), str(single.get("Value", ""))
        if not header.startswith(HEADER_PREFIX) or not value:
            raise ValueError(f"The header must begin with {HEADER_PREFIX} and have a value.")
        return Traffic(header=header, value=value)
    if given.get("Type") != "SingleWeight":
        raise ValueError("The type of the traffic configuration is not valid.")
    single = given.get("SingleWeightConfig") or {}
    weight = float(single.get("Weight", 0))
    if not 0 <= weight <= MAX_WEIGHT:
        raise ValueError(f"The weight must be between 0 and {MAX_WEIGHT}.")
    sticky = single.get("SessionStickinessConfig")
    if sticky:
        idle, most = int(sticky["IdleTTL"]), int(sticky["MaximumTTL"])
        if not _TTL[0] <= idle <= most <= _TTL[1]:
            raise ValueError("The session stickiness must be 300 to 3600 seconds, idle at most.")
    return Traffic(weight)
