"""Lambda@Edge functions in us-east-1, by "Restrictions on Lambda@Edge"."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_cdk import ArnFormat, Aws, Duration, RemovalPolicy
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from serverless_stack.constructs._internal.acknowledge import (
    ALL_STANDARDS,
    acknowledge,
    acknowledge_resources,
    skip_in_checkov,
)
from serverless_stack.constructs._internal.assets import ignore_pattern, synth_outputs
from serverless_stack.constructs._internal.durations import seconds
from serverless_stack.constructs._internal.tree import stack_of
from serverless_stack.constructs.cdn.edge import EdgeFunction, default_timeout
from serverless_stack.constructs.cdn.functions.composition import behavior_id
from serverless_stack.constructs.cdn.us_east_1 import us_east_1
from serverless_stack.constructs.function.artifacts import read_artifact
from serverless_stack.constructs.function.java_build import content_digest
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import HIPAA, NIST, SERVERLESS

_EVENTS = {
    "viewer-request": cloudfront.LambdaEdgeEventType.VIEWER_REQUEST,
    "origin-request": cloudfront.LambdaEdgeEventType.ORIGIN_REQUEST,
    "origin-response": cloudfront.LambdaEdgeEventType.ORIGIN_RESPONSE,
    "viewer-response": cloudfront.LambdaEdgeEventType.VIEWER_RESPONSE,
}
_AT_THE_EDGE = "Lambda@Edge does not support it"
_LOGS = "Lambda@Edge writes logs in the region of each viewer, into groups that it creates"


@dataclass(frozen=True)
class _Settings:
    """What a function of the edge is created with."""

    code: lambda_.Code
    runtime: lambda_.Runtime
    timeout: Duration
    handler: str = "index.handler"
    memory_size: int = 128
    permissions: Sequence[iam.PolicyStatement] = ()


class EdgeFunctions:
    """The Lambda@Edge functions of a distribution; equal ones are created once.

    Args:
        scope: The construct of the distribution.
    """

    def __init__(self, scope: Construct) -> None:
        self._scope = scope
        self._versions: dict[str, lambda_.IVersion] = {}

    def associations(
        self, pattern: str, edge: Sequence[EdgeFunction], code: str | None = None
    ) -> list[cloudfront.EdgeLambda]:
        """Return the functions of a behavior.

        Args:
            pattern: The path pattern of the behavior, ``*`` for the default one.
            edge: Those of the user.
            code: JavaScript of this library for the viewer's request. Default: none.
        """
        associations = [
            cloudfront.EdgeLambda(
                event_type=_EVENTS[function.event],
                function_version=self._version(pattern, function),
                include_body=function.include_body or None,
            )
            for function in edge
        ]
        if code is not None:
            settings = _Settings(
                code=lambda_.Code.from_inline(code),
                runtime=lambda_.Runtime.NODEJS_24_X,
                timeout=seconds(5),
            )
            digest = hashlib.sha256(code.encode()).hexdigest()
            associations.append(
                cloudfront.EdgeLambda(
                    event_type=cloudfront.LambdaEdgeEventType.VIEWER_REQUEST,
                    function_version=self._create("Auth", pattern, digest, settings),
                )
            )
        return associations

    def _version(self, pattern: str, function: EdgeFunction) -> lambda_.IVersion:
        if not isinstance(function.code, str | Path):
            return function.code
        folder, runtime = Path(function.code), function.found_runtime
        if runtime is None:  # never: the fields are checked
            raise TypeError(f"{folder} must have the file of {function.handler}")
        outputs = synth_outputs(self._scope, folder)
        timeout = default_timeout(function)
        values = (
            content_digest(read_artifact(folder, outputs).files),
            function.handler,
            runtime.name,
            function.memory_size,
            timeout.to_string(),
            [statement.to_json() for statement in function.permissions],
        )
        settings = _Settings(
            code=lambda_.Code.from_asset(
                str(folder), exclude=[ignore_pattern(path) for path in outputs] or None
            ),
            runtime=runtime,
            timeout=timeout,
            handler=function.handler,
            memory_size=function.memory_size,
            permissions=function.permissions,
        )
        kind = "".join(part.capitalize() for part in function.event.split("-"))
        digest = hashlib.sha256(repr(values).encode()).hexdigest()
        return self._create(kind, pattern, digest, settings)

    def _create(
        self, kind: str, pattern: str, digest: str, settings: _Settings
    ) -> lambda_.IVersion:
        if digest not in self._versions:
            place = us_east_1(self._scope)
            construct_id = behavior_id(place.scope, f"Edge{kind}", pattern)
            home = Construct(place.scope, construct_id)
            version: lambda_.IVersion = _function(home, settings).current_version
            if place.is_second_stack:
                # The ARN is read again only if the name of the output changes with the version.
                output = f"{''.join(filter(str.isalnum, construct_id))}{digest[:8]}"
                arn = place.value(output, version.function_arn)
                version = lambda_.Version.from_version_arn(self._scope, construct_id, arn)
            self._versions[digest] = version
        return self._versions[digest]


def _function(home: Construct, settings: _Settings) -> lambda_.Function:
    profile = Profile.of(home)
    created = lambda_.Function(
        home,
        "Function",
        description="Runs at the edge of CloudFront",
        code=settings.code,
        handler=settings.handler,
        runtime=settings.runtime,
        architecture=lambda_.Architecture.X86_64,
        memory_size=settings.memory_size,
        timeout=settings.timeout,
        role=_role(home, profile, settings.permissions),
        current_version_options=lambda_.VersionOptions(removal_policy=RemovalPolicy.RETAIN),
    )
    created.apply_removal_policy(RemovalPolicy.RETAIN)
    for rule, packs in (
        ("LambdaInsideVPC", ALL_STANDARDS),
        ("LambdaConcurrency", (NIST, HIPAA)),
        ("LambdaDLQ", (SERVERLESS, NIST, HIPAA)),
        ("LambdaTracing", (SERVERLESS,)),
    ):
        acknowledge(created, rule, _AT_THE_EDGE, packs=packs, profile=profile)
    checks = ("CKV_AWS_50", "CKV_AWS_115", "CKV_AWS_116", "CKV_AWS_117", "CKV_AWS_173")
    skip_in_checkov(created, dict.fromkeys(checks, _AT_THE_EDGE), profile=profile)
    return created


def _role(
    home: Construct, profile: Profile, permissions: Sequence[iam.PolicyStatement]
) -> iam.Role:
    """Create the role of a function at the edge, which may log in all regions."""
    stack = stack_of(home)
    groups = stack.format_arn(
        service="logs",
        region="*",
        resource="log-group",
        resource_name=f"/aws/lambda/{Aws.REGION}.*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
    statements = [
        iam.PolicyStatement(
            actions=["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[groups],
        ),
        *permissions,
    ]
    document = iam.PolicyDocument(statements=statements)
    managed = profile.settings.managed_policies
    role = iam.Role(
        home,
        "Role",
        assumed_by=iam.CompositePrincipal(
            iam.ServicePrincipal("lambda.amazonaws.com"),
            iam.ServicePrincipal("edgelambda.amazonaws.com"),
        ),
        description="Runs at the edge of CloudFront",
        inline_policies=None if managed else {"Execution": document},
    )
    policy = (
        iam.ManagedPolicy(home, "Execution", roles=[role], document=document) if managed else role
    )
    acknowledge_resources(policy, [groups], _LOGS, profile=profile)
    return role
