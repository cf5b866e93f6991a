from tests.checks.cases import Case, Json, att, resource

SEEN: Json = {
    "SampledRequestsEnabled": True,
    "CloudWatchMetricsEnabled": True,
    "MetricName": "shop",
}
GEO: Json = {"GeoMatchStatement": {"CountryCodes": ["DE"]}}
COMMON: Json = {
    "ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}
}


def acl(*rules: Json, **more: object) -> Json:
    given = {
        "Scope": "REGIONAL",
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": SEEN,
        "Rules": list(rules),
        **more,
    }
    return {"Acl": resource("AWS::WAFv2::WebACL", **given)}


def rule(statement: Json, **more: object) -> Json:
    given = {"Name": "a", "Priority": 0, "Action": {"Block": {}}, "VisibilityConfig": SEEN}
    return {**given, "Statement": statement, **more}


def group(statement: Json, **more: object) -> Json:
    made = {**rule(statement), "OverrideAction": {"None": {}}, **more}
    return {name: value for name, value in made.items() if name != "Action"}


def rate(**more: object) -> Json:
    return rule({"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP", **more}})


def logged(to: object, **resources: object) -> Json:
    given = {"ResourceArn": att("Acl"), "LogDestinationConfigs": [to]}
    return acl() | {"Logging": resource("AWS::WAFv2::LoggingConfiguration", **given)} | resources


def associated(arn: object, **acl_: object) -> Json:
    given = {"ResourceArn": arn, "WebACLArn": att("Acl")}
    return acl(**acl_) | {"With": resource("AWS::WAFv2::WebACLAssociation", **given)}


def addresses(*ranges: str, version: str = "IPV4") -> Json:
    given = {"Scope": "REGIONAL", "IPAddressVersion": version, "Addresses": list(ranges)}
    return {"Ips": resource("AWS::WAFv2::IPSet", **given)}


def regex(*patterns: str) -> Json:
    given = {"Scope": "REGIONAL", "RegularExpressionList": list(patterns)}
    return {"Set": resource("AWS::WAFv2::RegexPatternSet", **given)}


def answers(key: str) -> Json:
    response = {"ResponseCode": 403, "CustomResponseBodyKey": key}
    bodies = {"no": {"ContentType": "TEXT_PLAIN", "Content": "no"}}
    blocked = rule(GEO, Action={"Block": {"CustomResponse": response}})
    return acl(blocked, CustomResponseBodies=bodies)


def matched(*priorities: int) -> Json:
    several = [{"Priority": each, "Type": "NONE"} for each in priorities]
    match = {"SearchString": "a", "PositionalConstraint": "EXACTLY", "FieldToMatch": {"Method": {}}}
    return acl(rule({"ByteMatchStatement": {**match, "TextTransformations": several}}))


STAGE = "arn:aws:apigateway:eu-west-1::/restapis/a/stages/prod"
GROUP_ARN = "arn:aws:logs:eu-west-1:111122223333:log-group:"

