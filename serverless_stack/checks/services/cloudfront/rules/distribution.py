"""Rules on a distribution as a whole: names, certificate, errors, restrictions, logs."""

from collections.abc import Iterator

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource
from serverless_stack.checks.engine.violations import Violation, check_length, violation
from serverless_stack.checks.services.cloudfront.limits import distribution as values
from serverless_stack.checks.services.cloudfront.limits.error_pages import ERROR_STATUSES

RULES = RuleList()

DISTRIBUTION = "AWS::CloudFront::Distribution"
SETTINGS = "All distribution settings reference"
_ERROR_PAGES = "Generate custom error responses"


@RULES.resource("CLOUDFRONT-001", DISTRIBUTION, page="Specify a default root object")
def default_root_object(distribution: Resource) -> Iterator[Violation]:
    """`DefaultRootObject` must not begin with a slash.

    CloudFront refuses names that begin with a slash or have more than 255 characters. Write
    `index.html`.
    """
    path = "DistributionConfig.DefaultRootObject"
    name = distribution.get(path)
    if isinstance(name, str) and name:
        for message in values.object_path_problems(name, path):
            yield Violation(path, name, message)


@RULES.resource("CLOUDFRONT-002", DISTRIBUTION, page=_ERROR_PAGES)
def error_codes(distribution: Resource) -> Iterator[Violation]:
    """`ErrorCode` must be a status code that CloudFront has error responses for.

    CloudFront refuses other codes, and a code with two error responses.
    """
    seen: set[float] = set()
    for path in distribution.paths("DistributionConfig.CustomErrorResponses"):
        code = distribution.number(f"{path}.ErrorCode")
        if code is None:
            continue
        if code not in ERROR_STATUSES:
            nearest = min(ERROR_STATUSES, key=lambda known: abs(known - code))
            listed = ", ".join(map(str, ERROR_STATUSES))
            yield violation(f"{path}.ErrorCode", f"be one of {listed}", int(code), nearest)
        if code in seen:
            yield violation(f"{path}.ErrorCode", "be in one error response only", int(code))
        seen.add(code)


@RULES.resource("CLOUDFRONT-003", DISTRIBUTION, page=_ERROR_PAGES)
def error_pages(distribution: Resource) -> Iterator[Violation]:
    """`ResponseCode` and `ResponsePagePath` must be set together.

    CloudFront refuses a custom error response with only one of them, with a page that does not
    begin with a slash, or with an unknown response code.
    """
    for path in distribution.paths("DistributionConfig.CustomErrorResponses"):
        code, page = f"{path}.ResponseCode", f"{path}.ResponsePagePath"
        has_code = distribution.get(code) is not None
        value = distribution.get(page)
        if has_code != (value is not None):
            given, other = (code, page) if has_code else (page, code)
            yield violation(given, f"be used with a `{other}`", distribution.get(given))
        if isinstance(value, str) and value and value[0] not in "/$#{":
            yield violation(page, "begin with a slash", value, f"/{value}")
        number = distribution.number(code)
        if number is not None and number not in (200, *ERROR_STATUSES):
            listed = ", ".join(map(str, (200, *ERROR_STATUSES)))
            nearest = min((200, *ERROR_STATUSES), key=lambda known: abs(known - number))
            yield violation(code, f"be one of {listed}", int(number), nearest)


@RULES.resource(
    "CLOUDFRONT-010", DISTRIBUTION, page="Restrict the geographic distribution of your content"
)
def countries(distribution: Resource) -> Iterator[Violation]:
    """`Locations` must be ISO country codes that match the restriction type.

    CloudFront refuses unknown codes, locations without a restriction, and a restriction without
    locations. The United Kingdom is `GB`.
    """
    restriction = "DistributionConfig.Restrictions.GeoRestriction"
    path = f"{restriction}.Locations"
    for message in values.country_problems(distribution.known(path), path):
        yield Violation(path, distribution.get(path), message)
    kind = distribution.text(f"{restriction}.RestrictionType")
    locations = distribution.get(path)
    if kind == "none" and isinstance(locations, list) and locations:
        yield violation(path, "be empty with the `RestrictionType` none", locations)
    if kind in ("whitelist", "blacklist") and locations in (None, []):
        yield violation(path, f"have a country with the `RestrictionType` {kind}", locations)


