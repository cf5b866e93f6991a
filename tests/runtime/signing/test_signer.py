"""Signatures, as openssl and botocore see them."""

import base64
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from serverless_stack.runtime.signing import Signer, SigningError

KEY_ID = "K2JCJMDEHXQW5F"
END = datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC)
URL = "https://d111111abcdef8.cloudfront.net/image.jpg"
DOTS = {".", "..", "%2e", "%2e%2e", ".%2e", "%2e."}
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def pem(key: PrivateKey, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


KEYS: dict[str, PrivateKey] = {
    "ECDSA": ec.generate_private_key(ec.SECP256R1()),
    "RSA": rsa.generate_private_key(65537, 2048),
}


@pytest.fixture(params=["ECDSA", "RSA"])
def key(request: pytest.FixtureRequest) -> PrivateKey:
    return KEYS[request.param]


@pytest.fixture
def signer(key: PrivateKey) -> Signer:
    return Signer(KEY_ID, pem(key))


def decoded(text: str) -> bytes:
    """Base64, with the replacements that the developer guide lists."""
    return base64.b64decode(text.replace("-", "+").replace("_", "=").replace("~", "/"))


def openssl_verifies(key: PrivateKey, message: bytes, signature: bytes, folder: Path) -> bool:
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for name, content in (("key", public), ("message", message), ("signature", signature)):
        (folder / name).write_bytes(content)
    command = ["openssl", "dgst", "-sha256", "-verify", "key", "-signature", "signature", "message"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return done.stdout == b"Verified OK\n"


def test_a_canned_policy_is_the_one_that_aws_documents(
    key: PrivateKey, signer: Signer, tmp_path: Path
) -> None:
    signed = signer.sign_url(f"{URL}?size=large&license=yes", expires_at=END)

    base, _, rest = signed.partition("&Expires=")
    assert base == f"{URL}?size=large&license=yes"
    fields = dict(parse_qsl(f"Expires={rest}", strict_parsing=True))
    assert list(fields) == ["Expires", "Signature", "Key-Pair-Id", "Hash-Algorithm"]
    assert fields["Expires"] == "2147483647"
    assert (fields["Key-Pair-Id"], fields["Hash-Algorithm"]) == (KEY_ID, "SHA256")
    policy = (
        f'{{"Statement":[{{"Resource":"{base}","Condition":'
        '{"DateLessThan":{"AWS:EpochTime":2147483647}}}]}'
    )
    signature = decoded(fields["Signature"])
    assert openssl_verifies(key, policy.encode(), signature, tmp_path)
    assert not openssl_verifies(key, policy.replace("large", "small").encode(), signature, tmp_path)


def test_a_custom_policy_has_the_start_and_the_addresses(
    key: PrivateKey, signer: Signer, tmp_path: Path
) -> None:
    start = datetime(2030, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    signed = signer.sign_url(URL, expires_at=END, starts_at=start, ip_range="192.0.2.0/24")

    assert signed.startswith(f"{URL}?Policy=")
    fields = dict(parse_qsl(urlsplit(signed).query))
    assert list(fields) == ["Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm"]
    policy = decoded(fields["Policy"])
    assert b" " not in policy
    (statement,) = json.loads(policy)["Statement"]
    assert statement == {
        "Resource": URL,
        "Condition": {
            "DateLessThan": {"AWS:EpochTime": 2147483647},
            "DateGreaterThan": {"AWS:EpochTime": 1893448800},
            "IpAddress": {"AWS:SourceIp": "192.0.2.0/24"},
        },
    }
    assert openssl_verifies(key, policy, decoded(fields["Signature"]), tmp_path)


def test_botocore_signs_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    key = KEYS["RSA"]
    assert isinstance(key, rsa.RSAPrivateKey)
    other = CloudFrontSigner(KEY_ID, lambda message: key.sign(message, PKCS1v15(), SHA256()))
    for url in (URL, f"{URL}?a=1&b=%20", "http://example.com/"):
        theirs = other.generate_presigned_url(url, date_less_than=END)
        assert Signer(KEY_ID, pem(key)).sign_url(url, expires_at=END) == (
            f"{theirs}&Hash-Algorithm=SHA256"
        )


@pytest.mark.parametrize(
    ("url", "signable"),
    [
        ("https://example.com", "https://example.com/"),
        ("https://example.com?a=1", "https://example.com/?a=1"),
        ("https://example.com/?", "https://example.com/"),
        ("https://EXAMPLE.com:443/A b.txt", "https://example.com/A%20b.txt"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x"),
        ("http://[2001:DB8::1]/x", "http://[2001:db8::1]/x"),
        ("https://bücher.example/Übung.pdf", "https://xn--bcher-kva.example/%C3%9Cbung.pdf"),
        ("https://example.com/%c3%9c/100%?q=50%25", "https://example.com/%c3%9c/100%25?q=50%25"),
        ("https://example.com/a*b?c=*", "https://example.com/a%2Ab?c=%2A"),
        ("https://example.com/it's?q=it's", "https://example.com/it's?q=it%27s"),
        ('https://example.com/"<\\>^`{|}', "https://example.com/%22%3C%5C%3E%5E%60%7B%7C%7D"),
        ("https://example.com/a\tb\nc", "https://example.com/a%09b%0Ac"),
        ("https://example.com/a//b/...", "https://example.com/a//b/..."),
        ("https://example.com/a?b=c?d=/e", "https://example.com/a?b=c?d=/e"),
        ("https://example.com/a?b;c&&d", "https://example.com/a?b;c&&d"),
    ],
)
def test_urls_are_signed_as_browsers_request_them(url: str, signable: str) -> None:
    signed = Signer(KEY_ID, pem(KEYS["ECDSA"])).sign_url(url, expires_at=END)
    assert re.split(r"[?&]Expires=", signed)[0] == signable


def test_a_fragment_stays_at_the_end() -> None:
    signer = Signer(KEY_ID, pem(KEYS["ECDSA"]))
    signed = signer.sign_url(f"{URL}#page=2&ü", expires_at=END)
    assert signed.endswith("&Hash-Algorithm=SHA256#page=2&%C3%BC")
    assert signed.startswith(f"{URL}?Expires=")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (7, "`url` must be a string, got: 7"),
        ("image.jpg", "`url` must begin with https:// or http:// and a host, got: 'image.jpg'"),
        ("ftp://example.com/a", "`url` must begin with https:// or http://"),
        ("https:///a", "`url` must begin with https:// or http:// and a host"),
        ("https://example.com:x/a", "`url` must be a URL"),
        ("https://user:pass@example.com/", "`url` must have no user before its host, got: one"),
        ("https://*.example.com/", "`url` must name one host; `sign_cookies` takes wildcards"),
        ("https://exa mple.com/", "`url` must name a host, got"),
        ("https://example.com/a/../b", "`url` must have no . and .. in its path"),
        ("https://example.com/a/%2E%2e/b", "`url` must have no . and .. in its path"),
        ("https://example.com/a/..%2Fb", "`url` must have no . and .. in its path"),
        ("https://example.com/a/..\\b", "`url` must have no . and .. in its path"),
        (f"{URL}?Policy=x&a=1&Expires=2", "the query parameters Expires, Policy, which CloudFront"),
        (f"{URL}?Hash-Algorithm=SHA1", "the query parameters Hash-Algorithm"),
        (f"{URL}?q={'x' * 9000}", "`url` must be 8192 bytes or less when it is signed, got: 9"),
    ],
)
def test_urls_that_cannot_be_signed_are_refused(url: str, problem: str) -> None:
    signer = Signer(KEY_ID, pem(KEYS["ECDSA"]))
    with pytest.raises(ValueError, match=re.escape(problem)):
        signer.sign_url(url, expires_at=END)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"expires_at": datetime(2038, 1, 1)}, "`expires_at` must have a time zone, such as"),
        ({"expires_at": 2147483647}, "`expires_at` must be a datetime with a time zone"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "`expires_at` must be in the future"),
        ({"starts_at": datetime(2037, 1, 1)}, "`starts_at` must have a time zone"),
        ({"starts_at": END}, "`starts_at` must be before `expires_at`"),
        ({"ip_range": 7}, "`ip_range` must be a string such as '203.0.113.0/24', got: 7"),
        ({"ip_range": "203.0.113.7/24"}, "no address bits after its prefix: 203.0.113.0/24"),
        ({"ip_range": "203.0.113.0/33"}, "`ip_range` must be an IPv4 address or CIDR block"),
        ({"ip_range": "example.com"}, "`ip_range` must be an IPv4 address or CIDR block"),
        ({"ip_range": "2001:db8::/32"}, "`ip_range` must be of IPv4, the only addresses"),
    ],
)
def test_terms_that_never_hold_are_refused(settings: dict[str, object], problem: str) -> None:
    signer = Signer(KEY_ID, pem(KEYS["ECDSA"]))
    terms: Any = {"expires_at": END, **settings}
    for sign in (signer.sign_url, signer.sign_cookies):
        with pytest.raises(ValueError, match=re.escape(problem)):
            sign(URL, **terms)


