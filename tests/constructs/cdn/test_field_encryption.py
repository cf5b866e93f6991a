"""FieldEncryption in templates, and what it refuses."""

import re
from dataclasses import replace

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from serverless_stack.constructs import (
    Behavior,
    Cdn,
    FieldEncryption,
    Origin,
    Profile,
)
from tests.constructs.conftest import plain_function
from tests.constructs.templates import Json, all_of, new_app, properties, refused, synth


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    public = key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


KEY = rsa.generate_private_key(65537, 2048)
PUBLIC = pem(KEY)
API = Origin.http("api.example.com")
CARDS = FieldEncryption(PUBLIC, ["card", "bank.*"], provider="shop")


def distribution(stack: cdk.Stack, **behaviors: Behavior) -> Json:
    Profile.dev().apply(stack)
    Cdn(
        stack,
        "Cdn",
        default=Behavior(API),
        behaviors={f"/{name}": behavior for name, behavior in behaviors.items()},
    )
    return synth(stack)


def test_a_behavior_encrypts_fields(stack: cdk.Stack) -> None:
    template = distribution(
        stack,
        plain=Behavior(API),
        pay=Behavior(API, field_encryption=CARDS),
        refund=Behavior(API, field_encryption=replace(CARDS)),
    )
    config = properties(template, "AWS::CloudFront::Distribution")["DistributionConfig"]
    plain, pay, refund = config["CacheBehaviors"]
    others = (plain, config["DefaultCacheBehavior"])
    assert [each.get("FieldLevelEncryptionId") for each in others] == [None, None]
    assert pay["FieldLevelEncryptionId"] == refund["FieldLevelEncryptionId"]
    ((name, attribute),) = [pay["FieldLevelEncryptionId"]["Fn::GetAtt"]]
    assert (pay["PathPattern"], attribute) == ("/pay", "Id")
    assert pay["ViewerProtocolPolicy"] == "redirect-to-https"
    assert set(pay["AllowedMethods"]) >= {"POST", "PUT"}

    content = template["Resources"][name]["Properties"]["ContentTypeProfileConfig"]
    (mapping,) = content["ContentTypeProfiles"]
    assert mapping["ContentType"] == "application/x-www-form-urlencoded"
    assert mapping["Format"] == "URLEncoded"
    assert content["ForwardWhenContentTypeIsUnknown"] is False
    profile = properties(template, "AWS::CloudFront::FieldLevelEncryptionProfile")
    (entity,) = profile["FieldLevelEncryptionProfileConfig"]["EncryptionEntities"]
    assert (entity["ProviderId"], entity["FieldPatterns"]) == ("shop", ["card", "bank.*"])
    key = properties(template, "AWS::CloudFront::PublicKey")["PublicKeyConfig"]
    assert key["EncodedKey"] == PUBLIC
    names = {str(key["Name"]), str(profile["FieldLevelEncryptionProfileConfig"]["Name"])}
    assert len(names) == 1
    assert "AWS::StackId" in names.pop()


def test_one_key_with_other_content_and_without(stack: cdk.Stack) -> None:
    template = distribution(
        stack,
        pay=Behavior(API, field_encryption=CARDS),
        files=Behavior(API, field_encryption=replace(CARDS, forward_other_content=True)),
        again=Behavior(API, field_encryption=replace(CARDS, public_key_pem=f"{PUBLIC}\n")),
    )
    configs = all_of(template, "AWS::CloudFront::FieldLevelEncryptionConfig")
    contents = [each["Properties"]["ContentTypeProfileConfig"] for each in configs]
    assert [each["ForwardWhenContentTypeIsUnknown"] for each in contents] == [False, True]
    assert len({str(each["Properties"]["CallerReference"]) for each in configs}) == 2
    assert len(all_of(template, "AWS::CloudFront::PublicKey")) == 1
    config = properties(template, "AWS::CloudFront::Distribution")["DistributionConfig"]
    ids = [each["FieldLevelEncryptionId"] for each in config["CacheBehaviors"]]
    assert ids[0] == ids[2] != ids[1]


def test_a_body_that_is_signed_cannot_be_encrypted(stack: cdk.Stack) -> None:
    function = plain_function(stack, "Plain")
    public = function.add_function_url(auth_type=lambda_.FunctionUrlAuthType.NONE)
    Cdn(stack, "Public", default=Behavior(public, field_encryption=CARDS))
    other = plain_function(stack, "Other")
    signed = other.add_function_url(auth_type=lambda_.FunctionUrlAuthType.AWS_IAM)
    message = refused(lambda: Cdn(stack, "Cdn", default=Behavior(signed, field_encryption=CARDS)))
    assert "`default.field_encryption` must go with a function URL without IAM" in message


