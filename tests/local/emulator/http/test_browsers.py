"""Hosts and origins, without an emulator."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.local.emulator.http.browsers import host_problem, is_foreign, is_loopback
from serverless_stack.local.emulator.http.exchange import Scope

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
PORTS = st.integers(1, 65535)


def scope(*headers: tuple[str, str]) -> Scope:
    return {"type": "http", "headers": [(k.encode(), v.encode()) for k, v in headers]}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:4566",
        "127.8.9.10:1",
        "localhost",
        "LOCALHOST:80",
        "localhost.:80",
        "bucket.localhost:4566",
        "e123.s3.us-east-1.localhost",
        "[::1]",
        "[::1]:4566",
    ],
)
def test_names_of_this_machine(host: str) -> None:
    assert is_loopback(host.lower())
    assert host_problem(scope(("Host", host))) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        ":4566",
        ".",
        ".localhost",
        "a..localhost",
        "0.0.0.0:4566",
        "[::]:4566",
        "10.0.0.1",
        "[::ffff:10.0.0.1]",
        "2130706433",
        "0x7f.1",
        "127.1",
        "127.0.0.1.evil.example",
        "127.0.0.1@evil.example",
        "localhost.evil.example",
        "localhost:4566@evil.example",
        "localhost:80:80",
        "localhost:٨٠",
        "evil.example#.localhost:",
        "notlocalhost",
        "s3.amazonaws.com",
        "localhost.localstack.cloud",
    ],
)
def test_other_names_are_refused(host: str) -> None:
    problem = host_problem(scope(("Host", host)))
    assert problem is not None
    assert problem.startswith("`Host` must be a loopback name, such as 127.0.0.1")


def test_a_request_has_one_host() -> None:
    assert host_problem(scope()) is not None
    assert host_problem(scope(("Host", "localhost"), ("host", "evil.example"))) is not None


@settings(deadline=None)
@given(st.lists(LABELS, min_size=1, max_size=4), st.none() | PORTS)
def test_a_name_of_the_domain_name_system_is_refused(labels: list[str], port: int | None) -> None:
    name, suffix = ".".join(labels), "" if port is None else f":{port}"
    assert is_loopback(f"{name}{suffix}") is (labels[-1] == "localhost")
    assert is_loopback(f"{name}.localhost{suffix}")


@settings(deadline=None)
@given(st.ip_addresses(v=4), PORTS)
def test_an_address_of_another_machine_is_refused(address: IPv4Address, port: int) -> None:
    assert is_loopback(f"{address}:{port}") is (address.packed[0] == 127)


OWN = ("Host", "127.0.0.1:4566")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Origin", "http://127.0.0.1:4566")],
        [("Origin", "HTTP://127.0.0.1:4566"), ("Sec-Fetch-Site", "same-origin")],
        [("Sec-Fetch-Site", "none")],
    ],
)
def test_own_requests(headers: list[tuple[str, str]]) -> None:
    assert not is_foreign(scope(OWN, *headers))


@pytest.mark.parametrize(
    "headers",
    [
        [("Origin", "null")],
        [("Origin", "")],
        [("Origin", "https://evil.example")],
        [("Origin", "https://127.0.0.1:4566")],
        [("Origin", "http://127.0.0.1")],
        [("Origin", "http://127.0.0.1:4567")],
        [("Origin", "http://localhost:4566")],
        [("Origin", "http://127.0.0.1:4566.evil.example")],
        [("Origin", "http://127.0.0.1:4566"), ("origin", "https://evil.example")],
        [("Origin", "http://127.0.0.1:4566"), ("Sec-Fetch-Site", "cross-site")],
        [("Sec-Fetch-Site", "same-site")],
        [("sec-fetch-site", "Cross-Site")],
        [("Sec-Fetch-Site", "something-new")],
    ],
)
def test_requests_of_other_pages(headers: list[tuple[str, str]]) -> None:
    assert is_foreign(scope(OWN, *headers))
