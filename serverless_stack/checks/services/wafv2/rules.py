"""Rules on the web ACLs of a template."""

import ipaddress
import re
from collections.abc import Iterator, Mapping

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import (
    Violation,
    check_count,
    check_unique,
    violation,
)

RULES = RuleList()

_ACL = "AWS::WAFv2::WebACL"
_GROUP = "AWS::WAFv2::RuleGroup"
_LOGGING = "AWS::WAFv2::LoggingConfiguration"
_LOG_PREFIX = "aws-waf-logs-"
_LOG_NAMES = {
    "AWS::KinesisFirehose::DeliveryStream": "DeliveryStreamName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
}
_GROUPS = ("ManagedRuleGroupStatement", "RuleGroupReferenceStatement")
_NESTED_NEVER = ("RateBasedStatement", *_GROUPS)
_RESERVED_METRICS = ("All", "Default_Action")
_NEEDS_CONFIG = ("AWSManagedRulesATPRuleSet", "AWSManagedRulesACFPRuleSet")
_NO_REGEX = re.compile(r"\(\?(?:[=!>|]|<[=!])|\\[1-9]|\(\*[A-Z]|[*+?]\+|\\[KRC]")
_MAX_EXPRESSION = 1000  # AWS WAF accepts fewer characters
# Escaped characters and classes, in which nothing is special.
_LITERALS = re.compile(r"\\[^1-9KRC]|\[(?:\\.|[^\]\\])+\]")
_RATE_PAGE = "Using rate-based rule statements in AWS WAF"


def _statements(value: object, path: str) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    """Yield the statements in a rule's, with the path and the kind of each, from the outside in."""
    if not isinstance(value, dict):
        return
    for kind, inner in value.items():
        if not isinstance(inner, dict):
            continue
        here = f"{path}.{kind}"
        yield here, str(kind), inner
        for name in ("Statement", "ScopeDownStatement"):
            yield from _statements(inner.get(name), f"{here}.{name}")
        several = inner.get("Statements")
        for number, item in enumerate(several if isinstance(several, list) else ()):
            yield from _statements(item, f"{here}.Statements.{number}")


def _all(resource: Resource) -> Iterator[tuple[str, str, Mapping[str, object]]]:
    for path in resource.paths("Rules"):
        yield from _statements(resource.get(f"{path}.Statement"), f"{path}.Statement")


@RULES.resource("WAFV2-001", _ACL, _GROUP, page=_RATE_PAGE)
def rates(resource: Resource) -> Iterator[Violation]:
    """Rate-based rules must have a limit and the keys that they aggregate by.

    AWS WAF refuses limits outside 10 to 2,000,000,000, more than 5 custom keys, and missing
    settings of the aggregate key type.
    """
    for path, kind, statement in _all(resource):
        if kind != "RateBasedStatement":
            continue
        limit = resource.number(f"{path}.Limit")
        if limit is not None and not 10 <= limit <= 2_000_000_000:
            nearest = int(min(max(limit, 10), 2_000_000_000))
            yield violation(
                f"{path}.Limit", "be between 10 and 2,000,000,000 requests", int(limit), nearest
            )
        by = statement.get("AggregateKeyType")
        needs = {
            "FORWARDED_IP": "ForwardedIPConfig",
            "CUSTOM_KEYS": "CustomKeys",
            "CONSTANT": "ScopeDownStatement",
        }.get(str(by))
        if needs and needs not in statement:
            yield violation(f"{path}.{needs}", f"be set for {by}", None)
        keys = statement.get("CustomKeys")
        if isinstance(keys, list) and len(keys) > 5:
            yield violation(f"{path}.CustomKeys", "have at most 5 keys", len(keys), 5)


@RULES.resource("WAFV2-002", _LOGGING, page="Logging AWS WAF web ACL traffic")
def log_names(logging: Resource) -> Iterator[Violation]:
    """Log destinations must have names that begin with aws-waf-logs-.

    AWS WAF refuses other log groups, buckets and streams, and more than one destination.
    """
    count = len(logging.items("LogDestinationConfigs"))
    if count > 1:
        yield violation("LogDestinationConfigs", "have one destination", count, 1)
    for path in logging.paths("LogDestinationConfigs"):
        text, target = logging.text(path), logging.reference(path)
        if text is not None and not re.search(rf"(:|:deliverystream/){_LOG_PREFIX}", text):
            yield violation(path, f"be named {_LOG_PREFIX}…", text)
        property_ = _LOG_NAMES.get(target.type) if target is not None else None
        if target is None or property_ is None:
            continue
        value = target.get(property_)
        begins = re.split(r"\$\{|\{\{", str(value or ""), maxsplit=1)[0]
        if is_unresolved(value) and _LOG_PREFIX.startswith(begins):
            continue
        if not begins.startswith(_LOG_PREFIX):
            requirement = f"be named {_LOG_PREFIX}… by `{property_}` of {target.logical_id}"
            yield violation(path, requirement, value, f"{_LOG_PREFIX}{value or 'shop'}")


