"""Signed URLs and cookies as the local CDN verifies them."""

import base64
import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from serverless_stack.local.emulator.cdn.signatures import (
    DENIED,
    MALFORMED_POLICY,
    MALFORMED_SIGNATURE,
    MISSING_KEY,
    MISSING_POLICY,
    MISSING_SIGNATURE,
    UNKNOWN_KEY,
    Refusal,
    SignedRequest,
    refusal,
    without_signature,
)
from serverless_stack.runtime.signing import Signer

RSA = rsa.generate_private_key(65537, 2048)
ECDSA = ec.generate_private_key(ec.SECP256R1())
KEYS: dict[str, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey] = {"KRSA": RSA, "KECDSA": ECDSA}
URL = "https://example.com/films/a%20b.mp4?size=large"
NOW = datetime.now(UTC)
END = NOW + timedelta(hours=1)


def public_key(key_id: str) -> str | None:
    key = KEYS.get(key_id)
    if key is None:
        return None
    public = key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture(params=sorted(KEYS))
def signer(request: pytest.FixtureRequest) -> Signer:
    key = KEYS[request.param]
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Signer(request.param, pem)


def asked(
    url: str,
    cookies: dict[str, str] | None = None,
    *,
    address: str = "192.0.2.7",
    now: datetime = NOW,
) -> Refusal | None:
    parts = urlsplit(url)
    query = without_signature(parts.query)
    plain = parts._replace(query=query).geturl()
    request = SignedRequest([plain], parts.query, cookies or {}, address)
    return refusal(request, public_key, now.timestamp())


def encoded(content: bytes) -> str:
    return base64.b64encode(content).translate(bytes.maketrans(b"+=/", b"-_~")).decode()


def custom(policy: object, **parameters: str) -> str:
    text = json.dumps(policy, separators=(",", ":")).encode()
    signature = RSA.sign(text, PKCS1v15(), SHA256())
    fields = {
        "Policy": encoded(text),
        "Signature": encoded(signature),
        "Key-Pair-Id": "KRSA",
        "Hash-Algorithm": "SHA256",
        **parameters,
    }
    return f"{URL}&{'&'.join(f'{name}={value}' for name, value in fields.items())}"


def test_a_canned_url_is_admitted_until_its_end(signer: Signer) -> None:
    signed = signer.sign_url(URL, expires_at=END)
    assert asked(signed) is None
    assert asked(signed, address="2001:db8::1") is None
    assert asked(signed, now=END - timedelta(seconds=1)) is None
    assert asked(signed, now=END) == DENIED


def test_a_custom_url_is_admitted_from_its_start_and_for_its_addresses(signer: Signer) -> None:
    start = NOW + timedelta(minutes=5)
    signed = signer.sign_url(URL, expires_at=END, starts_at=start, ip_range="192.0.2.0/29")
    later = start + timedelta(seconds=2)
    assert asked(signed, now=later) is None
    assert asked(signed, now=NOW) == DENIED
    assert asked(signed, now=END) == DENIED
    assert asked(signed, address="192.0.2.8", now=later) == DENIED
    assert asked(signed, address="2001:db8::1", now=later) == DENIED


@pytest.mark.parametrize("custom_policy", [False, True])
def test_what_was_tampered_with_is_refused(signer: Signer, custom_policy: bool) -> None:
    start = NOW - timedelta(hours=1) if custom_policy else None
    signed = signer.sign_url(URL, expires_at=END, starts_at=start)
    assert asked(signed) is None
    for before, after in (
        ("/films/", "/books/"),
        ("size=large", "size=small"),
        ("https:", "http:"),
        ("example.com", "example.org"),
        ("&Expires=", "&Expires=9"),
        ("&Policy=", "&Policy=" + encoded(b"{}")[:4]),
        ("Key-Pair-Id=KRSA", "Key-Pair-Id=KECDSA"),
        ("Key-Pair-Id=KECDSA", "Key-Pair-Id=KRSA"),
        ("SHA256", "SHA1"),
        ("&Hash-Algorithm=SHA256", ""),
        ("SHA256", "MD5"),
    ):
        if before in signed:
            changed = signed.replace(before, after)
            assert asked(changed) in (DENIED, MALFORMED_POLICY), changed
    assert asked(f"{signed}&more=1") == DENIED


def test_cookies_admit_what_their_resource_names(signer: Signer) -> None:
    cookies = signer.sign_cookies("https://*.com/films/*", expires_at=END)
    assert asked(URL, cookies) is None
    assert asked("https://example.com/films/", cookies) is None
    assert asked("https://example.com/books/a", cookies) == DENIED
    assert asked("https://example.org/films/a", cookies) == DENIED
    assert asked(URL, cookies, now=END) == DENIED
    exact = signer.sign_cookies(URL, expires_at=END)
    assert asked(URL, exact) is None
    assert asked(f"{URL}&more=1", exact) == DENIED


