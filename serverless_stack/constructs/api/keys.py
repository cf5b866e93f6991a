"""ApiKey: a key for a customer of an API, whose value is in Secrets Manager."""

import re
from collections.abc import Sequence

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from serverless_stack.checks.engine.problems import Problems, is_unresolved
from serverless_stack.constructs._internal.acknowledge import acknowledge
from serverless_stack.constructs._internal.shared import key_of
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.api.throttling import UsagePlan
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import HIPAA, NIST

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")
# "API key source" accepts 20 to 128 letters and digits.
LENGTH = 40
_NO_ROTATION = "a customer holds the key; add another one, and remove this one when it is replaced"


def key_problems(
    api: Construct,
    name: str,
    plan: UsagePlan | None,
    plans: Sequence[UsagePlan],
    secret: secretsmanager.ISecret | secretsmanager.Secret | None,
) -> list[str]:
    """Check a key.

    Args:
        api: The construct of the API.
        name: The name of the key.
        plan: Its plan, or None.
        plans: The usage plans of the API.
        secret: The secret with the value, or None.
    """
    problems = Problems()
    is_token = is_unresolved(name)
    problems.require(
        not is_token and _NAME.fullmatch(name),
        "`name` must have 1 to 128 letters, digits, dots, hyphens and underscores, got: "
        f"{'a token' if is_token else repr(name)}",
    )
    children = [child for child in api.node.children if isinstance(child, ApiKey)]
    problems.require(
        name not in [child.name for child in children],
        f"`name` must be one that the API does not have yet, got: {name!r} again",
    )
    problems.require(
        secret is None or secret not in [child.secret for child in children],
        f"`secret` must be that of one key, because API Gateway takes the same value for the same "
        f"key, got: {secret and path_of(secret)} again",
    )
    names = ", ".join(repr(item.name) for item in plans) or "none"
    if not plans:
        problems.fail(
            "`plan` must be one of `usage_plans`, got: an API without any; write "
            "usage_plans=[UsagePlan(rate=10, burst=20)]"
        )
    elif plan is None:
        problems.require(
            len(plans) == 1,
            f"`plan` must say which of `usage_plans` the key belongs to, got: none of {names}",
        )
    else:
        problems.require(
            plan in plans,
            f"`plan` must be one of `usage_plans`, got: {plan.name!r}, which is not among "
            f"{names} with the same limits",
        )
    return problems.messages


class ApiKey(Construct):
    """A key of a usage plan, made by ``ProxyApi.add_api_key``.

    It creates the key, its place in the plan and, unless given one, a secret with a generated
    value. The template has a reference to the secret, not the value. A value that is changed in
    the secret reaches API Gateway when the key is replaced: add another key instead.

    Args:
        scope: The construct of the API.
        construct_id: The name of the key.
        plan: The usage plan.
        secret: The secret whose string is the value.

    Attributes:
        name: The name of the key.
        secret: The secret with the value, for ``grant_read``.
        key: The key.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        plan: apigateway.UsagePlan,
        secret: secretsmanager.ISecret | secretsmanager.Secret | None,
    ) -> None:
        super().__init__(scope, f"ApiKey-{construct_id}")
        value = secret or _generated(self, f"API key {construct_id} of {path_of(scope)}")
        key = apigateway.CfnApiKey(
            self,
            "Key",
            description=f"{construct_id} of {path_of(scope)}",
            enabled=True,
            # A dynamic reference, which CloudFormation resolves in any property of a resource
            # ("Get a secret or secret value from Secrets Manager").
            value=value.secret_value.unsafe_unwrap(),
        )
        apigateway.CfnUsagePlanKey(
            self, "InPlan", key_id=key.ref, key_type="API_KEY", usage_plan_id=plan.usage_plan_id
        )
        self.name = construct_id
        self.secret: secretsmanager.ISecret = value
        self.key: apigateway.CfnApiKey = key

    @property
    def key_id(self) -> str:
        """The id of the key; a token at synthesis."""
        return self.key.ref


def _generated(scope: Construct, description: str) -> secretsmanager.Secret:
    profile = Profile.of(scope)
    secret = secretsmanager.Secret(
        scope,
        "Secret",
        description=description,
        encryption_key=key_of(scope, profile),
        generate_secret_string=secretsmanager.SecretStringGenerator(
            password_length=LENGTH, exclude_punctuation=True, include_space=False
        ),
    )
    acknowledge(secret, "SMG4", _NO_ROTATION, profile=profile)
    rule = "SecretsManagerRotationEnabled"
    acknowledge(secret, rule, _NO_ROTATION, packs=(NIST, HIPAA), profile=profile)
    return secret
