"""Signing in templates, and what it refuses."""

import re
from pathlib import Path

import aws_cdk as cdk
import cdk_nag
import pytest

from serverless_stack.constructs import (
    Behavior,
    Cdn,
    EdgeAuth,
    LambdaHandler,
    Profile,
    Signing,
    StorageBucket,
)
from serverless_stack.testing import TemplateSnapshot, assert_compliant
from tests.constructs.conftest import plain_function
from tests.constructs.function.unpacked import contents
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    properties,
    require_no_cycle,
    synth,
)

DAY = cdk.Duration.days(1)


@pytest.fixture(scope="module")
def regulated() -> Json:
    """The template of a rotated key under the strictest profile, with a function and a CDN."""
    stack = cdk.Stack(new_app(), "Test")
    Profile.regulated().apply(stack)
    signing = Signing(stack, "Keys", key_type="RSA", keep_old_for=cdk.Duration.hours(12))
    signing.connect(plain_function(stack, "Plain"))
    Cdn(
        stack,
        "Cdn",
        bucket=StorageBucket(stack, "Bucket"),
        behaviors={"/films/*": Behavior("bucket", signed=signing)},
    )
    return synth(stack)


def test_minimal(template_snapshot: TemplateSnapshot, stack: cdk.Stack) -> None:
    Profile.dev().apply(stack)
    Signing(stack, "Keys")
    template = synth(stack)
    require_no_cycle(template)
    assert all_of(template, "AWS::SecretsManager::RotationSchedule") == []
    secret = properties(template, "AWS::SecretsManager::Secret")
    assert "GenerateSecretString" not in secret  # the function stores the key
    assert "SecretString" not in secret
    assert template == template_snapshot


def test_maximal(regulated: Json) -> None:
    require_no_cycle(regulated)
    settings = variables_of(regulated)
    assert (settings["KEY_TYPE"], settings["KEEP_SECONDS"]) == ("RSA", "43200")
    schedule = properties(regulated, "AWS::SecretsManager::RotationSchedule")
    assert schedule["RotationRules"] == {"AutomaticallyAfterDays": 30}
    assert schedule["RotateImmediatelyOnUpdate"] is False
    assert "KmsKeyId" in properties(regulated, "AWS::SecretsManager::Secret")
    assert "KmsKeyArn" in function_of(regulated)
    rule = properties(regulated, "AWS::Events::Rule")
    assert rule["ScheduleExpression"] == "rate(1 hour)"


def function_of(template: Json) -> Json:
    (function,) = [
        item["Properties"]
        for item in all_of(template, "AWS::Lambda::Function")
        if "signing" in item["Properties"]["Handler"]
    ]
    return dict(function)


def variables_of(template: Json) -> Json:
    return dict(function_of(template)["Environment"]["Variables"])


def test_a_behavior_trusts_the_key_group(regulated: Json) -> None:
    config = properties(regulated, "AWS::CloudFront::Distribution")["DistributionConfig"]
    (behavior,) = config["CacheBehaviors"]
    ((group, attribute),) = [behavior["TrustedKeyGroups"][0]["Fn::GetAtt"]]
    assert attribute == "KeyGroupId"
    assert regulated["Resources"][group]["Type"] == "Custom::SigningKeys"
    assert "TrustedKeyGroups" not in config["DefaultCacheBehavior"]


def statements(template: Json, prefix: str) -> list[Json]:
    policies = [
        *all_of(template, "AWS::IAM::ManagedPolicy"),
        *all_of(template, "AWS::IAM::Policy"),
    ]
    documents = [policy["Properties"]["PolicyDocument"]["Statement"] for policy in policies]
    return [
        statement
        for document in documents
        for statement in document
        if any(action.startswith(prefix) for action in listed(statement["Action"]))
    ]