def test_a_signed_url_takes_precedence_over_cookies(signer: Signer) -> None:
    cookies = signer.sign_cookies("https://*", expires_at=END)
    signed = signer.sign_url("https://example.com/other", expires_at=END)
    assert asked(URL, cookies) is None
    assert asked(f"{URL}&{urlsplit(signed).query}", cookies) == DENIED


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", MISSING_KEY),
        ("&Signature=x&Expires=1", MISSING_KEY),
        ("&Key-Pair-Id=", MISSING_KEY),
        ("&Key-Pair-Id=KOTHER", UNKNOWN_KEY),
        ("&Key-Pair-Id=KRSA", MISSING_SIGNATURE),
        ("&Key-Pair-Id=KRSA&Signature=AAAA", MISSING_POLICY),
        ("&Key-Pair-Id=KRSA&Signature=AA!A&Expires=9999999999", MALFORMED_SIGNATURE),
        ("&Key-Pair-Id=KRSA&Signature=AAAA&Expires=tomorrow", MALFORMED_POLICY),
        ("&Key-Pair-Id=KRSA&Signature=AAAA&Expires=9999999999", DENIED),
        ("&Key-Pair-Id=KRSA&Signature=AAAA&Policy=!", MALFORMED_POLICY),
        ("&Key-Pair-Id=KRSA&Signature=AAAA&Policy=e30_", MALFORMED_POLICY),
    ],
)
def test_each_missing_part_has_its_answer(query: str, expected: Refusal) -> None:
    assert asked(f"{URL}{query}") == expected


def ends(time: object = 9999999999, **conditions: object) -> dict[str, object]:
    condition = {"DateLessThan": {"AWS:EpochTime": time}, **conditions}
    return {"Statement": [{"Resource": "https://example.com/*", "Condition": condition}]}


@pytest.mark.parametrize(
    "policy",
    [
        [],
        {"Statement": []},
        {"Statement": [{"Resource": "*"}]},
        {"Statement": [*ends()["Statement"], *ends()["Statement"]]},  # type: ignore[misc]
        ends("9999999999"),
        ends(DateGreaterThan={"AWS:EpochTime": True}),
        ends(IpAddress={"AWS:SourceIp": "2001:db8::/32"}),
        ends(IpAddress={"AWS:SourceIp": ["192.0.2.0/24", "198.51.100.0/24"]}),
        ends(StringEquals={"aws:Referer": "x"}),
        {"Statement": [{**ends()["Statement"][0], "Resource": 7}]},  # type: ignore[index]
    ],
)
def test_a_policy_that_cloudfront_does_not_document_is_malformed(policy: object) -> None:
    assert asked(custom(policy)) == MALFORMED_POLICY


def test_a_policy_without_a_resource_admits_everything() -> None:
    policy = {"Statement": [{"Condition": {"DateLessThan": {"AWS:EpochTime": 9999999999}}}]}
    assert asked(custom(policy)) is None
    assert asked(custom(ends())) is None
    assert asked(custom(ends(), **{"Signature": "!"})) == MALFORMED_SIGNATURE


def test_rsa_signatures_without_an_algorithm_are_of_sha_1() -> None:
    policy = (
        f'{{"Statement":[{{"Resource":"{URL}","Condition":'
        '{"DateLessThan":{"AWS:EpochTime":9999999999}}}]}'
    )
    signature = RSA.sign(policy.encode(), PKCS1v15(), SHA1())
    query = f"Expires=9999999999&Signature={encoded(signature)}&Key-Pair-Id=KRSA"
    assert asked(f"{URL}&{query}") is None
    assert asked(f"{URL}&{query}&Hash-Algorithm=SHA1") is None
    assert asked(f"{URL}&{query}&Hash-Algorithm=SHA256") == DENIED


def test_ecdsa_goes_with_sha_256_only() -> None:
    policy = (
        f'{{"Statement":[{{"Resource":"{URL}","Condition":'
        '{"DateLessThan":{"AWS:EpochTime":9999999999}}}]}'
    )
    signature = ECDSA.sign(policy.encode(), ec.ECDSA(SHA1()))
    query = f"Expires=9999999999&Signature={encoded(signature)}&Key-Pair-Id=KECDSA"
    assert asked(f"{URL}&{query}") == DENIED


def test_only_the_parameters_of_the_signature_are_removed() -> None:
    query = "Policy=a&b=1&&Signature=c&expires=2&Key-Pair-Id=K&Hash-Algorithm=SHA256&d"
    assert without_signature(query) == "b=1&&expires=2&d"


def test_the_answer_is_xml() -> None:
    assert MISSING_KEY.body == (
        b'<?xml version="1.0" encoding="UTF-8"?><Error><Code>MissingKey</Code>'
        b"<Message>Missing Key-Pair-Id query parameter or cookie value</Message></Error>"
    )