def test_a_single_address_becomes_a_block() -> None:
    signer = Signer(KEY_ID, pem(KEYS["ECDSA"]))
    signed = signer.sign_url(URL, expires_at=END, ip_range="192.0.2.7")
    policy = decoded(dict(parse_qsl(urlsplit(signed).query))["Policy"])
    assert b'{"AWS:SourceIp":"192.0.2.7/32"}' in policy


def test_cookies_of_one_file_are_canned(key: PrivateKey, signer: Signer, tmp_path: Path) -> None:
    cookies = signer.sign_cookies(URL, expires_at=END)
    assert list(cookies) == [
        "CloudFront-Expires",
        "CloudFront-Signature",
        "CloudFront-Key-Pair-Id",
        "CloudFront-Hash-Algorithm",
    ]
    assert cookies["CloudFront-Expires"] == "2147483647"
    policy = (
        f'{{"Statement":[{{"Resource":"{URL}","Condition":'
        '{"DateLessThan":{"AWS:EpochTime":2147483647}}}]}'
    )
    signature = decoded(cookies["CloudFront-Signature"])
    assert openssl_verifies(key, policy.encode(), signature, tmp_path)


@pytest.mark.parametrize(
    ("resource", "signed"),
    [
        ("https://example.com/films/*", "https://example.com/films/*"),
        ("https://*.example.com/ä*?v=*", "https://*.example.com/%C3%A4*?v=*"),
        ("https://*", "https://*"),
        ("http://127.0.0.1:8000/*", "http://127.0.0.1:8000/*"),
    ],
)
def test_cookies_of_several_files_have_wildcards(resource: str, signed: str) -> None:
    cookies = Signer(KEY_ID, pem(KEYS["ECDSA"])).sign_cookies(resource, expires_at=END)
    assert "CloudFront-Expires" not in cookies
    (statement,) = json.loads(decoded(cookies["CloudFront-Policy"]))["Statement"]
    assert statement["Resource"] == signed