@RULES.resource("WAFV2-003", _ACL, _GROUP, "AWS::WAFv2::IPSet", page="AWS::WAFv2::WebACL")
def scope(resource: Resource) -> Iterator[Violation]:
    """`Scope` CLOUDFRONT requires the region us-east-1.

    AWS WAF refuses to create global resources in other regions. Use a stack in us-east-1.
    """
    region = resource.template.region
    if resource.get("Scope") == "CLOUDFRONT" and region not in (None, "us-east-1"):
        requirement = f"be REGIONAL in {region}: CLOUDFRONT is for stacks in us-east-1"
        yield violation("Scope", requirement, "CLOUDFRONT", "REGIONAL")


@RULES.resource("WAFV2-004", "AWS::WAFv2::WebACLAssociation", page="AWS::WAFv2::WebACLAssociation")
def association(association: Resource) -> Iterator[Violation]:
    """Web ACL associations must be for regional resources.

    AWS WAF refuses distributions, which name their web ACL themselves, HTTP APIs, and web ACLs with
    scope CLOUDFRONT.
    """
    text = association.text("ResourceArn") or ""
    target = association.reference("ResourceArn")
    kind = "" if target is None else target.type
    if ":cloudfront:" in text or kind == "AWS::CloudFront::Distribution":
        shown = text or (target.logical_id if target else "")
        requirement = "not be a distribution, which has a `WebACLId` itself"
        yield violation("ResourceArn", requirement, shown)
    if re.search(r":apigateway:[^:]*::/apis/", text) or kind.startswith("AWS::ApiGatewayV2::"):
        shown = text or (target.logical_id if target else "")
        yield violation("ResourceArn", "not be an HTTP API, which AWS WAF does not protect", shown)
    acl = association.reference("WebACLArn")
    if acl is not None and acl.type == _ACL and acl.get("Scope") == "CLOUDFRONT":
        yield violation("WebACLArn", "be a REGIONAL web ACL", "CLOUDFRONT", "REGIONAL")


@RULES.resource("WAFV2-005", _ACL, _GROUP, page="AWS::WAFv2::WebACL Rule")
def rules(resource: Resource) -> Iterator[Violation]:
    """Rules must have unique names and priorities, and one action.

    AWS WAF refuses others. Rule groups take an `OverrideAction`, other statements an `Action`.
    """
    yield from check_unique(resource, [f"{path}.Name" for path in resource.paths("Rules")])
    priorities: set[float] = set()
    for path in resource.paths("Rules"):
        priority = resource.number(f"{path}.Priority")
        if priority is not None and priority in priorities:
            yield violation(f"{path}.Priority", "be unique", int(priority))
        priorities |= set() if priority is None else {priority}
        statement = resource.get(f"{path}.Statement")
        described = resource.mapping(path)
        if not isinstance(statement, dict) or not described:
            continue
        grouped = any(kind in statement for kind in _GROUPS)
        right, wrong = ("OverrideAction", "Action") if grouped else ("Action", "OverrideAction")
        what = "a group of rules" if grouped else "a rule of its own"
        if right not in described:
            yield violation(f"{path}.{right}", f"be set for {what}", None)
        if wrong in described:
            yield violation(f"{path}.{wrong}", f"be absent for {what}", described[wrong], right)


@RULES.resource("WAFV2-006", _ACL, _GROUP, page="Rule statements list")
def nesting(resource: Resource) -> Iterator[Violation]:
    """Statements must be nested as AWS WAF allows.

    AWS WAF refuses rate-based statements and rule groups within other statements, and fewer than
    two statements in AND and OR.
    """
    for path, kind, statement in _all(resource):
        depth = path.split(".Statement.", 1)[1].count(".") if ".Statement." in path else 0
        if kind in _NESTED_NEVER and depth:
            yield violation(path, "not be in another statement", kind)
        several = statement.get("Statements")
        single = isinstance(several, list) and len(several) < 2
        if kind in ("AndStatement", "OrStatement") and single:
            yield violation(f"{path}.Statements", "have at least 2 statements", several)


