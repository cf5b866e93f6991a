"""What an account lacks before a first deployment. Nothing is changed: all calls read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from serverless_stack.operations.readiness import quotas
from serverless_stack.operations.readiness.findings import (
    Finding,
    missing,
    ok,
    unknown,
    warning,
)

if TYPE_CHECKING:
    import boto3

GLOBAL_REGION = "us-east-1"
"""The region of CloudFront's certificates, functions at the edge and quotas."""
_BOOTSTRAP_VERSION = 6
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")

_Check = Callable[[], Finding]


@dataclass(frozen=True)
class Needs:
    """What an application needs of an account.

    Attributes:
        regions: The regions of its stacks.
        accounts: The accounts that its stacks name.
        certificates: The ARNs of the certificates that its distributions name.
        qualifier: The qualifier of its bootstrap resources.
        bootstrap_version: The version that its stacks require.
    """

    regions: tuple[str, ...]
    accounts: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    qualifier: str = "hnb659fds"
    bootstrap_version: int = _BOOTSTRAP_VERSION


def account_findings(session: boto3.Session, needs: Needs) -> list[Finding]:
    """Return what an account has and lacks.

    Args:
        session: The session, with its credentials.
        needs: What the application needs.
    """
    identity, account = _identity(session, needs)
    if not account:
        return [identity]
    checks: list[tuple[str, str, _Check]] = []
    for region in dict.fromkeys(needs.regions):
        bootstrap = partial(_bootstrap, session, needs, account, region)
        checks += [
            (f"bootstrap/{region}", f"the bootstrap version in {region}", bootstrap),
            (
                f"api-log-role/{region}",
                f"API Gateway's log role in {region}",
                partial(_log_role, session, region),
            ),
            *quotas.checks(session, region),
        ]
    checks += quotas.global_checks(session)
    for arn in needs.certificates:
        name = f"certificate/{arn.rpartition('/')[2]}"
        checks.append((name, f"the certificate {arn}", partial(_certificate, session, arn)))
    return [identity, *(_looked(*check) for check in checks)]


def _identity(session: boto3.Session, needs: Needs) -> tuple[Finding, str]:
    """Return who asks, and the account; without credentials it is empty."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectionError,
        HTTPClientError,
    )

    log_in = "aws configure, or aws sso login"
    try:
        answer = session.client("sts", region_name=needs.regions[0]).get_caller_identity()
    except (ConnectionError, HTTPClientError) as error:
        return unknown("credentials", "the account", str(error), "check network and proxy"), ""
    except (BotoCoreError, ClientError) as error:
        why = f"Nothing can be deployed or looked at: {error}"
        return missing("credentials", "no working credentials", why, log_in), ""
    account, who = str(answer["Account"]), str(answer["Arn"])
    others = [each for each in needs.accounts if each != account]
    if others:
        return missing(
            "credentials",
            f"{who}, account {account}",
            f"The app's stacks name the account {', '.join(others)}.",
            "choose a profile of that account with --profile",
        ), account
    return ok("credentials", f"{who}, account {account}"), account


def _looked(name: str, what: str, check: _Check) -> Finding:
    """Return a finding; an answer that did not come is unknown, never fine."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return check()
    except ClientError as error:
        details = error.response.get("Error", {})
        code = details.get("Code", "")
        if code in _DENIED or "AccessDenied" in code:
            action = f"{error.operation_name} is not allowed"
            return unknown(name, what, f"{action} for these credentials.", "ask for read access")
        return unknown(name, what, f"{code}: {details.get('Message', '')}".rstrip(": "))
    except BotoCoreError as error:
        return unknown(name, what, str(error))


def _bootstrap(session: boto3.Session, needs: Needs, account: str, region: str) -> Finding:
    name = f"bootstrap/{region}"
    command = f"cdk bootstrap aws://{account}/{region}"
    if needs.qualifier != "hnb659fds":
        command += f" --qualifier {needs.qualifier}"
    client = session.client("ssm", region_name=region)
    try:
        answer = client.get_parameter(Name=f"/cdk-bootstrap/{needs.qualifier}/version")
    except client.exceptions.ParameterNotFound:
        why = "The CDK CLI uploads code to the bucket of the bootstrap stack."
        return missing(name, f"{region} is not bootstrapped", why, command)
    version = int(answer["Parameter"]["Value"])
    if version < needs.bootstrap_version:
        why = f"The app's stacks require version {needs.bootstrap_version}."
        return missing(name, f"{region} is bootstrapped with version {version}", why, command)
    return ok(name, f"{region} is bootstrapped with version {version}")


def _log_role(session: boto3.Session, region: str) -> Finding:
    name = f"api-log-role/{region}"
    arn = session.client("apigateway", region_name=region).get_account().get("cloudwatchRoleArn")
    if not arn:
        return ok(name, f"API Gateway has no log role in {region}: the first ProxyApi sets one")
    client = session.client("iam", region_name=region)
    try:
        client.get_role(RoleName=arn.rpartition("/")[2])
    except client.exceptions.NoSuchEntityException:
        return missing(
            name,
            f"API Gateway's log role in {region} was deleted: {arn}",
            "Stages with access logs cannot be deployed, and a role that is set is not replaced.",
            f"aws apigateway update-account --region {region} "
            "--patch-operations op=replace,path=/cloudwatchRoleArn,value=",
        )
    return ok(name, f"API Gateway writes logs in {region} as {arn.rpartition('/')[2]}")


def _certificate(session: boto3.Session, arn: str) -> Finding:
    name = f"certificate/{arn.rpartition('/')[2]}"
    region = arn.split(":")[3]
    if region != GLOBAL_REGION:
        return missing(
            name,
            f"the certificate {arn} is in {region}",
            "CloudFront uses certificates of us-east-1 only.",
            "request it again in us-east-1: aws acm request-certificate --region us-east-1 "
            "--validation-method DNS --domain-name DOMAIN",
        )
    client = session.client("acm", region_name=region)
    try:
        certificate = client.describe_certificate(CertificateArn=arn)["Certificate"]
    except client.exceptions.ResourceNotFoundException:
        why = "The distribution that names it cannot be deployed."
        remedy = "aws acm list-certificates --region us-east-1"
        return missing(name, f"there is no certificate {arn}", why, remedy)
    status, domain = str(certificate["Status"]), str(certificate["DomainName"])
    if status == "PENDING_VALIDATION":
        why = "CloudFront refuses a certificate before its domain is proved."
        remedy = f"create the DNS records of: aws acm describe-certificate --certificate-arn {arn}"
        return warning(name, f"the certificate of {domain} waits for its validation", why, remedy)
    if status != "ISSUED":
        why = "CloudFront uses issued certificates only."
        remedy = f"aws acm describe-certificate --region us-east-1 --certificate-arn {arn}"
        return missing(name, f"the certificate of {domain} is {status}", why, remedy)
    return ok(name, f"the certificate of {domain} is issued")
