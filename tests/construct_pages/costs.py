"""What the resources of an example cost, by ``docs/constructs/prices.json``."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from tests.construct_pages.synthesis import Json, Resource

FILE = Path(__file__).parents[2] / "docs" / "constructs" / "prices.json"
HOURS: Final = 730  # a month
MILLION: Final = 1_000_000
# What a request is taken to be, where a price depends on it.
HANDLER_SECONDS: Final = 0.1
HANDLER_GB: Final = 0.25  # 256 MiB, the default
VALKEY_MINIMUM_GB: Final = 0.1


@cache
def price_list() -> Json:
    """Return the file of prices."""
    prices: Json = json.loads(FILE.read_text("utf-8"))
    return prices


def price(name: str) -> float:
    """Return a price in dollars."""
    return float(price_list()["prices"][name]["usd"])


@dataclass(frozen=True)
class Line:
    """A line of a bill.

    Attributes:
        what: What is billed.
        quantity: How much of it.
        unit: A price by its name in the file.
        each: How many units one of it takes, such as the hours of a month.
    """

    what: str
    quantity: float
    unit: str
    each: float = 1

    @property
    def dollars(self) -> float:
        return self.quantity * self.each * price(self.unit)


def at_rest(resources: Iterable[Resource]) -> list[Line]:
    """Return what is billed by time, whether it is used or not."""
    counted: dict[tuple[str, str, float], float] = {}
    for resource in resources:
        for what, quantity, unit, each in _BILLED.get(resource.kind, _nothing)(resource.properties):
            key = (what, unit, each)
            counted[key] = counted.get(key, 0) + quantity
    return [Line(what, number, unit, each) for (what, unit, each), number in counted.items()]


_Billed = list[tuple[str, float, str, float]]


def _nothing(_: Json) -> _Billed:
    return []


def _replication_group(properties: Json) -> _Billed:
    assert properties["CacheNodeType"] == "cache.t4g.micro"  # no other price is in the file
    assert properties["Engine"] == "redis"
    return [("cache node", int(properties["NumCacheClusters"]), "cache-node", HOURS)]


def _cluster(properties: Json) -> _Billed:
    assert properties["CacheNodeType"] == "cache.t4g.micro"
    return [("cache node", int(properties["NumCacheNodes"]), "cache-node", HOURS)]


def _serverless(properties: Json) -> _Billed:
    assert properties["Engine"] == "valkey"
    return [("GB stored, the least that is billed", VALKEY_MINIMUM_GB, "valkey-gb", HOURS)]


def _endpoint(properties: Json) -> _Billed:
    if properties["VpcEndpointType"] != "Interface":
        return []  # gateway endpoints are free
    return [("zone of an interface endpoint", len(properties["SubnetIds"]), "endpoint", HOURS)]


def _web_acl(properties: Json) -> _Billed:
    return [
        ("web ACL", 1, "web-acl", 1),
        ("rule of the web ACL", len(properties["Rules"]), "web-acl-rule", 1),
    ]


_BILLED: Final[Mapping[str, Callable[[Json], _Billed]]] = {
    "AWS::ElastiCache::ReplicationGroup": _replication_group,
    "AWS::ElastiCache::CacheCluster": _cluster,
    "AWS::ElastiCache::ServerlessCache": _serverless,
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::WAFv2::WebACL": _web_acl,
    "AWS::SecretsManager::Secret": lambda _: [("secret", 1, "secret", 1)],
    "AWS::KMS::Key": lambda _: [("KMS key", 1, "key", 1)],
    "AWS::CloudWatch::Alarm": lambda _: [("alarm", 1, "alarm", 1)],
    "AWS::CloudWatch::Dashboard": lambda _: [("dashboard", 1, "dashboard", 1)],
}

# What a million requests cost, by what passes them on.
REQUESTS: Final[Mapping[str, tuple[Line, ...]]] = {
    "function": (
        Line("million calls", 1, "lambda-request"),
        Line(
            "million calls of 0.1 s with 256 MiB",
            1,
            "lambda-gb-second",
            MILLION * HANDLER_SECONDS * HANDLER_GB,
        ),
    ),
    "api": (Line("million requests to the API", 1, "api-request"),),
    "cdn": (
        Line("million requests to the distribution", 1, "cdn-request"),
        Line("GB to viewers, for answers of 10 KB", 10, "cdn-gb"),
    ),
    "reads": (Line("million objects read", 1, "s3-get"),),
    "writes": (Line("million objects written", 1, "s3-put"),),
    "valkey": (Line("million commands of 1 KB at most", 1, "valkey-ecpu"),),
}

# What is billed by use, one of each.
BY_USE: Final[Mapping[str, Line]] = {
    "logs": Line("GB of logs", 1, "log-gb"),
    "stored": Line("GB stored for a month", 1, "s3-gb"),
    "paths": Line("path or tag invalidated, after 1,000 a month", 1, "invalidation-path"),
}


def total(lines: Iterable[Line]) -> float:
    """Return the sum of a bill."""
    return sum(line.dollars for line in lines)
