"""What an account has and lacks, with answers as AWS gives them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

import boto3
import pytest
from botocore.client import BaseClient
from botocore.stub import Stubber

from serverless_stack.operations.readiness import Finding, Needs, State, account_findings
from serverless_stack.operations.readiness.quotas import NEAR

REGION = "eu-west-1"
ROLE = "arn:aws:iam::123456789012:role/ApiLogs"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/abc"
NEEDS = Needs((REGION,))
READING = re.compile("Get|List|Describe")
Answers = Mapping[str, Any]
Call = Callable[[str, Answers], Answers]


class Session:
    """Makes each client once, with the answers of a test."""

    def __init__(self) -> None:
        self._session = boto3.Session("key", "secret", region_name=REGION)
        self._clients: dict[str, BaseClient] = {}
        self.answers: dict[str, Answers | tuple[str, str]] = {}
        self.called: list[str] = []

    def client(self, service: str, region_name: str) -> BaseClient:
        if service not in self._clients:
            client: Any = self._session.client(cast(Any, service), region_name=region_name)
            client._make_api_call = self._answered(client, client._make_api_call)
            self._clients[service] = client
        return self._clients[service]

    def _answered(self, client: BaseClient, call: Call) -> Call:
        methods = {name: key for key, name in client.meta.method_to_api_mapping.items()}

        def answer(operation: str, arguments: Answers) -> Answers:
            self.called.append(operation)
            answer = self.answers[f"{client.meta.service_model.service_name}:{operation}"]
            # A Stubber, so that an answer has the shape of the service's own.
            with Stubber(client) as stub:
                if isinstance(answer, tuple):
                    stub.add_client_error(methods[operation], *answer)
                else:
                    stub.add_response(methods[operation], dict(answer))
                return call(operation, arguments)

        return answer


@pytest.fixture(scope="module")
def clients() -> Session:
    return Session()


@pytest.fixture
def session(clients: Session) -> Session:
    clients.called.clear()
    clients.answers = {
        "sts:GetCallerIdentity": {"Account": "123456789012", "Arn": "arn:aws:iam::1:user/ann"},
        "ssm:GetParameter": {"Parameter": {"Name": "version", "Value": "21"}},
        "apigateway:GetAccount": {"cloudwatchRoleArn": ROLE},
        "iam:GetRole": {
            "Role": {
                "Path": "/",
                "RoleName": "ApiLogs",
                "RoleId": "A" * 16,
                "Arn": ROLE,
                "CreateDate": "2026-01-01T00:00:00Z",
            }
        },
        "lambda:GetAccountSettings": limits(1000, 1000),
        "service-quotas:GetServiceQuota": {"Quota": {"Value": 5.0}},
        "service-quotas:GetAWSDefaultServiceQuota": {"Quota": {"Value": 4.0}},
        "ec2:DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1"}]},
        "ec2:DescribeAddresses": {"Addresses": []},
        "elasticache:DescribeCacheClusters": {"CacheClusters": [{"NumCacheNodes": 2}]},
        "cloudfront:ListDistributions": {
            "DistributionList": {
                "Marker": "",
                "MaxItems": 100,
                "IsTruncated": False,
                "Quantity": 0,
            }
        },
        "s3:ListBuckets": {"Buckets": [{"Name": "a"}, {"Name": "b"}]},
        "acm:DescribeCertificate": certificate("ISSUED"),
    }
    return clients


def limits(total: int, free: int) -> Answers:
    limit = {"ConcurrentExecutions": total, "UnreservedConcurrentExecutions": free}
    return {"AccountLimit": limit}


def certificate(status: str) -> Answers:
    return {"Certificate": {"Status": status, "DomainName": "example.com"}}


def findings(session: Session, needs: Needs = NEEDS) -> dict[str, Finding]:
    found = account_findings(cast(boto3.Session, session), needs)
    return {finding.name: finding for finding in found}


def test_an_account_that_is_ready(session: Session) -> None:
    found = findings(session, replace(NEEDS, certificates=(CERTIFICATE,)))
    assert {finding.state for finding in found.values()} == {State.OK}
    assert found["credentials"].what == "arn:aws:iam::1:user/ann, account 123456789012"
    assert found[f"bootstrap/{REGION}"].what == "eu-west-1 is bootstrapped with version 21"
    assert found[f"quota/cache-nodes/{REGION}"].what == "2 of 5 ElastiCache nodes in eu-west-1"
    assert found["quota/buckets"].what == "2 of 5 S3 buckets"
    assert found["quota/distributions"].what == "0 of 5 CloudFront distributions"
    assert found["certificate/abc"].what == "the certificate of example.com is issued"


def test_all_calls_read(session: Session) -> None:
    findings(session, replace(NEEDS, certificates=(CERTIFICATE,)))
    assert {
        name for name in session.called if not name.startswith(("Get", "List", "Describe"))
    } == (set())
    assert len(session.called) >= 13


@pytest.mark.parametrize(
    ("operation", "answer", "name", "state", "remedy"),
    [
        (
            "ssm:GetParameter",
            ("ParameterNotFound", "no"),
            f"bootstrap/{REGION}",
            State.MISSING,
            "cdk bootstrap aws://123456789012/eu-west-1",
        ),
        (
            "ssm:GetParameter",
            {"Parameter": {"Name": "version", "Value": "5"}},
            f"bootstrap/{REGION}",
            State.MISSING,
            "cdk bootstrap aws://123456789012/eu-west-1",
        ),
        (
            "iam:GetRole",
            ("NoSuchEntity", "no"),
            f"api-log-role/{REGION}",
            State.MISSING,
            "aws apigateway update-account --region eu-west-1 --patch-operations ",
        ),
        (
            "lambda:GetAccountSettings",
            limits(10, 10),
            f"quota/lambda-concurrency/{REGION}",
            State.WARNING,
            "--quota-code L-B99A9384 --desired-value 1000",
        ),
        (
            "lambda:GetAccountSettings",
            limits(1000, 1000 - round(1000 * NEAR)),
            f"quota/lambda-concurrency/{REGION}",
            State.WARNING,
            "--quota-code L-B99A9384",
        ),
        (
            "ec2:DescribeVpcs",
            {"Vpcs": [{"VpcId": f"vpc-{number}"} for number in range(5)]},
            f"quota/vpcs/{REGION}",
            State.MISSING,
            "--service-code vpc --quota-code L-F678F1CE --desired-value 10",
        ),
        (
            "elasticache:DescribeCacheClusters",
            {"CacheClusters": [{"NumCacheNodes": 4}]},
            f"quota/cache-nodes/{REGION}",
            State.WARNING,
            "--quota-code L-DFE45DF3",
        ),
        (
            "acm:DescribeCertificate",
            certificate("PENDING_VALIDATION"),
            "certificate/abc",
            State.WARNING,
            "DNS records",
        ),
        (
            "acm:DescribeCertificate",
            certificate("EXPIRED"),
            "certificate/abc",
            State.MISSING,
            "aws acm describe-certificate",
        ),
        (
            "acm:DescribeCertificate",
            ("ResourceNotFoundException", "no"),
            "certificate/abc",
            State.MISSING,
            "aws acm list-certificates",
        ),
        (
            "sts:GetCallerIdentity",
            ("ExpiredToken", "The security token is expired"),
            "credentials",
            State.MISSING,
            "aws sso login",
        ),
    ],
)
def test_what_is_missing_names_its_remedy(
    session: Session,
    operation: str,
    answer: Answers | tuple[str, str],
    name: str,
    state: State,
    remedy: str,
) -> None:
    session.answers[operation] = answer
    found = findings(session, replace(NEEDS, certificates=(CERTIFICATE,)))
    assert found[name].state is state
    assert remedy in found[name].remedy
    assert found[name].why.endswith((".", "expired"))
    others = [finding for key, finding in found.items() if key != name]
    assert {finding.state for finding in others} <= {State.OK}


def test_a_missing_permission_is_never_fine(session: Session) -> None:
    for operation in session.answers:
        if operation != "sts:GetCallerIdentity":
            session.answers[operation] = ("AccessDeniedException", "no")
    found = findings(session, replace(NEEDS, certificates=(CERTIFICATE,)))
    rest = [finding for name, finding in found.items() if name != "credentials"]
    assert len(rest) == 9
    assert {finding.state for finding in rest} == {State.UNKNOWN}
    assert found[f"bootstrap/{REGION}"].why == "GetParameter is not allowed for these credentials."
    assert all(finding.what.startswith("could not look at ") for finding in rest)


def test_an_account_without_a_quota_of_its_own_has_the_default(session: Session) -> None:
    session.answers["service-quotas:GetServiceQuota"] = ("NoSuchResourceException", "no")
    assert findings(session)["quota/buckets"].what == "2 of 4 S3 buckets"


def test_no_log_role_is_fine(session: Session) -> None:
    session.answers["apigateway:GetAccount"] = {}
    assert "the first ProxyApi sets one" in findings(session)[f"api-log-role/{REGION}"].what


def test_a_certificate_of_another_region(session: Session) -> None:
    arn = CERTIFICATE.replace("us-east-1", "eu-west-1")
    found = findings(session, replace(NEEDS, certificates=(arn,)))["certificate/abc"]
    assert (found.state, "us-east-1 only" in found.why) == (State.MISSING, True)


def test_another_account_than_the_app_names(session: Session) -> None:
    found = findings(session, replace(NEEDS, accounts=("210987654321",)))["credentials"]
    assert (found.state, "210987654321" in found.why) == (State.MISSING, True)


def test_each_region_of_the_app(session: Session) -> None:
    found = findings(session, Needs((REGION, "us-east-1")))
    assert {"bootstrap/eu-west-1", "bootstrap/us-east-1"} <= set(found)