@pytest.mark.parametrize(
    ("resource", "problem"),
    [
        ("http*://example.com/*", "`resource` must begin with https:// or http:// and a host"),
        ("/films/*", "`resource` must begin with https:// or http:// and a host"),
        ("https://example.com/*#top", "`resource` must have no fragment"),
        (f"https://example.com/{'x' * 4000}*", "browsers keep 4096 bytes of a cookie, got: 5"),
    ],
)
def test_resources_that_no_cookie_admits_are_refused(resource: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        Signer(KEY_ID, pem(KEYS["ECDSA"])).sign_cookies(resource, expires_at=END)


@pytest.mark.parametrize(
    "form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL], ids=["pkcs8", "traditional"]
)
def test_each_form_of_a_key_is_read(key: PrivateKey, form: PrivateFormat) -> None:
    for text in (pem(key, form), pem(key, form).encode()):
        assert Signer(KEY_ID, text).sign_url(URL, expires_at=END).startswith(URL)


@pytest.mark.parametrize(
    ("private_key", "problem"),
    [
        (7, "`private_key_pem` must be a string, got: a value of type int"),
        ("secret-text", "RSA 2048 in PEM, got: something else"),
        (pem(rsa.generate_private_key(65537, 1024)), "RSA 2048 in PEM, got: RSA 1024"),
        (pem(ec.generate_private_key(ec.SECP384R1())), "got: ECDSA on the curve secp384r1"),
        (
            KEYS["ECDSA"]
            .public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            .decode(),
            "RSA 2048 in PEM, got: a public key",
        ),
        (
            KEYS["ECDSA"].private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret-text")
            ),
            "not encrypted, got: an encrypted one",
        ),
    ],
    ids=["number", "text", "short", "curve", "public", "encrypted"],
)
def test_other_keys_are_refused_and_not_shown(private_key: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)) as caught:
        Signer(KEY_ID, private_key)
    assert "secret-text" not in str(caught.value)
    assert "MII" not in str(caught.value)


def test_the_id_of_a_key_is_not_the_key() -> None:
    private = pem(KEYS["ECDSA"])
    with pytest.raises(ValueError, match="such as K2JCJMDEHXQW5F, got: a PEM"):
        Signer(private, private)
    with pytest.raises(ValueError, match="`key_id` must be the id of a public key"):
        Signer("", private)
    assert "PRIVATE" not in repr(vars(Signer(KEY_ID, private)))


class Secrets:
    """Secrets Manager with one secret, which may fail."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.reads = 0

    def get_secret_value(self, *, SecretId: str) -> dict[str, object]:
        assert SecretId == "arn:secret"
        self.reads += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return {"SecretString": answer}


def stored(key_id: str, key: str = "ECDSA") -> str:
    return json.dumps({"key_id": key_id, "key_type": key, "private_key": pem(KEYS[key])})


def failure() -> Exception:
    from botocore.exceptions import ClientError

    return ClientError({"Error": {"Code": "InternalServiceError"}}, "GetSecretValue")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that `SecretKey` sees, in a list."""
    now = [1000.0]
    from serverless_stack.runtime.signing import secret

    original = secret.SecretKey.__init__

    def init(self: secret.SecretKey, *arguments: object) -> None:
        original(self, *arguments, clock=lambda: now[0])  # type: ignore[arg-type,misc]

    monkeypatch.setattr(secret.SecretKey, "__init__", init)
    return now


