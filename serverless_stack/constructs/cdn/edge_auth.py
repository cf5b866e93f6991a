"""EdgeAuth: who may see what a behavior serves, decided at the edge."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs.cdn.edge_credentials import edge_credentials
from serverless_stack.constructs.cdn.functions.composition import minified
from serverless_stack.constructs.cdn.functions.snippet import Snippet, Stage, packaged
from serverless_stack.constructs.cdn.signing import Signing

_EDGE_CODE = Path(__file__).parent / "functions" / "edge"
_COOKIE = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_URL = re.compile(r"https://[^\s/?#@]+(?:/[^\s]*)?")
_REALM = re.compile(r"[ !#-\[\]-~]*")


@dataclass(frozen=True, kw_only=True)
class EdgeAuth:
    """Who may see what a behavior serves, whether it is cached or not.

    Create it with ``EdgeAuth.basic(…)``, ``EdgeAuth.jwt(…)`` or ``EdgeAuth.signed(…)``.

    Attributes:
        kind: ``basic``, ``jwt`` or ``signed``.
        secret: The secret of ``basic``.
        realm: What browsers show when they ask for the password.
        version: What changes if the secret is to be read again.
        issuer: Who issues the tokens of ``jwt``.
        audience: For whom they are issued.
        jwks_url: Where the keys of the issuer are.
        cookie: The cookie that may have the token.
        signing: The keys of ``signed``.
    """

    kind: Literal["basic", "jwt", "signed"]
    secret: secretsmanager.ISecret | secretsmanager.Secret | None = None
    realm: str = "Restricted"
    version: str = "1"
    issuer: str = ""
    audience: Sequence[str] = ()
    jwks_url: str | None = None
    cookie: str | None = None
    signing: Signing | None = None

    def __post_init__(self) -> None:
        """Check the fields."""
        check_fields(self)
        problems = Problems(f"EdgeAuth.{self.kind}")
        if not is_unresolved(self.realm) and not _REALM.fullmatch(self.realm):
            problems.fail(
                "`realm` must have ASCII characters without quotation marks and backslashes, "
                f"got: {self.realm!r}"
            )
        # Without its part, there would be no authentication at all.
        for kind, name, part in (
            ("basic", "secret", self.secret),
            ("signed", "signing", self.signing),
        ):
            if self.kind == kind and part is None:
                problems.fail(f"`{name}` must be given, got: None; write EdgeAuth.{kind}({name})")
        if self.kind == "jwt":
            problems.add(_jwt_problems(self))
        problems.raise_if_any()

    @classmethod
    def basic(
        cls,
        secret: secretsmanager.ISecret | secretsmanager.Secret,
        *,
        realm: str = "Restricted",
        version: str = "1",
    ) -> EdgeAuth:
        """Return basic authentication: browsers ask for a user and a password.

        A function of ours reads the secret while the stack is deployed. The CloudFront Function
        gets a salted digest of the credentials and compares in constant time; the origin does not
        get the header ``Authorization``. Whoever may read CloudFront Functions of the account can
        try passwords on the digest, so let Secrets Manager generate a long one.

        Args:
            secret: A secret with the JSON fields ``username`` and ``password``.
            realm: What browsers show when they ask.
            version: Any text. The secret is read when the stack is created; change it to have the
                next deployment read the secret again.

        Raises:
            ValueError: If the realm cannot be a part of a header.
        """
        return cls(kind="basic", secret=secret, realm=realm, version=version)

    @classmethod
    def jwt(
        cls,
        issuer: str,
        audience: str | Sequence[str],
        *,
        jwks_url: str | None = None,
        cookie: str | None = None,
    ) -> EdgeAuth:
        """Return authentication by JSON Web Tokens that are signed with RS256 or ES256.

        A Lambda@Edge function verifies signature, issuer, audience and expiry, with 60 seconds of
        tolerance. CloudFront Functions cannot: their cryptography has digests only ("JavaScript
        runtime 2.0 features for CloudFront Functions"). CloudFront does not run both on a behavior
        ("Restrictions on all edge functions"), so a behavior of tokens has no other viewer
        function, such as that of ``site=``. The origin gets the token.

        Args:
            issuer: The claim ``iss``, an HTTPS URL, such as that of a Cognito user pool. It is
                known at synthesis unless the stack is in us-east-1.
            audience: The claim ``aud``, or ``client_id`` of tokens without it; any of a list.
            jwks_url: Where the keys are. Default: what
                ``/.well-known/openid-configuration`` of the issuer says.
            cookie: The cookie that has the token if the header ``Authorization`` has none.
                Default: none.

        Raises:
            ValueError: If an argument is not accepted.
        """
        audiences = [audience] if isinstance(audience, str) else audience
        return cls(kind="jwt", issuer=issuer, audience=audiences, jwks_url=jwks_url, cookie=cookie)

    @classmethod
    def signed(cls, signing: Signing) -> EdgeAuth:
        """Return signed URLs and cookies, as ``Behavior(…, signed=signing)`` does.

        Args:
            signing: The keys.
        """
        return cls(kind="signed", signing=signing)

    def snippets(self, scope: Construct | None) -> list[Snippet]:
        """Return the JavaScript for the viewer's request.

        Args:
            scope: The construct of the distribution. Default: none yet, and the digest is one of
                the same length.
        """
        if self.kind != "basic" or self.secret is None:
            return []
        salt, digest = "0" * 32, "0" * 64
        if scope is not None:
            credentials = edge_credentials(scope, self.secret, self.version)
            salt, digest = credentials.salt, credentials.digest
        parameters = {"salt": salt, "digest": digest, "realm": self.realm}
        return [packaged("basic_auth", Stage.AUTH, parameters)]

    def late_problems(self, argument: str) -> list[str]:
        """List what is not known at synthesis, but written into code of another stack.

        Args:
            argument: The argument, as the caller wrote it.
        """
        values = {"issuer": self.issuer, "audience": "".join(self.audience)}
        values["jwks_url"] = self.jwks_url or ""
        return [
            f"`{argument}` must have an `{name}` that is known at synthesis unless the stack is in "
            "us-east-1, got: a token; its function is deployed before this stack. Write the value, "
            "or read it from the context of the app"
            for name, value in values.items()
            if self.kind == "jwt" and is_unresolved(value)
        ]

    def edge_code(self) -> str | None:
        """Return the code of the Lambda@Edge function for the viewer's request, if there is one."""
        if self.kind != "jwt":
            return None
        settings = {
            "issuer": self.issuer,
            "audience": list(self.audience),
            "jwks": self.jwks_url,
            "cookie": self.cookie,
        }
        source = minified((_EDGE_CODE / "jwt.js").read_text(encoding="utf-8"))
        config = json.dumps(settings, separators=(",", ":"))
        return source.replace("const CONFIG = {};", f"const CONFIG = {config};")


def _jwt_problems(auth: EdgeAuth) -> list[str]:
    problems = Problems()
    for name, url in (("issuer", auth.issuer), ("jwks_url", auth.jwks_url)):
        if url is not None and not is_unresolved(url) and not _URL.fullmatch(url):
            problems.fail(f"`{name}` must be a URL with https://, got: {url!r}")
    if not auth.audience or "" in auth.audience:
        problems.fail(
            "`audience` must be the audience of the tokens, such as the client id of the "
            f"application, got: {list(auth.audience)}"
        )
    if auth.cookie is not None and not _COOKIE.fullmatch(auth.cookie):
        problems.fail(f"`cookie` must be the name of a cookie, got: {auth.cookie!r}")
    return problems.messages
