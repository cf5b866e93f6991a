"""RedisAuth: how clients log in, and how often what they log in with is rotated."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import Duration
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.elasticache.limits.security import (
    ROTATION_DAYS,
    access_string_problems,
)
from serverless_stack.checks.services.elasticache.limits.versions import (
    AUTH_ROTATION,
    feature_problems,
)
from serverless_stack.constructs._internal.arguments import check_fields, check_types
from serverless_stack.constructs._internal.roles import name_of_secret
from serverless_stack.constructs._internal.shared import key_of
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.cache.redis.engine import RedisEngine
from serverless_stack.constructs.profiles.profile import Profile

FULL_ACCESS = "on ~* &* +@all"
Kind = Literal["token", "password", "iam", "none"]


@dataclass(frozen=True)
class RedisAuth:
    """How clients log in to a cache; make one with a class method.

    Attributes:
        kind: ``token``, ``password``, ``iam`` or ``none``.
        secret: The secret whose string is the token or password. Default: a generated one.
        rotate_every: How often the token or password is rotated; Default: set by the profile.
        access: What the cache's own user may do. Default: everything.
    """

    kind: Kind
    secret: secretsmanager.ISecret | secretsmanager.Secret | None = None
    rotate_every: Duration | None = None
    access: str | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def token(
        cls,
        *,
        secret: secretsmanager.ISecret | secretsmanager.Secret | None = None,
        rotate_every: Duration | None = None,
    ) -> "RedisAuth":
        """Return one AUTH token for all clients.

        Args:
            secret: A secret whose string is the token. Default: a new one with a generated token.
            rotate_every: How often a function rotates it, 1-1000 whole days; the token before
                keeps working until the next rotation. In a VPC that was created with the cache,
                this adds an interface endpoint for ElastiCache, which AWS bills by the hour; in
                a VPC of yours the function needs a way to ElastiCache and Secrets Manager.
                Default: set by the profile for a generated token (regulated: 30 days), else
                never.
        """
        return cls("token", secret, rotate_every)

    @classmethod
    @check_types
    def password(
        cls,
        *,
        secret: secretsmanager.ISecret | secretsmanager.Secret | None = None,
        rotate_every: Duration | None = None,
        access: str | None = None,
    ) -> "RedisAuth":
        """Return a user with a password.

        Args:
            secret: A secret whose string is the password. Default: a new one with a generated
                password.
            rotate_every: How often a function rotates it, as for ``token``.
            access: The access string of the cache's own user. Default: everything.
        """
        return cls("password", secret, rotate_every, access)

    @classmethod
    @check_types
    def iam(cls, *, access: str | None = None) -> "RedisAuth":
        """Return a user that logs in with the role of its function, and needs no secret.

        Args:
            access: The access string of the cache's own user. Default: everything.
        """
        return cls("iam", access=access)

    @classmethod
    def none(cls) -> "RedisAuth":
        """Return no authentication: the security groups decide who connects."""
        return cls("none")

    @property
    def has_secret(self) -> bool:
        """Whether clients need a secret."""
        return self.kind in ("token", "password")

    @property
    def has_user(self) -> bool:
        """Whether clients log in as a user."""
        return self.kind in ("password", "iam")

    def rotation(self, engine: RedisEngine, profile: Profile) -> Duration | None:
        """Return how often the token or password is rotated; None for never.

        Args:
            engine: The engine of the cache.
            profile: The profile of the cache.
        """
        days = profile.settings.rotation_days
        if self.rotate_every is not None or not days or not self.has_secret:
            return self.rotate_every
        every = Duration.days(days)
        automatic = self.secret is None and not rotation_problems(self, engine, every)
        return every if automatic else None


def auth_problems(auth: RedisAuth, engine: RedisEngine) -> list[str]:
    """List what is wrong with how clients log in.

    Args:
        auth: How clients log in.
        engine: The engine of the cache.
    """
    problems = Problems()
    problems.require(
        auth.secret is None or auth.has_secret,
        f"`auth.secret` must be left out for {auth.kind}, which needs none",
    )
    problems.require(
        auth.access is None or auth.has_user,
        f"`auth.access` must be left out for {auth.kind}, which has no user, got: {auth.access!r}",
    )
    if auth.access is not None:
        problems.add(access_string_problems(auth.access, "auth.access"))
    if auth.rotate_every is not None:
        problems.add(rotation_problems(auth, engine, auth.rotate_every))
    return problems.messages


def rotation_problems(auth: RedisAuth, engine: RedisEngine, every: Duration) -> list[str]:
    """List why a token or password cannot be rotated.

    Args:
        auth: How clients log in.
        engine: The engine of the cache.
        every: How often.
    """
    problems = Problems()
    problems.require(
        auth.has_secret,
        f"`auth.rotate_every` must be left out for {auth.kind}, which has no secret",
    )
    if not every.is_unresolved():
        days = every.to_days(integral=False)
        problems.between("auth.rotate_every", days, *ROTATION_DAYS, "days")
        problems.require(
            days == int(days), f"`auth.rotate_every` must be whole days, got: {days:g} days"
        )
    if auth.kind == "token":
        problems.add(
            feature_problems(engine.name, engine.version, [AUTH_ROTATION], "engine.version")
        )
    return problems.messages


def token_secret(cache: Construct, auth: RedisAuth) -> secretsmanager.ISecret | None:
    """Return the secret with the AUTH token of a cache; create it if there is none.

    Args:
        cache: The cache, which becomes the parent.
        auth: How clients log in.
    """
    if auth.kind != "token":
        return None
    return auth.secret or generate_secret(cache, f"AUTH token of {path_of(cache)}")


def secret_value(secret: secretsmanager.ISecret) -> str:
    """Return a dynamic reference to the string of a secret, which CloudFormation reads.

    Args:
        secret: The secret.
    """
    return f"{{{{resolve:secretsmanager:{name_of_secret(secret)}:SecretString:::}}}}"


def generate_secret(scope: Construct, description: str) -> secretsmanager.Secret:
    """Create a secret whose string is 64 random letters and digits.

    Args:
        scope: The parent construct.
        description: What the secret is for.
    """
    return secretsmanager.Secret(
        scope,
        "Secret",
        description=description,
        encryption_key=key_of(scope, Profile.of(scope)),
        generate_secret_string=secretsmanager.SecretStringGenerator(
            password_length=64, exclude_punctuation=True
        ),
    )
