from datetime import UTC, datetime

import pytest

from serverless_stack.local.emulator.cdn.freshness import (
    NOT_STORED,
    Freshness,
    Lifetimes,
    freshness,
    without_uncached_fields,
)

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
OPTIMIZED = Lifetimes(1, 86400, 31536000)
ORIGIN = Lifetimes(0, 0, 600)
DISABLED = Lifetimes(0, 0, 0)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 86400),
        ({"cache-control": "max-age=60"}, 60),
        ({"cache-control": "public, max-age=0, s-maxage=300, must-revalidate"}, 300),
        ({"cache-control": "max-age=0"}, 1),
        ({"cache-control": "no-cache"}, 1),
        ({"cache-control": "private, max-age=60"}, 1),
        ({"cache-control": 'no-cache="Set-Cookie, X-A", max-age=60'}, 60),
        ({"cache-control": "max-age=99999999"}, 31536000),
        ({"cache-control": "max-age=soon"}, 86400),
        ({"expires": "Sat, 31 Jan 2026 12:01:00 GMT"}, 60),
        ({"expires": "Sat, 31 Jan 2026 11:00:00 GMT"}, 1),
        ({"expires": "0"}, 1),
        ({"cache-control": "max-age=5", "expires": "Sat, 31 Jan 2026 12:01:00 GMT"}, 5),
    ],
)
def test_origin_headers_within_the_policy(headers: dict[str, str], seconds: float) -> None:
    assert freshness(200, headers, OPTIMIZED, NOW).seconds == seconds


@pytest.mark.parametrize(
    ("status", "control", "seconds"),
    [
        (200, "max-age=60", 60),
        (301, "max-age=60", 60),
        (204, "max-age=60", -1),
        (206, "max-age=60", -1),
        (404, "", 10),
        (404, "max-age=60", 60),
        (404, "max-age=5", 10),
        (404, "max-age=9999", 600),
        (404, "no-store", -1),
        (403, "", -1),
        (403, "max-age=60", 60),
        (503, "no-store", 10),
        (416, "max-age=60", -1),
    ],
)
def test_lifetimes_by_status(status: int, control: str, seconds: float) -> None:
    found = freshness(status, {"cache-control": control}, ORIGIN, NOW)
    assert found.seconds == seconds


@pytest.mark.parametrize(("declared", "seconds"), [(0, -1), (5, 5), (300, 300)])
def test_error_caching_minimum_ttl(declared: float, seconds: float) -> None:
    assert freshness(500, {}, ORIGIN, NOW, declared).seconds == seconds


def test_a_policy_without_caching() -> None:
    assert freshness(200, {"cache-control": "max-age=60"}, DISABLED, NOW) == NOT_STORED


@pytest.mark.parametrize("headers", [{"cache-control": "no-store"}, {"vary": "*"}])
def test_what_a_minimum_ttl_of_zero_does_not_keep(headers: dict[str, str]) -> None:
    assert freshness(200, headers, ORIGIN, NOW) == NOT_STORED
    assert freshness(200, headers, OPTIMIZED, NOW).is_stored


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("max-age=1, stale-while-revalidate=30", Freshness(1, 30, None)),
        ("max-age=1, stale-if-error=0", Freshness(1, 0, 0)),
        ("max-age=1, stale-if-error=9999, stale-while-revalidate=9999", Freshness(1, 600, 600)),
    ],
)
def test_stale_responses(control: str, expected: Freshness) -> None:
    assert freshness(200, {"cache-control": control}, ORIGIN, NOW) == expected


def test_fields_that_are_not_cached() -> None:
    headers = {"cache-control": ['max-age=60, no-cache="Set-Cookie"'], "set-cookie": ["a=1"]}
    assert without_uncached_fields(headers) == {"cache-control": headers["cache-control"]}
