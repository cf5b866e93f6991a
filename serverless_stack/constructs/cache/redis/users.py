"""Who may log in to a Redis: a generated AUTH token, or users with a password or with IAM."""

from dataclasses import dataclass
from typing import Literal

from aws_cdk import ArnFormat, Names, Stack
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack.constructs._internal.roles import grant_secret, grantee_of
from serverless_stack.constructs._internal.shared import key_of
from serverless_stack.constructs.profiles.profile import Profile

RedisAuth = Literal["token", "password", "iam", "none"]
"""How clients authenticate."""

AUTHS = ("token", "password", "iam", "none")
EVERYTHING = "on ~* &* +@all"
_NOTHING = "off ~* -@all"
_LONGEST_ID = 40


@dataclass(frozen=True)
class RedisUser:
    """A user of a Redis.

    Attributes:
        user: The user, as the raw CloudFormation resource.
        user_name: Its name, which is its id, too.
        secret: The secret with its password; None for a user that authenticates with IAM.
        scope: The construct that has it.
    """

    user: elasticache.CfnUser
    user_name: str
    secret: secretsmanager.ISecret | None
    scope: Construct


def generated_secret(scope: Construct, description: str) -> secretsmanager.Secret:
    """Make a secret whose string is a token of 64 letters and digits."""
    return secretsmanager.Secret(
        scope,
        "Secret",
        description=description,
        encryption_key=key_of(scope, Profile.of(scope)),
        generate_secret_string=secretsmanager.SecretStringGenerator(
            password_length=64, exclude_punctuation=True
        ),
    )


def make_user(
    scope: Construct,
    engine: str,
    auth: str,
    access_string: str,
    secret: secretsmanager.ISecret | None,
) -> RedisUser:
    """Make a user of the same name in every deployment of the same stack.

    Args:
        scope: The construct that gets it, and its secret.
        engine: ``redis`` or ``valkey``.
        auth: ``password`` or ``iam``.
        access_string: What it may do.
        secret: A secret with its password; None generates one.
    """
    name = unique_id(scope)
    # CDK takes this property as it is, so that its names have to be those of CloudFormation.
    mode: dict[str, object] = {"Type": auth}
    held = None
    if auth == "password":
        held = secret or generated_secret(scope, f"Password of {scope.node.path}")
        mode["Passwords"] = [held.secret_value.unsafe_unwrap()]  # a reference, not the password
    user = elasticache.CfnUser(
        scope,
        "User",
        engine=engine,
        user_id=name,
        user_name=name,
        access_string=access_string,
        authentication_mode=mode,
    )
    return RedisUser(user, name, held, scope)


def make_user_group(scope: Construct, engine: str, first: RedisUser) -> elasticache.CfnUserGroup:
    """Make the group of the users that may log in.

    A group of the engine redis must have a user named ``default``; it gets one that is off.

    Args:
        scope: The cache construct.
        engine: ``redis`` or ``valkey``.
        first: Its first user.
    """
    members = [first.user.ref]
    if engine == "redis":
        off = elasticache.CfnUser(
            scope,
            "DefaultUser",
            engine=engine,
            user_id=unique_id(scope, "-off"),
            user_name="default",
            access_string=_NOTHING,
            authentication_mode={"Type": "no-password-required"},
        )
        members.insert(0, off.ref)
    return elasticache.CfnUserGroup(
        scope,
        "UserGroup",
        engine=engine,
        user_group_id=unique_id(scope, f"-{engine}"),  # a change of the engine replaces the group
        user_ids=members,
    )


def unique_id(scope: Construct, ending: str = "") -> str:
    """Give an id from the names of the stack and the construct, as ElastiCache takes it."""
    name = Names.unique_resource_name(
        scope, max_length=_LONGEST_ID - len(ending), separator="-", allowed_special_characters=""
    )
    return f"{name.lower()}{ending}"


def grant_login(
    function: lambda_.Function,
    cache: elasticache.CfnReplicationGroup,
    user: RedisUser | None,
    secret: secretsmanager.ISecret | None,
) -> None:
    """Let a function log in: read the secret, or prove with IAM that it is the user.

    Args:
        function: The function.
        cache: The replication group.
        user: The user, or None.
        secret: The secret with the token or password, or None.
    """
    if secret is not None:
        grant_secret(secret, grantee_of(function))
    elif user is not None:
        iam.Grant.add_to_principal(
            grantee=grantee_of(function),
            actions=["elasticache:Connect"],
            resource_arns=[arn_of(cache, "replicationgroup", cache.ref), user.user.attr_arn],
        )


def arn_of(scope: Construct, resource: str, name: str) -> str:
    """Give the ARN of something of ElastiCache in the stack's account and region."""
    return Stack.of(scope).format_arn(
        service="elasticache",
        resource=resource,
        resource_name=name,
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )
