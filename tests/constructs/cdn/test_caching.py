"""Caches and headers: their policies, and what is refused."""

import aws_cdk as cdk
import pytest

from serverless_stack.constructs import Cache, Cors, SecurityHeaders
from serverless_stack.constructs.cdn.caching import cache_policy, cache_problems
from serverless_stack.constructs.cdn.headers import header_problems, headers_policy
from tests.constructs.templates import Json, new_app, synth

SECONDS = cdk.Duration.seconds
DAY, YEAR = 86_400, 31_536_000
ORIGIN = ["Origin", "Host", "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override"]


@pytest.mark.parametrize(
    ("cache", "expected"),
    [
        (Cache(), (0, DAY, YEAR)),
        (Cache.optimized(), (1, DAY, YEAR)),
        (Cache.off(), (0, 0, 0)),
        (Cache(max_ttl=SECONDS(60)), (0, 60, 60)),
        (Cache(SECONDS(2 * DAY)), (2 * DAY, 2 * DAY, YEAR)),
        (Cache(SECONDS(2 * YEAR)), (2 * YEAR, 2 * YEAR, 2 * YEAR)),
        (Cache(default_ttl=SECONDS(5)), (0, 5, YEAR)),
    ],
)
def test_times(cache: Cache, expected: tuple[int, int, int]) -> None:
    assert cache.seconds == expected
    assert cache_problems(cache, "cache") == []


@pytest.mark.parametrize(
    ("cache", "managed"),
    [
        (Cache.off(), "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"),
        (Cache.optimized(), "658327ea-f89d-4fab-a63d-7e88639e58f6"),
        (Cache(SECONDS(1), SECONDS(DAY), SECONDS(YEAR)), "658327ea-f89d-4fab-a63d-7e88639e58f6"),
        (Cache(SECONDS(1), compress=False), "b2884449-e4de-46a7-ac36-70bc7f1ddd6d"),
        (
            Cache(default_ttl=SECONDS(0), headers=ORIGIN, cookies="all"),
            "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
        ),
        (
            Cache(default_ttl=SECONDS(0), headers=ORIGIN, cookies="all", query_strings="all"),
            "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
        ),
    ],
)
def test_managed_policies_are_used(stack: cdk.Stack, cache: Cache, managed: str) -> None:
    assert cache_policy(stack, cache).cache_policy_id == managed
    assert stack.node.children == []


@pytest.fixture(scope="module")
def template() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    for cache in (
        Cache(SECONDS(1), SECONDS(2), SECONDS(3), ["b", "a"], (), ["X-A"], ["c"], compress=False),
        Cache(SECONDS(1), SECONDS(2), SECONDS(3), ["a", "b"], (), ["x-a"], ["c"], compress=False),
        Cache(exclude_query_strings=["utm_source"], exclude_cookies=["_ga"]),
        Cache(query_strings="all", cookies="all"),
    ):
        cache_policy(stack, cache)
    for headers in (
        SecurityHeaders.bundled(connect=["https://api.example.com"]),
        SecurityHeaders(
            hsts=SECONDS(YEAR),
            hsts_subdomains=True,
            hsts_preload=True,
            frames="none",
            referrer="no-referrer",
            custom={"Permissions-Policy": "camera=()"},
            remove=["Server", "X-Powered-By"],
            cors=Cors(["https://example.com"], credentials=True, headers=["X-A"], expose=["X-B"]),
            override=True,
        ),
        SecurityHeaders(hsts=None, frames=None, referrer=None),
    ):
        headers_policy(stack, headers)
    return synth(stack)


def policies(template: Json, kind: str) -> list[Json]:
    return [
        resource["Properties"][f"{kind}Config"]
        for resource in template["Resources"].values()
        if resource["Type"] == f"AWS::CloudFront::{kind}"
    ]