CASES = [
    Case(
        "WAFV2-001",
        "rate limit 5",
        acl(rate(Limit=5)),
        acl(rate(Limit=10)),
        "RateBasedStatement.Limit` must be between 10 and 2,000,000,000 requests, "
        "got: 5 (nearest accepted: 10)",
    ),
    Case(
        "WAFV2-001",
        "rate by forwarded address without its header",
        acl(rate(AggregateKeyType="FORWARDED_IP")),
        acl(
            rate(
                AggregateKeyType="FORWARDED_IP",
                ForwardedIPConfig={"HeaderName": "X-Forwarded-For", "FallbackBehavior": "MATCH"},
            )
        ),
        "ForwardedIPConfig` must be set for FORWARDED_IP",
    ),
    Case(
        "WAFV2-002",
        "log group not named aws-waf-logs-*",
        logged(att("Logs"), Logs=resource("AWS::Logs::LogGroup", LogGroupName="shop-waf")),
        logged(att("Logs"), Logs=resource("AWS::Logs::LogGroup", LogGroupName="aws-waf-logs-a")),
        "must be named aws-waf-logs-… by `LogGroupName` of Logs, got: 'shop-waf' "
        "(nearest accepted: aws-waf-logs-shop-waf)",
    ),
    Case(
        "WAFV2-002",
        "log group without a name",
        logged(att("Logs"), Logs=resource("AWS::Logs::LogGroup")),
        logged(
            att("Logs"),
            Logs=resource(
                "AWS::Logs::LogGroup", LogGroupName={"Fn::Sub": "aws-waf-logs-${AWS::StackName}"}
            ),
        ),
        "by `LogGroupName` of Logs, got: None",
    ),
    Case(
        "WAFV2-002",
        "log group by an ARN of another name",
        logged(f"{GROUP_ARN}shop:*"),
        logged(f"{GROUP_ARN}aws-waf-logs-shop/a:*"),
        "must be named aws-waf-logs-…",
    ),
    Case(
        "WAFV2-003",
        "web ACL for CloudFront in eu-west-1",
        acl(Scope="CLOUDFRONT"),
        acl(Scope="REGIONAL"),
        "`Scope` must be REGIONAL in eu-west-1",
        region="eu-west-1",
    ),
    Case(
        "WAFV2-004",
        "web ACL of an HTTP API",
        associated("arn:aws:apigateway:eu-west-1::/apis/a/stages/prod"),
        associated(STAGE),
        "must not be an HTTP API",
    ),
    Case(
        "WAFV2-004",
        "web ACL for CloudFront at an API",
        associated(STAGE, Scope="CLOUDFRONT"),
        associated(STAGE),
        "`WebACLArn` must be a REGIONAL web ACL",
    ),
    Case(
        "WAFV2-005",
        "two rules of one priority",
        acl(rule(GEO), rule(GEO, Name="b")),
        acl(rule(GEO), rule(GEO, Name="b", Priority=1)),
        "`Rules.1.Priority` must be unique, got: 0",
    ),
    Case(
        "WAFV2-005",
        "group of rules with an action",
        acl(rule(COMMON)),
        acl(group(COMMON)),
        "`Rules.0.OverrideAction` must be set for a group of rules",
    ),
    Case(
        "WAFV2-006",
        "group of rules in another statement",
        acl(rule({"NotStatement": {"Statement": COMMON}})),
        acl(rule({"NotStatement": {"Statement": GEO}})),
        "must not be in another statement, got: 'ManagedRuleGroupStatement'",
    ),
    Case(
        "WAFV2-006",
        "and of one statement",
        acl(rule({"AndStatement": {"Statements": [GEO]}})),
        acl(rule({"AndStatement": {"Statements": [GEO, {"NotStatement": {"Statement": GEO}}]}})),
        "must have at least 2 statements",
    ),
    Case(
        "WAFV2-007",
        "metric All",
        acl(VisibilityConfig={**SEEN, "MetricName": "All"}),
        acl(VisibilityConfig={**SEEN, "MetricName": "AllRules"}),
        "`VisibilityConfig.MetricName` must not be All or Default_Action",
    ),
    Case(
        "WAFV2-008",
        "addresses without a range",
        addresses("192.0.2.1"),
        addresses("192.0.2.1/32"),
        "(nearest accepted: 192.0.2.1/32)",
    ),
    Case(
        "WAFV2-008", "all addresses", addresses("0.0.0.0/0"), addresses("0.0.0.0/1"), "/1 or less"
    ),
    Case(
        "WAFV2-008",
        "IPv6 among IPv4",
        addresses("2001:db8::/32"),
        addresses("2001:db8::/32", version="IPV6"),
        "must be of IPV4",
    ),
    Case(
        "WAFV2-009",
        "expression that looks ahead",
        regex("^a(?!b)"),
        regex("^a[^b]", r"[*+]x", r"\++(?:a|b)", r"(?i)ab"),
        "must not have assertions",
    ),
    Case(
        "WAFV2-010",
        "response with an unknown body",
        answers("none"),
        answers("no"),
        "must be one of CustomResponseBodies (no), got: 'none'",
    ),
    Case(
        "WAFV2-011",
        "account rules without the login page",
        acl(
            group(
                {
                    "ManagedRuleGroupStatement": {
                        "VendorName": "AWS",
                        "Name": "AWSManagedRulesATPRuleSet",
                    }
                }
            )
        ),
        acl(group(COMMON)),
        "ManagedRuleGroupConfigs` must be set for AWSManagedRulesATPRuleSet",
    ),
    Case(
        "WAFV2-012",
        "two transformations of one priority",
        matched(0, 0),
        matched(0, 1),
        "TextTransformations.1.Priority` must be unique",
    ),
]