def listed(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def test_roles_may_do_what_they_do_and_no_more(regulated: Json) -> None:
    (cloudfront_statement,) = statements(regulated, "cloudfront:")
    assert len(cloudfront_statement["Action"]) == 10
    assert not any("*" in action for action in cloudfront_statement["Action"])
    secret = next(
        name
        for name, item in regulated["Resources"].items()
        if item["Type"] == "AWS::SecretsManager::Secret"
    )
    own, reader = sorted(
        statements(regulated, "secretsmanager:"), key=lambda item: -len(listed(item["Action"]))
    )
    assert [item["Resource"] for item in (own, reader)] == [{"Ref": secret}] * 2
    assert reader["Action"] == "secretsmanager:GetSecretValue"
    assert len(own["Action"]) == 4


def test_only_the_secret_has_the_private_key(regulated: Json) -> None:
    (resource,) = all_of(regulated, "Custom::SigningKeys")
    assert set(resource["Properties"]) == {"ServiceToken", "ServiceTimeout", "Name", "KeyType"}
    assert "PRIVATE KEY" not in str(regulated)


def test_the_names_differ_between_stacks_of_two_regions(regulated: Json) -> None:
    assert "AWS::StackId" in str(properties(regulated, "Custom::SigningKeys")["Name"])


def test_the_package_has_cryptography_for_lambda(package_cache: Path, regulated: Json) -> None:
    assert regulated
    libraries = [
        content
        for archive in package_cache.glob("library/*/code.zip")
        for name, (_, content) in contents(archive).items()
        if name.startswith("cryptography/hazmat/") and name.endswith("/_rust.abi3.so")
    ]
    assert libraries
    assert libraries[0][18] == 0xB7  # ELF: AArch64


def test_functions_are_connected_once(stack: cdk.Stack, code: Path) -> None:
    signing = Signing(stack, "Keys")
    handler = LambdaHandler(stack, "Handler", code=code)
    plain = plain_function(stack, "Plain")
    signing.connect(handler, env_prefix="FILMS")
    signing.connect(plain)
    with pytest.raises(ValueError, match="FILMS_SECRET_ARN"):
        signing.connect(handler, env_prefix="FILMS")
    with pytest.raises(ValueError, match="SIGNING_SECRET_ARN"):
        signing.connect(plain)
    connected = [
        set(item["Properties"].get("Environment", {}).get("Variables", {}))
        for item in all_of(synth(stack), "AWS::Lambda::Function")
    ]
    assert sum("FILMS_SECRET_ARN" in names for names in connected) == 1
    assert sum("SIGNING_SECRET_ARN" in names for names in connected) == 1


def test_a_distribution_of_another_stack_trusts_the_keys(app: cdk.App) -> None:
    keys, sites = cdk.Stack(app, "Keys"), cdk.Stack(app, "Sites")
    signing = Signing(keys, "Signing")
    bucket = StorageBucket(sites, "Bucket")
    Cdn(sites, "Cdn", bucket=bucket, behaviors={"/f/*": Behavior("bucket", signed=signing)})
    config = properties(synth(sites), "AWS::CloudFront::Distribution")["DistributionConfig"]
    assert "Fn::ImportValue" in str(config["CacheBehaviors"][0]["TrustedKeyGroups"])


def test_no_finding_is_left(stack: cdk.Stack) -> None:
    Profile.regulated().apply(stack)
    signing = Signing(stack, "Keys")
    assert_compliant(
        signing,
        [
            cdk_nag.AwsSolutionsChecks,
            cdk_nag.ServerlessChecks,
            cdk_nag.NIST80053R5Checks,
            cdk_nag.HIPAASecurityChecks,
            cdk_nag.PCIDSS321Checks,
        ],
    )


def test_a_key_that_is_not_rotated_is_acknowledged(stack: cdk.Stack) -> None:
    """Under the default profile."""
    assert_compliant(Signing(stack, "Keys"))


def test_edge_auth_is_another_name_for_it(stack: cdk.Stack) -> None:
    signing = Signing(stack, "Keys")
    bucket = StorageBucket(stack, "Bucket")
    Cdn(stack, "Cdn", bucket=bucket, default=Behavior("bucket", auth=EdgeAuth.signed(signing)))
    config = properties(synth(stack), "AWS::CloudFront::Distribution")["DistributionConfig"]
    assert len(config["DefaultCacheBehavior"]["TrustedKeyGroups"]) == 1


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"key_type": "DSA"}, "`key_type` must be"),
        ({"rotate_every": cdk.Duration.hours(30)}, "`rotate_every` must be whole days"),
        ({"rotate_every": cdk.Duration.days(1001)}, "`rotate_every` must be between 1 and 1000"),
        ({"rotate_every": DAY}, "`keep_old_for` must be shorter than `rotate_every`"),
        (
            {"keep_old_for": cdk.Duration.minutes(59)},
            "`keep_old_for` must be between 1 and 8760 hours",
        ),
        ({"keep_old_for": cdk.Duration.days(366)}, "`keep_old_for` must be between 1 and 8760"),
        (
            {"switch_after": cdk.Duration.minutes(11)},
            "`switch_after` must be between 0 and 600 seconds",
        ),
    ],
)
def test_what_cannot_be_rotated_is_refused(
    stack: cdk.Stack, settings: dict[str, object], problem: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        Signing(stack, "Keys", **settings)  # type: ignore[arg-type]


def test_a_duration_that_is_known_at_deployment_only_is_refused(stack: cdk.Stack) -> None:
    days = cdk.CfnParameter(stack, "Days", type="Number").value_as_number
    with pytest.raises(ValueError, match="`keep_old_for` must be known at synthesis"):
        Signing(stack, "Keys", keep_old_for=cdk.Duration.days(days))


def test_all_problems_are_told_together(stack: cdk.Stack) -> None:
    with pytest.raises(ValueError, match="3 problems in Test/Keys"):
        Signing(
            stack,
            "Keys",
            rotate_every=cdk.Duration.days(2000),
            keep_old_for=cdk.Duration.days(400),
            switch_after=cdk.Duration.hours(1),
        )