def test_a_cache_policy(template: Json) -> None:
    listed, excluded, everything = policies(template, "CachePolicy")
    assert [listed[name] for name in ("MinTTL", "DefaultTTL", "MaxTTL")] == [1, 2, 3]
    assert listed["Name"]["Fn::Join"][1][0].startswith("Test")
    key = "ParametersInCacheKeyAndForwardedToOrigin"
    assert listed[key] == {
        "CookiesConfig": {"CookieBehavior": "whitelist", "Cookies": ["c"]},
        "EnableAcceptEncodingBrotli": False,
        "EnableAcceptEncodingGzip": False,
        "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": ["X-A"]},
        "QueryStringsConfig": {"QueryStringBehavior": "whitelist", "QueryStrings": ["b", "a"]},
    }
    assert excluded[key]["QueryStringsConfig"]["QueryStringBehavior"] == "allExcept"
    assert excluded[key]["CookiesConfig"] == {"CookieBehavior": "allExcept", "Cookies": ["_ga"]}
    assert excluded[key]["EnableAcceptEncodingBrotli"] is True
    assert everything[key]["QueryStringsConfig"] == {"QueryStringBehavior": "all"}


def test_a_policy_for_a_bundled_front_end(template: Json) -> None:
    bundled, _, _ = policies(template, "ResponseHeadersPolicy")
    security = bundled["SecurityHeadersConfig"]
    csp = security["ContentSecurityPolicy"]["ContentSecurityPolicy"].split("; ")
    assert "script-src 'self'" in csp
    assert "style-src 'self' 'unsafe-inline'" in csp
    assert "connect-src 'self' https://api.example.com" in csp
    assert security["StrictTransportSecurity"] == {
        "AccessControlMaxAgeSec": YEAR,
        "Override": False,
    }