def test_another_key_is_another_resource() -> None:
    other = replace(CARDS, public_key_pem=pem(rsa.generate_private_key(65537, 2048)))
    names = []
    for encryption in (CARDS, other, CARDS):
        stack = cdk.Stack(new_app(), "Test")
        template = distribution(stack, pay=Behavior(API, field_encryption=encryption))
        names += [
            name
            for name, item in template["Resources"].items()
            if item["Type"] == "AWS::CloudFront::PublicKey"
        ]
    assert names[0] == names[2] != names[1]


def test_the_default_behavior_encrypts_as_well(stack: cdk.Stack) -> None:
    Profile.dev().apply(stack)
    Cdn(stack, "Cdn", default=Behavior(API, field_encryption=CARDS))
    config = properties(synth(stack), "AWS::CloudFront::Distribution")["DistributionConfig"]
    assert "FieldLevelEncryptionId" in config["DefaultCacheBehavior"]


def test_nothing_is_created_without_it(stack: cdk.Stack) -> None:
    template = distribution(stack, pay=Behavior(API))
    for kind in ("PublicKey", "FieldLevelEncryptionProfile", "FieldLevelEncryptionConfig"):
        assert all_of(template, f"AWS::CloudFront::{kind}") == []


@pytest.mark.parametrize(
    ("behavior", "problem"),
    [
        (
            Behavior(
                Origin.media_package("a.mediapackagev2.us-east-1.amazonaws.com"),
                field_encryption=CARDS,
            ),
            "`behaviors['/pay'].field_encryption` must go with a target that takes forms, got: a "
            "media package",
        ),
        (
            Behavior(API, methods="GET HEAD", field_encryption=CARDS),
            "`behaviors['/pay'].field_encryption` must go with `methods='all'`, which CloudFront "
            "requires, got: 'GET HEAD'",
        ),
        (
            Behavior(Origin.http("example.com", protocol="http"), field_encryption=CARDS),
            "must go with an origin by `protocol='https'` or `'viewer'`, which CloudFront "
            "requires, got: 'http'",
        ),
        (
            Behavior(
                Origin.group(
                    Origin.http("a.example"), fallback=Origin.http("b.example"), status_codes=[500]
                ),
                field_encryption=CARDS,
            ),
            "must go with a target that takes forms, got: a group",
        ),
    ],
)
def test_behaviors_that_cloudfront_refuses_are_refused(
    stack: cdk.Stack, behavior: Behavior, problem: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        distribution(stack, pay=behavior)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"public_key_pem": "key"}, "with its lines BEGIN PUBLIC KEY and END PUBLIC KEY"),
        ({"public_key_pem": PUBLIC.replace("M", "!")}, "with its lines BEGIN PUBLIC KEY"),
        (
            {"public_key_pem": pem(rsa.generate_private_key(65537, 1024))},
            "in PEM, got: RSA 1024; `openssl",
        ),
        (
            {"public_key_pem": pem(rsa.generate_private_key(65537, 3072))},
            "in PEM, got: RSA 3072; `openssl",
        ),
        (
            {"public_key_pem": pem(ec.generate_private_key(ec.SECP256R1()))},
            "in PEM, got: ECDSA P-256; `openssl",
        ),
        ({"fields": []}, "`fields` must be 1 to 10 names, got: 0"),
        ({"fields": [f"f{n}" for n in range(11)]}, "`fields` must be 1 to 10 names, got: 11"),
        ({"fields": ["a b"]}, "with '*' at the end only, got: 'a b'"),
        ({"fields": ["a*b"]}, "with '*' at the end only, got: 'a*b'"),
        ({"fields": ["x" * 129]}, "128 at most"),
        ({"fields": ["card", "card"]}, "`fields` must have each name once, got twice: 'card'"),
        ({"fields": ["AB*", "ABC*"]}, "`fields` must not overlap, got: 'AB*' and ABC*"),
        ({"fields": ["card*", "card.number"]}, "`fields` must not overlap"),
        ({"provider": "my shop"}, "`provider` must be 128 letters, digits, ':', '_' and '-'"),
        ({"provider": ""}, "`provider` must be 128 letters"),
        ({"fields": "card"}, "`fields` must be"),
    ],
)
def test_what_cloudfront_refuses_is_refused(settings: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        replace(CARDS, **settings)  # type: ignore[arg-type]


def test_a_private_key_is_refused_and_not_shown() -> None:
    private = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ValueError, match="got: a private key, which must stay") as caught:
        FieldEncryption(private, ["card"])
    assert private.splitlines()[1] not in str(caught.value)


def test_tokens_pass(stack: cdk.Stack) -> None:
    key = cdk.CfnParameter(stack, "CardKey").value_as_string
    FieldEncryption(key, [key], provider=key)