def from_env(secrets: Secrets, refresh_seconds: float = 300) -> Signer:
    return Signer.from_env(
        refresh_seconds=refresh_seconds,
        client=secrets,
        environment={"SIGNING_SECRET_ARN": "arn:secret"},
    )


def key_id_of(signer: Signer) -> str:
    signed = signer.sign_url(URL, expires_at=END)
    return dict(parse_qsl(urlsplit(signed).query))["Key-Pair-Id"]


def test_the_secret_is_read_on_first_use_and_again_after_a_while(clock: list[float]) -> None:
    secrets = Secrets(stored("KOLD"), stored("KNEW", "RSA"))
    signer = from_env(secrets)
    assert secrets.reads == 0
    assert [key_id_of(signer) for _ in range(3)] == ["KOLD"] * 3
    clock[0] += 299
    assert key_id_of(signer) == "KOLD"
    assert secrets.reads == 1
    clock[0] += 2
    assert key_id_of(signer) == "KNEW"
    assert secrets.reads == 2


def test_a_key_is_used_on_while_the_secret_cannot_be_read(clock: list[float]) -> None:
    secrets = Secrets(stored("KOLD"), failure(), failure(), stored("KNEW"))
    signer = from_env(secrets, refresh_seconds=60)
    assert key_id_of(signer) == "KOLD"
    clock[0] += 61
    assert key_id_of(signer) == key_id_of(signer) == "KOLD"
    assert secrets.reads == 2  # not with every signature
    clock[0] += 11
    assert key_id_of(signer) == "KOLD"
    clock[0] += 11
    assert key_id_of(signer) == "KNEW"


def test_a_snapshot_does_not_keep_the_key() -> None:
    secrets = Secrets(stored("KOLD"), stored("KNEW"))
    signer = from_env(secrets)
    assert key_id_of(signer) == "KOLD"
    source = signer._key.__self__  # type: ignore[attr-defined]
    source.reset_after_restore()
    assert key_id_of(signer) == "KNEW"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (failure(), "the secret arn:secret cannot be read: An error occurred"),
        ("text", "the secret arn:secret must hold JSON with key_id and private_key"),
        ("[]", "the secret arn:secret must hold JSON with key_id and private_key"),
        ("{}", "the secret arn:secret must hold a signing key: `key_id` must be the id"),
        ('{"key_id": "K1", "private_key": "x"}', "must hold a signing key: `private_key_pem`"),
    ],
)
def test_a_secret_without_a_key_is_an_error(answer: str | Exception, problem: str) -> None:
    with pytest.raises(SigningError, match=re.escape(problem)):
        key_id_of(from_env(Secrets(answer)))


def test_a_function_has_to_be_connected() -> None:
    with pytest.raises(ValueError, match=r"MEDIA_SECRET_ARN must be set: call `signing\.connect"):
        Signer.from_env("MEDIA", environment={})
    with pytest.raises(ValueError, match="`refresh_seconds` must be more than 0, got: 0"):
        from_env(Secrets(""), refresh_seconds=0)


@settings(max_examples=25, deadline=None, database=None)
@given(
    path=st.text(max_size=30),
    query=st.text(max_size=20),
    seconds=st.integers(1, 10**8),
)
def test_any_text_is_signed_so_that_the_policy_names_what_is_requested(
    path: str, query: str, seconds: int
) -> None:
    """Whatever the path and query are, the request line has the resource of the policy."""
    from cryptography.hazmat.primitives.hashes import SHA256

    key = KEYS["ECDSA"]
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds + 5)
    dots = any(part.lower() in DOTS for part in path.partition("#")[0].split("/"))
    assume(not dots and "?" not in path)
    signed = Signer(KEY_ID, pem(key)).sign_url(
        f"https://example.com/{path}?{query}", expires_at=end
    )
    requested = signed.partition("#")[0]
    assert re.fullmatch(r"[!-~]+", requested)
    assert not set(requested) & set('"<>\\^`{|}* ')
    resource = re.split(r"[?&]Expires=", requested)[0]
    fields = dict(parse_qsl(urlsplit(requested).query))
    policy = (
        f'{{"Statement":[{{"Resource":"{resource}","Condition":'
        f'{{"DateLessThan":{{"AWS:EpochTime":{int(end.timestamp())}}}}}}}]}}'
    )
    signature = decoded(fields["Signature"])
    key.public_key().verify(signature, policy.encode(), ec.ECDSA(SHA256()))