@RULES.resource("CLOUDFRONT-011", DISTRIBUTION, page="Use AWS WAF protections")
def web_acl(distribution: Resource) -> Iterator[Violation]:
    """`WebACLId` must be the ARN of a web ACL with scope CLOUDFRONT.

    CloudFront refuses a web ACL that is regional, outside us-east-1 or given by its name. Create it
    in us-east-1 and pass its `Arn`.
    """
    path = "DistributionConfig.WebACLId"
    value = distribution.get(path)
    if isinstance(value, str):
        for message in values.web_acl_problems(value, path):
            yield Violation(path, value, message)
    acl = distribution.reference(path)
    if acl is None or acl.type != "AWS::WAFv2::WebACL":
        return
    if isinstance(value, Reference) and value.attribute != "Arn":
        yield violation(path, f"be the `Arn` of {acl.logical_id}", value.attribute or "Ref")
    if acl.text("Scope") == "REGIONAL":
        yield violation(path, "be a web ACL with the scope CLOUDFRONT", "REGIONAL", "CLOUDFRONT")
    elif distribution.template.region not in (None, "us-east-1"):
        region = distribution.template.region
        yield violation(path, "be a web ACL created in us-east-1", region, "us-east-1")


@RULES.resource("CLOUDFRONT-012", DISTRIBUTION, page="Access logs (standard logs)")
def log_bucket(distribution: Resource) -> Iterator[Violation]:
    """`Logging` requires a bucket that accepts access control lists.

    CloudFront refuses a log bucket that is given by its name, or whose ACLs are disabled, which is
    the default. Set its object ownership to `BucketOwnerPreferred`, and pass its `DomainName`.
    """
    path = "DistributionConfig.Logging.Bucket"
    value = distribution.get(path)
    known = distribution.text(path)
    if known and not known.removesuffix(".cn").endswith(".amazonaws.com"):
        yield violation(path, "be the domain name of a bucket", known, f"{known}.s3.amazonaws.com")
    bucket = distribution.reference(path)
    if bucket is not None and bucket.type == "AWS::S3::Bucket":
        if isinstance(value, Reference) and not value.attribute:
            yield violation(path, f"be the `DomainName` of {bucket.logical_id}", "Ref")
        controls = bucket.get("OwnershipControls")
        owners = [
            bucket.get(f"{item}.ObjectOwnership")
            for item in bucket.paths("OwnershipControls.Rules")
        ]
        if controls is None or owners == ["BucketOwnerEnforced"]:
            yield violation(
                path,
                "be a bucket that takes access control lists (`OwnershipControls`)",
                bucket.logical_id,
                "BucketOwnerPreferred",
            )
    prefix = distribution.get("DistributionConfig.Logging.Prefix")
    if isinstance(prefix, str) and prefix.startswith("/"):
        nearest = prefix.lstrip("/")
        yield violation(
            "DistributionConfig.Logging.Prefix", "not begin with a slash", prefix, nearest
        )


@RULES.resource("CLOUDFRONT-013", DISTRIBUTION, page=SETTINGS)
def comment(distribution: Resource) -> Iterator[Violation]:
    """`Comment` must have at most 128 characters.

    CloudFront refuses the distribution with a longer comment.
    """
    path = "DistributionConfig.Comment"
    yield from check_length(distribution, path, 128)


@RULES.resource(
    "CLOUDFRONT-014",
    "AWS::CloudFront::ContinuousDeploymentPolicy",
    page="Use CloudFront continuous deployment to safely test CDN configuration changes",
)
def continuous_deployment(policy: Resource) -> Iterator[Violation]:
    """`TrafficConfig` must send at most 15% of the traffic, or a header's.

    CloudFront refuses a continuous deployment policy with a larger weight, a header that does not
    begin with aws-cf-cd-, or an idle time above the maximum.
    """
    traffic = "ContinuousDeploymentPolicyConfig.TrafficConfig"
    path = f"{traffic}.SingleWeightConfig.Weight"
    weight = policy.number(path)
    if weight is not None and not 0 <= weight <= 0.15:
        yield violation(path, "be between 0 and 0.15", weight, min(max(weight, 0), 0.15))
    path = f"{traffic}.SingleHeaderConfig.Header"
    header = policy.get(path)
    is_known = isinstance(header, str) and not is_unresolved(header[:11])
    if is_known and not str(header).lower().startswith("aws-cf-cd-"):
        yield violation(path, "begin with aws-cf-cd-", header, f"aws-cf-cd-{header}")
    sticky = f"{traffic}.SingleWeightConfig.SessionStickinessConfig"
    idle, most = policy.number(f"{sticky}.IdleTTL"), policy.number(f"{sticky}.MaximumTTL")
    if idle is not None and most is not None and idle > most:
        yield violation(f"{sticky}.IdleTTL", "not be above `MaximumTTL`", int(idle), int(most))
