"""A distribution with its staging distribution and the policy between them, as CloudFront has them.

"Use CloudFront continuous deployment to safely test CDN configuration changes", and its quotas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from serverless_stack.operations.releases.apis import Kind, find_resource

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.client import CloudFormationClient
    from mypy_boto3_cloudfront.client import CloudFrontClient
    from mypy_boto3_s3.client import S3Client

Config = dict[str, Any]
"""A configuration in the form of the API."""

_DISTRIBUTION = Kind(
    "AWS::CloudFront::Distribution",
    "Distribution",
    "a distribution",
    "a distribution",
    "Shop/Cdn",
)
# What differs between a distribution and its staging distribution in any case.
OWN_FIELDS = ("CallerReference", "Aliases", "Staging", "ContinuousDeploymentPolicyId")
HEADER_PREFIX = "aws-cf-cd-"
MAX_WEIGHT = 0.15
MAX_HEADER, MAX_VALUE = 256, 1783  # ContinuousDeploymentSingleHeaderConfig in the API reference
STICKY_SECONDS = (300, 3600)


class StagingError(Exception):
    """A distribution cannot be staged, promoted or discarded as asked, or has been changed."""


@dataclass(frozen=True)
class Clients:
    """The clients of AWS.

    Attributes:
        cloudfront: The client of CloudFront.
        s3: The client of S3, for the policies of buckets that are origins.
    """

    cloudfront: CloudFrontClient
    s3: S3Client


@dataclass(frozen=True)
class Traffic:
    """Which requests the staging distribution serves.

    Attributes:
        weight: Their share, more than 0 and 0.15 at most; None for requests by a header.
        header: The name of the header, which begins with ``aws-cf-cd-``.
        value: The value of the header.
        sticky_seconds: How long a viewer stays with the distribution that served him, 300-3600;
            None for each request by itself.
    """

    weight: float | None = None
    header: str = ""
    value: str = ""
    sticky_seconds: int | None = None

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            ValueError: CloudFront refuses one of them.
        """
        if self.weight is not None and not 0 < self.weight <= MAX_WEIGHT:
            raise ValueError(
                f"`--weight` must be more than 0 and at most {MAX_WEIGHT}, got: {self.weight:g}"
            )
        if (self.weight is None) == (not self.header):
            got = "both" if self.header else "neither"
            raise ValueError(f"`--weight` or `--header` must be given, got: {got}")
        if self.header and not self.header.lower().startswith(HEADER_PREFIX):
            raise ValueError(
                f"`--header` must have a name that begins with {HEADER_PREFIX}, got: "
                f"{self.header!r} (nearest accepted: {HEADER_PREFIX}{self.header})"
            )
        if len(self.header) > MAX_HEADER or (self.header and not 0 < len(self.value) <= MAX_VALUE):
            raise ValueError(
                f"`--header` must be NAME=VALUE with a name of {MAX_HEADER} characters at most and "
                f"a value of 1 to {MAX_VALUE:,}, got: {len(self.header)} and {len(self.value)}"
            )
        low, high = STICKY_SECONDS
        if self.sticky_seconds is not None and not low <= self.sticky_seconds <= high:
            raise ValueError(
                f"`--sticky` must be between {low} and {high} seconds, got: {self.sticky_seconds}"
            )
        if self.sticky_seconds is not None and self.weight is None:
            raise ValueError("`--sticky` must go with `--weight`, got: `--header`")

    @property
    def config(self) -> Config:
        """The configuration in the form of the API."""
        if self.weight is None:
            single = {"Header": self.header, "Value": self.value}
            return {"Type": "SingleHeader", "SingleHeaderConfig": single}
        weight: Config = {"Weight": self.weight}
        if self.sticky_seconds is not None:
            ttl = self.sticky_seconds
            weight["SessionStickinessConfig"] = {"IdleTTL": ttl, "MaximumTTL": ttl}
        return {"Type": "SingleWeight", "SingleWeightConfig": weight}


@dataclass(frozen=True)
class Version:
    """A distribution as it was read.

    Attributes:
        id: Its id.
        arn: Its ARN.
        domain: Its domain name of CloudFront.
        etag: Its version, by which changes are conditional.
        status: ``Deployed`` or ``InProgress``.
        config: Its configuration.
    """

    id: str
    arn: str
    domain: str
    etag: str
    status: str
    config: Config

    @property
    def policy_id(self) -> str:
        """The id of the attached policy; empty if there is none."""
        return str(self.config.get("ContinuousDeploymentPolicyId") or "")

    @property
    def rules(self) -> Config:
        """The configuration without what differs between a distribution and its copy."""
        return {name: value for name, value in self.config.items() if name not in OWN_FIELDS}


