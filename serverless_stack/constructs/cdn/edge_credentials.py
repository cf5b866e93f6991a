"""The credentials of basic authentication, as a digest that a function reads at deploy time."""

from __future__ import annotations

import hashlib

from aws_cdk import CustomResource
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack.constructs._internal.durations import minutes
from serverless_stack.constructs._internal.roles import grant_secret
from serverless_stack.constructs._internal.shared import shared_construct
from serverless_stack.constructs.function.custom_resource import (
    ANSWERS,
    custom_resource,
    deploy_time_function,
)
from serverless_stack.constructs.profiles.profile import Profile

PARTS = (*ANSWERS, "functions/edge_credentials.py")


class EdgeCredentials(Construct):
    """A function that reads a secret while a stack is deployed, and the digest that it returns.

    Args:
        scope: The parent construct.
        construct_id: The id in the parent.
        secret: The secret, with the JSON fields ``username`` and ``password``.
        version: What changes if the secret is to be read again.
        profile: The profile of the first distribution that needs it.

    Attributes:
        resource: The custom resource.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        secret: secretsmanager.ISecret,
        version: str,
        profile: Profile,
    ) -> None:
        super().__init__(scope, construct_id)
        profile.apply(self)  # the parent is shared by the stack, which may have another profile
        deploy_time = deploy_time_function(
            self,
            "edge_credentials",
            PARTS,
            description="Makes a digest of the credentials of basic authentication",
            memory_size=256,
            timeout=minutes(1),
            log_retention=None,
            removal_policy=None,
        )
        permissions = deploy_time.allow(self, [])
        grant_secret(secret, permissions)
        self.resource: CustomResource = custom_resource(
            self,
            "Custom::EdgeCredentials",
            deploy_time.function,
            permissions,
            {"SecretId": secret.secret_arn, "Version": version},
            service_timeout=minutes(5),
        )

    @property
    def salt(self) -> str:
        """The salt; a token at synthesis."""
        return self.resource.get_att_string("Salt")

    @property
    def digest(self) -> str:
        """The digest; a token at synthesis."""
        return self.resource.get_att_string("Digest")


def edge_credentials(
    scope: Construct, secret: secretsmanager.ISecret, version: str
) -> EdgeCredentials:
    """Return the digest of a secret; create its function on first use in a stack.

    Args:
        scope: The construct of the distribution.
        secret: The secret.
        version: What changes if the secret is to be read again.
    """
    profile = Profile.of(scope)

    def create(home: Construct, construct_id: str) -> EdgeCredentials:
        return EdgeCredentials(home, construct_id, secret=secret, version=version, profile=profile)

    # Another version has a construct of its own, for two distributions may ask for different ones.
    digest = hashlib.sha256(f"{secret.node.addr} {version}".encode()).hexdigest()
    construct_id = f"EdgeCredentials{digest[:8]}"
    return shared_construct(scope, profile, construct_id, EdgeCredentials, create)
