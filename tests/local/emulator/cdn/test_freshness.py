from datetime import UTC, datetime

import pytest

from serverless_stack.local.emulator.cdn.freshness import Lifetimes, lifetime

NOW = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
OPTIMIZED = Lifetimes(1, 86400, 31536000)
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
        ({"cache-control": "max-age=99999999"}, 31536000),
        ({"cache-control": "max-age=soon"}, 86400),
        ({"expires": "Sat, 31 Jan 2026 12:01:00 GMT"}, 60),
        ({"expires": "Sat, 31 Jan 2026 11:00:00 GMT"}, 1),
        ({"expires": "0"}, 1),
        ({"cache-control": "max-age=5", "expires": "Sat, 31 Jan 2026 12:01:00 GMT"}, 5),
    ],
)
def test_origin_headers_within_the_policy(headers: dict[str, str], seconds: float) -> None:
    assert lifetime(200, headers, OPTIMIZED, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "seconds"), [(200, 60), (301, 60), (404, 10), (503, 10), (204, 0), (206, 0)]
)
def test_lifetimes_by_status(status: int, seconds: float) -> None:
    assert lifetime(status, {"cache-control": "max-age=60"}, OPTIMIZED, NOW) == seconds


def test_a_policy_without_caching() -> None:
    assert lifetime(200, {"cache-control": "max-age=60"}, DISABLED, NOW) == 0


def test_no_store_is_not_cached_with_a_minimum_ttl_of_zero() -> None:
    assert lifetime(200, {"cache-control": "no-store"}, Lifetimes(0, 60, 600), NOW) == 0