@RULES.resource("WAFV2-007", _ACL, _GROUP, page="AWS::WAFv2::WebACL VisibilityConfig")
def metrics(resource: Resource) -> Iterator[Violation]:
    """`MetricName` must not be All or Default_Action.

    AWS WAF uses these names itself, and refuses them.
    """
    paths = ["", *(f"{path}." for path in resource.paths("Rules"))]
    for name in (f"{path}VisibilityConfig.MetricName" for path in paths):
        value = resource.text(name)
        if value in _RESERVED_METRICS:
            yield violation(name, f"not be {' or '.join(_RESERVED_METRICS)}", value, f"{value}Rule")


@RULES.resource("WAFV2-008", "AWS::WAFv2::IPSet", page="AWS::WAFv2::IPSet")
def addresses(ips: Resource) -> Iterator[Violation]:
    """`Addresses` must be CIDR ranges of the set's IP version.

    AWS WAF refuses addresses without a prefix, ranges of /0, the other version, and more than
    10,000 ranges.
    """
    version = ips.text("IPAddressVersion")
    for path in ips.paths("Addresses"):
        text = ips.text(path)
        if text is None:
            continue
        try:
            network = ipaddress.ip_network(text, strict=False)
        except ValueError:
            yield violation(path, "be a CIDR range", text)
            continue
        if "/" not in text:
            yield violation(path, "be a CIDR range", text, str(network))
        if network.prefixlen == 0:
            yield violation(path, "be a range of /1 or less", text)
        if version in ("IPV4", "IPV6") and f"IPV{network.version}" != version:
            yield violation(path, f"be of {version}", text)
    yield from check_count(ips, "Addresses", 10000, "ranges")


@RULES.resource(
    "WAFV2-009",
    "AWS::WAFv2::RegexPatternSet",
    page="Supported regular expression syntax in AWS WAF",
)
def patterns(set_: Resource) -> Iterator[Violation]:
    """`RegularExpressionList` must have at most 10 supported expressions.

    AWS WAF refuses look-arounds, back references and possessive quantifiers.
    """
    yield from check_count(set_, "RegularExpressionList", 10, "expressions")
    for path in set_.paths("RegularExpressionList"):
        text = (set_.text(path) or "")[:_MAX_EXPRESSION]
        if _NO_REGEX.search(_LITERALS.sub("x", text)):
            requirement = "not have assertions, back references or possessive quantifiers"
            yield violation(path, requirement, text)


@RULES.resource("WAFV2-010", _ACL, _GROUP, page="Custom web requests and responses in AWS WAF")
def custom_responses(resource: Resource) -> Iterator[Violation]:
    """`CustomResponseBodyKey` must be one of the `CustomResponseBodies`.

    AWS WAF refuses responses whose body is not defined.
    """
    bodies = resource.get("CustomResponseBodies")
    if not isinstance(bodies, dict | None):
        return
    paths = [f"{path}.Action" for path in resource.paths("Rules")]
    for path in ["DefaultAction", *paths]:
        name = f"{path}.Block.CustomResponse.CustomResponseBodyKey"
        key = resource.text(name)
        if key is not None and key not in (bodies or {}):
            listed = ", ".join(map(str, bodies or {})) or "none"
            yield violation(name, f"be one of CustomResponseBodies ({listed})", key)


@RULES.resource("WAFV2-011", _ACL, _GROUP, page="AWS::WAFv2::WebACL ManagedRuleGroupStatement")
def managed_configuration(resource: Resource) -> Iterator[Violation]:
    """Account protection rule groups require `ManagedRuleGroupConfigs`.

    AWS WAF refuses them without the paths of your login or registration page.
    """
    for path, kind, statement in _all(resource):
        name = statement.get("Name")
        if (
            kind == _GROUPS[0]
            and name in _NEEDS_CONFIG
            and "ManagedRuleGroupConfigs" not in statement
        ):
            yield violation(f"{path}.ManagedRuleGroupConfigs", f"be set for {name}", None)


@RULES.resource("WAFV2-012", _ACL, _GROUP, page="AWS::WAFv2::WebACL TextTransformation")
def transformations(resource: Resource) -> Iterator[Violation]:
    """`TextTransformations` must have unique priorities.

    AWS WAF refuses two transformations of one priority.
    """
    for path, _kind, statement in _all(resource):
        seen: set[str] = set()
        several = statement.get("TextTransformations")
        for number, item in enumerate(several if isinstance(several, list) else ()):
            if not isinstance(item, dict):
                continue
            priority = str(item.get("Priority"))
            if priority in seen and not is_unresolved(priority):
                name = f"{path}.TextTransformations.{number}.Priority"
                yield violation(name, "be unique", item.get("Priority"))
            seen.add(priority)
