"""Web ACLs of AWS WAF, as far as a request tells whether a rule matches.

"Rule statement basics in AWS WAF". Known are rate rules by address, IP sets, countries, and their
combinations; every other statement, such as a managed group, matches no request.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any

_WINDOW_SECONDS = 300
Statement = Mapping[str, Any]


@dataclass(frozen=True)
class WebAcl:
    """A web ACL.

    Attributes:
        arn: The ARN.
        allows_by_default: Whether a request that no rule decides on is allowed.
        rules: The rules in the form of the API.
    """

    arn: str
    allows_by_default: bool
    rules: Sequence[Mapping[str, Any]]


@dataclass
class WebAcls:
    """Decides on requests, and counts those of each address.

    Attributes:
        addresses: Returns the addresses of an IP set by its ARN.
        clock: Returns the time in seconds.
    """

    addresses: Callable[[str], Sequence[str]]
    clock: Callable[[], float]
    _requests: dict[tuple[str, str, str], deque[float]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def blocked_status(self, acl: WebAcl, address: str, country: str) -> int | None:
        """Return the status by which a request is blocked; None if it is allowed.

        Args:
            acl: The web ACL.
            address: The address of the viewer.
            country: The country of the viewer.
        """
        viewer = (acl.arn, address, country)
        for rule in sorted(acl.rules, key=lambda rule: int(rule.get("Priority", 0))):
            action = rule.get("Action") or {}
            if not self._matches(rule.get("Statement") or {}, rule.get("Name", ""), viewer):
                continue
            if "Allow" in action:
                return None
            if "Block" in action:
                custom = (action["Block"] or {}).get("CustomResponse") or {}
                return int(custom.get("ResponseCode", 403))
        return None if acl.allows_by_default else 403

    def _matches(
        self, statement: Statement, rule: str, viewer: tuple[str, str, str]
    ) -> bool | None:
        """Return whether a statement matches; None if that cannot be told."""
        if not statement:
            return None
        kind, content = next(iter(statement.items()))
        _acl, address, country = viewer
        if kind == "AndStatement":
            found = [self._matches(each, rule, viewer) for each in content["Statements"]]
            return False if False in found else None if None in found else True
        if kind == "OrStatement":
            found = [self._matches(each, rule, viewer) for each in content["Statements"]]
            return True if True in found else None if None in found else False
        if kind == "NotStatement":
            inner = self._matches(content["Statement"], rule, viewer)
            return None if inner is None else not inner
        if kind == "GeoMatchStatement" and "ForwardedIPConfig" not in content:
            return country in content.get("CountryCodes", ())
        if kind == "IPSetReferenceStatement" and not _forwarded(content):
            return _is_in(address, self.addresses(content.get("ARN") or content.get("Arn") or ""))
        if kind == "RateBasedStatement" and content.get("AggregateKeyType") == "IP":
            return self._exceeds(content, rule, viewer)
        return None

    def _exceeds(self, content: Statement, rule: str, viewer: tuple[str, str, str]) -> bool | None:
        scope = content.get("ScopeDownStatement")
        if scope and not self._matches(scope, rule, viewer):
            return False
        now = self.clock()
        requests = self._requests[viewer[0], rule, viewer[1]]
        requests.append(now)
        while requests[0] <= now - float(content.get("EvaluationWindowSec") or _WINDOW_SECONDS):
            requests.popleft()
        return len(requests) > int(content["Limit"])


def _forwarded(content: Statement) -> bool:
    return bool(content.get("IPSetForwardedIPConfig"))


def _is_in(address: str, ranges: Sequence[str]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in ip_network(each, strict=False) for each in ranges)
