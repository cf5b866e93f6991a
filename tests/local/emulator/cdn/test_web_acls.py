"""Which requests a web ACL blocks."""

from typing import Any

import pytest

from serverless_stack.local.emulator.cdn.messages import Request, Response, Viewer
from serverless_stack.local.emulator.cdn.web_acls import WebAcl, WebAcls
from tests.local.emulator.cdn.world import World

IPS = {"IPSetReferenceStatement": {"ARN": "set"}}
GEO = {"GeoMatchStatement": {"CountryCodes": ["AQ", "TV"]}}
MANAGED = {
    "ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}
}
RATE: dict[str, Any] = {
    "RateBasedStatement": {"AggregateKeyType": "IP", "Limit": 10, "EvaluationWindowSec": 60}
}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def decide(clock: Clock) -> WebAcls:
    return WebAcls({"set": ["10.0.0.0/8", "2001:db8::/32"]}.__getitem__, clock)


def rule(statement: dict[str, Any], action: str = "Block", priority: int = 0) -> dict[str, Any]:
    return {
        "Name": f"{action}{priority}",
        "Priority": priority,
        "Statement": statement,
        "Action": {action: {}},
    }


@pytest.mark.parametrize(
    ("statement", "address", "country", "is_blocked"),
    [
        (IPS, "10.1.2.3", "DE", True),
        (IPS, "11.1.2.3", "DE", False),
        (IPS, "2001:db8::1", "DE", True),
        (IPS, "no address", "DE", False),
        (GEO, "1.1.1.1", "AQ", True),
        (GEO, "1.1.1.1", "DE", False),
        ({"NotStatement": {"Statement": GEO}}, "1.1.1.1", "DE", True),
        ({"AndStatement": {"Statements": [IPS, GEO]}}, "10.1.2.3", "AQ", True),
        ({"AndStatement": {"Statements": [IPS, GEO]}}, "10.1.2.3", "DE", False),
        ({"OrStatement": {"Statements": [IPS, GEO]}}, "1.1.1.1", "AQ", True),
        ({"OrStatement": {"Statements": [MANAGED, GEO]}}, "1.1.1.1", "AQ", True),
        (MANAGED, "1.1.1.1", "DE", False),
        # What cannot be told stays so: neither it nor its opposite matches.
        ({"NotStatement": {"Statement": MANAGED}}, "1.1.1.1", "DE", False),
        ({"AndStatement": {"Statements": [MANAGED, GEO]}}, "1.1.1.1", "AQ", False),
        ({"OrStatement": {"Statements": [MANAGED, GEO]}}, "1.1.1.1", "DE", False),
    ],
)
def test_statements(
    decide: WebAcls, statement: dict[str, Any], address: str, country: str, is_blocked: bool
) -> None:
    acl = WebAcl("a", True, [rule(statement)])
    assert decide.blocked_status(acl, address, country) == (403 if is_blocked else None)


def test_the_first_rule_that_decides_counts(decide: WebAcls) -> None:
    rules = [rule(GEO, "Block", 2), rule(IPS, "Allow", 1), rule(GEO, "Count", 0)]
    acl = WebAcl("a", False, rules)
    assert decide.blocked_status(acl, "10.0.0.1", "AQ") is None
    assert decide.blocked_status(acl, "1.1.1.1", "AQ") == 403
    assert decide.blocked_status(acl, "1.1.1.1", "DE") == 403  # by default


def test_a_status_of_ones_own(decide: WebAcls) -> None:
    action = {"Block": {"CustomResponse": {"ResponseCode": 429}}}
    acl = WebAcl("a", True, [{**rule(GEO), "Action": action}])
    assert decide.blocked_status(acl, "1.1.1.1", "TV") == 429


def test_a_rate_of_each_address(decide: WebAcls, clock: Clock) -> None:
    acl = WebAcl("a", True, [rule(RATE)])
    answers = [decide.blocked_status(acl, "1.1.1.1", "DE") for _ in range(12)]
    assert answers == [None] * 10 + [403, 403]
    assert decide.blocked_status(acl, "1.1.1.2", "DE") is None
    assert decide.blocked_status(WebAcl("b", True, acl.rules), "1.1.1.1", "DE") is None
    clock.now = 60
    assert decide.blocked_status(acl, "1.1.1.1", "DE") is None


def test_a_rate_of_some_requests(decide: WebAcls) -> None:
    scoped = {"RateBasedStatement": {**RATE["RateBasedStatement"], "ScopeDownStatement": GEO}}
    acl = WebAcl("a", True, [rule(scoped)])
    assert [decide.blocked_status(acl, "1.1.1.1", "DE") for _ in range(12)] == [None] * 12
    assert [decide.blocked_status(acl, "1.1.1.1", "AQ") for _ in range(11)][-1] == 403


def test_a_blocked_request_reaches_nothing() -> None:
    world = World(
        origins={"main": lambda request: Response(200, {}, b"page")},
        blocked={"10.0.0.1": 403},
        settings={"web_acl": "acl"},
    )
    request = Request("GET", "/")
    assert world.view("/", viewer=Viewer(request, address="10.0.0.1")).status == 403
    assert world.reached() == []
    assert world.view("/", viewer=Viewer(request, address="10.0.0.2")).status == 200
