"""Rules on the access of CloudFront to buckets."""

from collections.abc import Iterator, Mapping
from typing import Final

from serverless_stack.checks.cross_service.distributions import DISTRIBUTION, bucket_of, routes
from serverless_stack.checks.cross_service.policies import is_known, statements, texts
from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource, Template, references_in
from serverless_stack.checks.engine.values import listed
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.iam.documents import matches

RULES = RuleList()

_PAGE: Final = "Restrict access to an Amazon S3 origin"
_CLOUDFRONT: Final = "cloudfront.amazonaws.com"
# What a request of CloudFront does not have, so that a condition that denies it is met.
_ABSENT: Final = frozenset(
    f"aws:{name}"
    for name in (
        *("sourcevpc", "sourcevpce", "vpcsourceip", "sourceip"),
        *("principalorgid", "principalaccount", "principalarn"),
    )
)
_DENIALS: Final = frozenset(
    [
        *("stringnotequals", "stringnotlike", "stringnotequalsignorecase"),
        *("arnnotequals", "arnnotlike", "notipaddress"),
    ]
)


@RULES.resource("CROSS-SERVICE-060", DISTRIBUTION, page=_PAGE, severity=Severity.WARNING)
def access_control(distribution: Resource) -> Iterator[Violation]:
    """Origin access controls require a bucket policy that allows CloudFront.

    The distribution deploys, but answers status 403 unless the bucket's policy allows s3:GetObject
    to cloudfront.amazonaws.com.
    """
    for path, bucket in _controlled(distribution):
        policies = _policies(bucket)
        if None in bucket.template.once(_policies_by_bucket):
            continue  # it may be the bucket's, by its name
        if not all(is_known(item.get("PolicyDocument")) for item in policies):
            continue
        if not any(_reads(s) for item in policies for s in statements(item.get("PolicyDocument"))):
            requirement = (
                f"have the policy of {bucket.logical_id} with it, which allows s3:GetObject to "
                f"{_CLOUDFRONT}"
            )
            yield violation(
                path, requirement, [item.logical_id for item in policies] or "no policy"
            )


@RULES.resource("CROSS-SERVICE-061", DISTRIBUTION, page=_PAGE, severity=Severity.WARNING)
def denial(distribution: Resource) -> Iterator[Violation]:
    """Bucket policies must not deny CloudFront access to its origin.

    A statement that denies all but some networks or principals denies CloudFront too, and the
    distribution answers status 403. Add a condition that `aws:PrincipalIsAWSService` is false.
    """
    for _path, bucket in _controlled(distribution):
        for policy in _policies(bucket):
            value = policy.get("PolicyDocument")
            for number, statement in enumerate(statements(value)):
                if _denies(statement, bucket):
                    requirement = (
                        f"except CloudFront, as it is an origin of {distribution.logical_id}: "
                        "add a condition that aws:PrincipalIsAWSService is false"
                    )
                    here = f"PolicyDocument.Statement.{number}"
                    shown = statement.get("Sid") or statement.get("Condition") or "Deny"
                    yield violation(here, requirement, shown, resource=policy.logical_id)


def _controlled(distribution: Resource) -> Iterator[tuple[str, Resource]]:
    """Yield the buckets behind an origin access control whose policies are all in the template."""
    seen: set[str] = set()
    for route in routes(distribution):
        bucket = bucket_of(route)
        if bucket is None or not route.has_control() or bucket.logical_id in seen:
            continue
        if bucket.logical_id not in bucket.template.exported:
            seen.add(bucket.logical_id)
            yield f"{route.origin}.OriginAccessControlId", bucket


def _policies(bucket: Resource) -> list[Resource]:
    policies = bucket.template.once(_policies_by_bucket)
    name = bucket.text("BucketName")
    of_name = [] if name is None else policies.get(name, [])
    return [*policies.get(Reference(bucket.logical_id), []), *of_name]


def _policies_by_bucket(template: Template) -> Mapping[str | None, list[Resource]]:
    """Return the policies by their bucket, a name or a reference; None if it is not known."""
    policies: dict[str | None, list[Resource]] = {}
    for policy in template.of_type("AWS::S3::BucketPolicy"):
        value = policy.get("Bucket")
        if isinstance(value, Reference):
            policies.setdefault(Reference(value.logical_id), []).append(policy)
        elif is_unresolved(value):
            policies.setdefault(None, []).append(policy)
        elif isinstance(value, str):
            policies.setdefault(value, []).append(policy)
    return policies


def _reads(statement: Mapping[str, object]) -> bool:
    actions = listed(statement.get("Action"))
    allowed = any(is_unresolved(item) or matches(str(item), "s3:GetObject") for item in actions)
    return statement.get("Effect") != "Deny" and allowed and _is_for(statement, _CLOUDFRONT)


def _is_for(statement: Mapping[str, object], service: str) -> bool:
    """Return whether a statement is for a service, or may be."""
    principal = statement.get("Principal")
    if not isinstance(principal, dict):
        return principal is not None
    services = listed(principal.get("Service"))
    everybody = "*" in texts(principal.get("AWS"))
    return everybody or any(is_unresolved(s) or str(s).startswith(service) for s in services)


def _denies(statement: Mapping[str, object], bucket: Resource) -> bool:
    """Return whether a statement denies each request of CloudFront to read."""
    if statement.get("Effect") != "Deny":
        return False
    principal = statement.get("Principal")
    if principal != "*" and not (
        isinstance(principal, dict) and "*" in texts(principal.get("AWS"))
    ):
        return False
    if not any(matches(item, "s3:GetObject") for item in texts(statement.get("Action"))):
        return False
    if not any(_is_all_of(item, bucket) for item in texts(statement.get("Resource"))):
        return False
    conditions = statement.get("Condition", {})
    if not isinstance(conditions, dict):
        return False
    return all(
        isinstance(keys, dict)
        and all(_is_met(str(operator), str(key), value) for key, value in keys.items())
        for operator, keys in conditions.items()
    )


def _is_all_of(resource: str, bucket: Resource) -> bool:
    if resource == "*":
        return True
    name, _, keys = resource.partition("/")
    return keys == "*" and any(
        reference.logical_id == bucket.logical_id for reference in references_in(name)
    )


def _is_met(operator: str, key: str, value: object) -> bool:
    """Return whether all requests of CloudFront, which lack some keys, meet a condition."""
    if key.lower() not in _ABSENT:
        return False
    if operator.lower() == "null":
        return texts(value) == ["true"] or value is True
    return operator.lower().removesuffix("ifexists") in _DENIALS
