"""Signer: signed URLs and signed cookies."""

import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from serverless_stack._shared import contract
from serverless_stack.runtime.signing.keys import HASH_ALGORITHM, SigningKey, url_safe
from serverless_stack.runtime.signing.policies import policy_of
from serverless_stack.runtime.signing.secret import SecretKey, SecretReader
from serverless_stack.runtime.signing.urls import (
    MAX_URL_BYTES,
    signable_resource,
    signable_url,
)

REFRESH_SECONDS = 300.0
MAX_COOKIE_BYTES = 4096
"""What browsers keep of a cookie's name and value together (RFC 6265, 6.1)."""


class Signer:
    """Signs URLs and cookies that a distribution with the public key admits.

    Signing takes no request: the private key signs in the function itself. A signature ends with
    ``expires_at`` or, before that, when the public key leaves the distribution's key group.

    Args:
        key_id: The id of the public key in CloudFront, such as ``K2JCJMDEHXQW5F``.
        private_key_pem: The private key, ECDSA P-256 or RSA 2048, in PEM and not encrypted.

    Raises:
        ValueError: If one of them is something else.
        ModuleNotFoundError: If ``cryptography`` is not installed.
    """

    def __init__(self, key_id: str, private_key_pem: str | bytes) -> None:
        key = SigningKey.parse(key_id, private_key_pem)
        self._key: Callable[[], SigningKey] = lambda: key

    @classmethod
    def from_env(
        cls,
        prefix: str = contract.SIGNING_PREFIX,
        *,
        refresh_seconds: float = REFRESH_SECONDS,
        client: SecretReader | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> "Signer":
        """Return a signer with the key of the ``Signing`` that the function is connected to.

        The secret is read by the first signature, and again by one that comes ``refresh_seconds``
        later, so that a rotation is followed. If it cannot be read then, the signer uses the key
        that it has, and tries again after 10 s.

        Args:
            prefix: The prefix of the environment variable, as given to ``connect``.
            refresh_seconds: How long a key is used before the secret is read again. It must be
                much less than ``keep_old_for``.
            client: A boto3 Secrets Manager client. Default: made on first use.
            environment: The variables. Default: those of the process.

        Raises:
            ValueError: If the variable is missing: the function is not connected.
        """
        name = contract.signing_secret_arn(prefix)
        secret_arn = (os.environ if environment is None else environment).get(name)
        if not secret_arn:
            raise ValueError(
                f"the variable {name} must be set: call `signing.connect(function)` in the stack"
            )
        if not refresh_seconds > 0:
            raise ValueError(f"`refresh_seconds` must be more than 0, got: {refresh_seconds!r}")
        signer = cls.__new__(cls)
        signer._key = SecretKey(secret_arn, refresh_seconds, client).get
        return signer

    def sign_url(
        self,
        url: str,
        *,
        expires_at: datetime,
        starts_at: datetime | None = None,
        ip_range: str | None = None,
    ) -> str:
        """Return a URL that CloudFront admits until it expires.

        It has a canned policy, which is short, unless ``starts_at`` or ``ip_range`` need a custom
        one. Characters that do not belong into a URL are percent-encoded.

        Args:
            url: The URL of one file, with its query string. A fragment stays at the end.
            expires_at: When the URL ends, with a time zone. CloudFront looks at it when a download
                begins.
            starts_at: When the URL begins, with a time zone. Default: at once.
            ip_range: The IPv4 address, or CIDR block of addresses, of the viewers. The
                distribution must have IPv6 turned off. Default: all.

        Raises:
            ValueError: If an argument cannot be signed, or the URL gets longer than 8,192 bytes.
            SigningError: If the key cannot be read from its secret.
        """
        resource, fragment = signable_url(url)
        policy = policy_of(resource, expires_at, starts_at, ip_range, time.time())
        key = self._key()
        terms = (
            f"Expires={policy.expires}" if policy.is_canned else f"Policy={url_safe(policy.text)}"
        )
        signed = (
            f"{resource}{'&' if '?' in resource else '?'}{terms}"
            f"&Signature={url_safe(key.sign(policy.text))}&Key-Pair-Id={key.key_id}"
            f"&Hash-Algorithm={HASH_ALGORITHM}"
        )
        if len(signed) > MAX_URL_BYTES:
            raise ValueError(
                f"`url` must be {MAX_URL_BYTES} bytes or less when it is signed, got: {len(signed)}"
            )
        return f"{signed}{fragment}"

    def sign_cookies(
        self,
        resource: str,
        *,
        expires_at: datetime,
        starts_at: datetime | None = None,
        ip_range: str | None = None,
    ) -> dict[str, str]:
        """Return the cookies with which CloudFront admits one URL, or several by wildcards.

        Send each as a ``Set-Cookie`` header with ``Secure``, ``HttpOnly``, the ``Path`` of the
        files and, if they are on another host than the answer, the ``Domain`` that both are in.
        Leave out ``Expires`` and ``Max-Age``, so that browsers forget them at their end ("Prevent
        misuse of signed cookies").

        Args:
            resource: A URL, such as ``https://example.com/films/*``; ``*`` stands for any text,
                that of several folders and of query strings as well.
            expires_at: When the cookies end, with a time zone.
            starts_at: When they begin, with a time zone. Default: at once.
            ip_range: The IPv4 address, or CIDR block of addresses, of the viewers. Default: all.

        Returns:
            The value of each cookie by its name.

        Raises:
            ValueError: If an argument cannot be signed, or a cookie gets too long for browsers.
            SigningError: If the key cannot be read from its secret.
        """
        policy = policy_of(
            signable_resource(resource), expires_at, starts_at, ip_range, time.time()
        )
        key = self._key()
        terms = (
            {"CloudFront-Expires": str(policy.expires)}
            if policy.is_canned
            else {"CloudFront-Policy": url_safe(policy.text)}
        )
        cookies = {
            **terms,
            "CloudFront-Signature": url_safe(key.sign(policy.text)),
            "CloudFront-Key-Pair-Id": key.key_id,
            "CloudFront-Hash-Algorithm": HASH_ALGORITHM,
        }
        longest = max(len(name) + len(value) for name, value in cookies.items())
        if longest > MAX_COOKIE_BYTES:
            raise ValueError(
                f"`resource` must be shorter: browsers keep {MAX_COOKIE_BYTES} bytes of a cookie, "
                f"got: {longest}"
            )
        return cookies