@dataclass(frozen=True)
class Policy:
    """A continuous deployment policy as it was read.

    Attributes:
        id: Its id.
        etag: Its version.
        config: Its configuration.
    """

    id: str
    etag: str
    config: Config

    @property
    def domains(self) -> list[str]:
        """The domain name of its staging distribution."""
        return list(self.config["StagingDistributionDnsNames"].get("Items") or [])


@dataclass(frozen=True)
class Release:
    """A distribution and what belongs to its continuous deployment.

    Attributes:
        primary: The distribution.
        staging: Its staging distribution, or None.
        policy: The policy, attached or not, or None.
    """

    primary: Version
    staging: Version | None
    policy: Policy | None

    @property
    def is_attached(self) -> bool:
        """Whether the policy is attached to the distribution."""
        return self.policy is not None and self.primary.policy_id == self.policy.id


def find_distribution(client: CloudFormationClient, place: str) -> str:
    """Return the id of the distribution of a construct.

    Args:
        client: The client of CloudFormation.
        place: The name of the stack and the path of the construct in it, such as ``Shop/Cdn``: a
            ``Cdn``, or a distribution of CDK. The path may be left out if the stack has one.

    Raises:
        ValueError: If the stack has no such distribution; the message has those that it has.
    """
    return find_resource(client, place, _DISTRIBUTION)


def reference_prefix(primary_id: str) -> str:
    """Return how the caller reference of a staging distribution begins, by which it is found.

    Args:
        primary_id: The id of the distribution that it is a copy of.
    """
    return f"serverless-stack/{primary_id}/"


def read_version(client: CloudFrontClient, distribution_id: str) -> Version:
    """Read one distribution.

    Args:
        client: The client of CloudFront.
        distribution_id: Its id.
    """
    answer = client.get_distribution(Id=distribution_id)
    found: Mapping[str, Any] = answer["Distribution"]
    return Version(
        id=found["Id"],
        arn=found["ARN"],
        domain=found["DomainName"],
        etag=answer["ETag"],
        status=found["Status"],
        config=dict(found["DistributionConfig"]),
    )


def read_release(client: CloudFrontClient, distribution_id: str) -> Release:
    """Read a distribution with its staging distribution and policy, also those left half-made.

    Args:
        client: The client of CloudFront.
        distribution_id: The id of the distribution.
    """
    primary = read_version(client, distribution_id)
    policy = _policy(client, primary.policy_id) if primary.policy_id else None
    staging = _staging(client, primary, policy)
    if policy is None and staging is not None:
        policy = _unattached_policy(client, staging)
    return Release(primary, staging, policy)


def _policy(client: CloudFrontClient, policy_id: str) -> Policy:
    answer = client.get_continuous_deployment_policy(Id=policy_id)
    config: Mapping[str, Any] = answer["ContinuousDeploymentPolicy"][
        "ContinuousDeploymentPolicyConfig"
    ]
    return Policy(policy_id, answer["ETag"], dict(config))


def _staging(client: CloudFrontClient, primary: Version, policy: Policy | None) -> Version | None:
    """Return the staging distribution of a policy, or one that an earlier run has copied."""
    domains = policy.domains if policy else []
    for page in client.get_paginator("list_distributions").paginate():
        for item in page["DistributionList"].get("Items", []):
            if not item["Staging"] or (policy and item["DomainName"] not in domains):
                continue
            version = read_version(client, item["Id"])
            reference = str(version.config["CallerReference"])
            if policy or reference.startswith(reference_prefix(primary.id)):
                return version
    return None


def _unattached_policy(client: CloudFrontClient, staging: Version) -> Policy | None:
    marker: dict[str, str] = {}
    while True:
        answer = client.list_continuous_deployment_policies(**marker)
        found = answer["ContinuousDeploymentPolicyList"]
        for item in found.get("Items", []):
            policy = item["ContinuousDeploymentPolicy"]
            names = policy["ContinuousDeploymentPolicyConfig"]["StagingDistributionDnsNames"]
            if staging.domain in names.get("Items", []):
                return _policy(client, policy["Id"])
        if not found.get("NextMarker"):
            return None
        marker = {"Marker": found["NextMarker"]}