def test_all_headers(template: Json) -> None:
    _, every, least = policies(template, "ResponseHeadersPolicy")
    security = every["SecurityHeadersConfig"]
    assert security["StrictTransportSecurity"]["Preload"] is True
    assert security["FrameOptions"] == {"FrameOption": "DENY", "Override": True}
    assert security["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"
    assert every["CustomHeadersConfig"]["Items"] == [
        {"Header": "Permissions-Policy", "Override": True, "Value": "camera=()"}
    ]
    assert every["RemoveHeadersConfig"]["Items"] == [
        {"Header": "Server"},
        {"Header": "X-Powered-By"},
    ]
    assert every["CorsConfig"]["AccessControlAllowOrigins"]["Items"] == ["https://example.com"]
    assert every["CorsConfig"]["AccessControlAllowCredentials"] is True
    assert every["CorsConfig"]["OriginOverride"] is True
    assert set(least["SecurityHeadersConfig"]) == {"ContentTypeOptions", "XSSProtection"}


def test_default_headers_are_those_of_cloudfront(stack: cdk.Stack) -> None:
    policy = headers_policy(stack, SecurityHeaders(hsts=cdk.Duration.days(365)))
    assert policy is not None
    assert policy.response_headers_policy_id == "67f7725c-6f97-4210-82d7-5512b31e9d03"
    assert stack.node.children == []


@pytest.mark.parametrize(
    ("cache", "expected"),
    [
        (
            Cache(SECONDS(5), SECONDS(4), SECONDS(3)),
            [
                "`c.min_ttl` must not be above `default_ttl` (4 seconds), got: 5 seconds",
                "`c.min_ttl` must not be above `max_ttl` (3 seconds), got: 5 seconds",
                "`c.default_ttl` must not be above `max_ttl` (3 seconds), got: 4 seconds",
            ],
        ),
        (
            Cache(max_ttl=cdk.Duration.millis(1500)),
            ["`c.max_ttl` must be whole seconds, got: 1.5 seconds"],
        ),
        (
            Cache(max_ttl=SECONDS(0), compress=False, query_strings=["a"]),
            [
                "`c` must be Cache.off() if nothing is kept, because CloudFront then accepts no "
                "query strings, headers, cookies and compression in its key, got: `max_ttl` of 0 "
                "seconds with them; `forward` passes them to the origin"
            ],
        ),
        (
            Cache(query_strings=[str(n) for n in range(11)], cookies=["a b", "a b"]),
            [
                "`c.query_strings` must have at most 10 names, got: 11; 'all' has no limit",
                "`c.cookies` must not repeat a name, got: 'a b' more than once",
                "`c.cookies` must have names without spaces, got: 'a b'",
                "`c.cookies` must have names without spaces, got: 'a b'",
            ],
        ),
        (
            Cache(query_strings="all", exclude_query_strings=["a"], headers=["Cookie"] * 2),
            [
                "`c.query_strings` must be left out with `exclude_query_strings`, which takes all "
                "others, got: both",
                "`c.headers` must not repeat a name, got: 'cookie' more than once",
                "`c.headers` must leave cookies to `cookies`, got: 'Cookie'",
            ],
        ),
        (
            Cache(headers=["accept-encoding"], cookies=["c" * 1020]),
            [
                "`c` must have names of 1,024 characters together at most, got: 1,035",
                "`c.headers` must leave Accept-Encoding to `compress`, got: 'Accept-Encoding'",
            ],
        ),
    ],
)
def test_caches_that_are_refused(cache: Cache, expected: list[str]) -> None:
    assert cache_problems(cache, "c") == expected


def test_times_of_a_cache_are_known_at_synthesis(stack: cdk.Stack) -> None:
    number = cdk.CfnParameter(stack, "Seconds", type="Number").value_as_number
    assert cache_problems(Cache(max_ttl=SECONDS(number)), "c") == [
        "`c` must have times that are known at synthesis, got: a token"
    ]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            SecurityHeaders(csp="a" * 1784),
            [
                "`h.csp` must have at most 1,783 characters, got: 1,784; a policy as long as that "
                "belongs into the pages"
            ],
        ),
        (
            SecurityHeaders(
                custom={"Via": "a", "X A": "b", "Referrer-Policy": "c", "X-XSS-Protection": "0"},
                remove=["X-Edge-A", "server", "Server"],
            ),
            [
                "`h.custom` must not have a header that CloudFront sets, got: 'Via'",
                "`h.custom` must have names of headers, got: 'X A'",
                "`h.remove` must not have a header that CloudFront sets, got: 'X-Edge-A'",
                "`h.remove` must not repeat a header, got: 'server' more than once",
                "`h.custom` must leave Referrer-Policy to `referrer`, got: 'Referrer-Policy'",
                "`h.custom` must leave out X-XSS-Protection, which is always sent, "
                "got: 'X-XSS-Protection'",
            ],
        ),
        (
            SecurityHeaders(
                custom={f"X-{n}": "a" * 1100 for n in range(11)}, remove=["X-1", "Age"]
            ),
            [
                "`h.custom` must have at most 10 headers, got: 11",
                "`h.custom` must have 10,240 characters at most, names and values together, "
                "got: 12,134",
                "`h.remove` must not have a header of `custom`, got: 'x-1'",
            ],
        ),
        (
            SecurityHeaders(hsts=SECONDS(60), hsts_preload=True),
            [
                "`h.hsts_preload` must go with `hsts_subdomains=True` and an `hsts` of a year, "
                "without which browsers' lists refuse a domain, got: True"
            ],
        ),
        (
            SecurityHeaders(
                custom={"Access-Control-Allow-Origin": "*"}, cors=Cors(["*"], credentials=True)
            ),
            [
                "`h.custom` must leave Access-Control-Allow-Origin to `cors`, "
                "got: 'Access-Control-Allow-Origin'",
                "`h.cors.origins` must name each origin with `credentials`, because browsers "
                "refuse '*', got: '*'",
            ],
        ),
    ],
)
def test_headers_that_are_refused(headers: SecurityHeaders, expected: list[str]) -> None:
    assert header_problems(headers, "h") == expected
