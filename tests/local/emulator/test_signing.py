"""A distribution that trusts a key group, from a template, and what AWS refuses of keys."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from serverless_stack.runtime.signing import Signer
from tests.local.emulator.conftest import Emulator, Reply, function, rest_api
from tests.local.emulator.test_cdn import (
    ALL_VIEWER_EXCEPT_HOST,
    CACHING_DISABLED,
    ECHO,
    behaviour,
)

PRIVATE = ec.generate_private_key(ec.SECP256R1())
ALIAS = "files.example.com"


def public_pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    public = key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def public_key(pem: str, name: str, **config: object) -> dict[str, Any]:
    properties = {"CallerReference": name, "Name": name, "EncodedKey": pem, **config}
    return {"Type": "AWS::CloudFront::PublicKey", "Properties": {"PublicKeyConfig": properties}}


def key_group(name: str, *keys: object) -> dict[str, Any]:
    properties = {"Name": name, "Items": list(keys)}
    return {"Type": "AWS::CloudFront::KeyGroup", "Properties": {"KeyGroupConfig": properties}}


def resources(comment: str) -> dict[str, Any]:
    signed = {
        "TrustedKeyGroups": [{"Ref": "Group"}],
        "OriginRequestPolicyId": ALL_VIEWER_EXCEPT_HOST,
    }
    return {
        **function(ECHO),
        **rest_api(binary=["*/*"]),
        "Key": public_key(public_pem(PRIVATE), "signed-key", Comment=comment),
        "Group": key_group("signed-group", {"Ref": "Key"}),
        "CachePolicy": {
            "Type": "AWS::CloudFront::CachePolicy",
            "Properties": {
                "CachePolicyConfig": {
                    "Name": "signed-cached",
                    "MinTTL": 60,
                    "DefaultTTL": 60,
                    "MaxTTL": 60,
                    "ParametersInCacheKeyAndForwardedToOrigin": {
                        "CookiesConfig": {"CookieBehavior": "none"},
                        "HeadersConfig": {"HeaderBehavior": "none"},
                        "QueryStringsConfig": {"QueryStringBehavior": "all"},
                        "EnableAcceptEncodingGzip": False,
                    },
                }
            },
        },
        "Cdn": {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {
                "DistributionConfig": {
                    "Enabled": True,
                    "Aliases": [ALIAS],
                    "Origins": [
                        {
                            "Id": "api",
                            "DomainName": {
                                "Fn::Sub": "${Api}.execute-api.${AWS::Region}.amazonaws.com"
                            },
                            "OriginPath": "/prod",
                            "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"},
                        }
                    ],
                    "DefaultCacheBehavior": behaviour("api", CachePolicyId=CACHING_DISABLED),
                    "CacheBehaviors": [
                        behaviour("api", "/private/*", CachePolicyId=CACHING_DISABLED, **signed),
                        behaviour("api", "/cached/*", CachePolicyId={"Ref": "CachePolicy"})
                        | {"TrustedKeyGroups": [{"Ref": "Group"}]},
                    ],
                }
            },
        },
    }


@pytest.fixture(scope="module")
def outputs(cloud: Emulator) -> dict[str, str]:
    return cloud.deploy(
        "signed",
        resources("first"),
        Key={"Ref": "Key"},
        Group={"Ref": "Group"},
        Domain={"Fn::GetAtt": ["Cdn", "DomainName"]},
    )


@pytest.fixture(scope="module")
def signer(outputs: dict[str, str]) -> Signer:
    pem = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Signer(outputs["Key"], pem)


def end() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=10)


def get(cloud: Emulator, outputs: dict[str, str], target: str, **headers: str) -> Reply:
    sent = {"Host": outputs["Domain"], "X-Forwarded-Proto": "https", **headers}
    return cloud.request("GET", cloud.at_gateway(target), sent)


def path_of(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def test_a_signed_url_reaches_the_origin_without_its_signature(
    cloud: Emulator, outputs: dict[str, str], signer: Signer
) -> None:
    url = f"https://{outputs['Domain']}/private/a?size=large"
    answer = get(cloud, outputs, path_of(signer.sign_url(url, expires_at=end())))
    assert answer.status == 200
    assert answer.json()["queryStringParameters"] == {"size": "large"}
    assert answer.json()["path"] == "/private/a"

    alias = signer.sign_url(f"https://{ALIAS}/private/a", expires_at=end())
    assert get(cloud, outputs, path_of(alias)).status == 200
    other = signer.sign_url("https://example.com/private/a", expires_at=end())
    assert get(cloud, outputs, path_of(other)).status == 403


def test_requests_without_a_signature_are_refused_in_xml(
    cloud: Emulator, outputs: dict[str, str], signer: Signer
) -> None:
    answer = get(cloud, outputs, "/private/a")
    assert (answer.status, answer.header("Content-Type")) == (403, "text/xml")
    assert b"<Code>MissingKey</Code>" in answer.body
    assert answer.header("X-Cache") == "Error from cloudfront"
    url = signer.sign_url(f"https://{outputs['Domain']}/private/a", expires_at=end())
    for before, after, code in (
        ("/private/a", "/private/b", "AccessDenied"),
        (f"Key-Pair-Id={outputs['Key']}", "Key-Pair-Id=KUNKNOWN", "InvalidKey"),
    ):
        changed = get(cloud, outputs, path_of(url.replace(before, after)))
        assert changed.status == 403
        assert f"<Code>{code}</Code>".encode() in changed.body
    assert get(cloud, outputs, "/public").status == 200  # of another behaviour


def test_the_viewers_address_counts(
    cloud: Emulator, outputs: dict[str, str], signer: Signer
) -> None:
    url = f"https://{outputs['Domain']}/private/a"
    signed = signer.sign_url(url, expires_at=end(), ip_range="198.51.100.0/24")
    address = "X-Serverless-Stack-Viewer-Address"
    assert get(cloud, outputs, path_of(signed), **{address: "198.51.100.9"}).status == 200
    assert get(cloud, outputs, path_of(signed), **{address: "203.0.113.9"}).status == 403
    assert get(cloud, outputs, path_of(signed)).status == 403


def test_signed_cookies_admit_a_folder(
    cloud: Emulator, outputs: dict[str, str], signer: Signer
) -> None:
    cookies = signer.sign_cookies(f"https://{outputs['Domain']}/private/a/*", expires_at=end())
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    assert get(cloud, outputs, "/private/a/b?c=d", Cookie=header).status == 200
    assert get(cloud, outputs, "/private/b", Cookie=header).status == 403


def test_the_cache_has_one_answer_for_all_signatures(
    cloud: Emulator, outputs: dict[str, str], signer: Signer
) -> None:
    url = f"https://{outputs['Domain']}/cached/a?size=large"
    first, second = (
        get(cloud, outputs, path_of(signer.sign_url(url, expires_at=end() + timedelta(hours=n))))
        for n in (0, 1)
    )
    assert (first.status, first.header("X-Cache")) == (200, "Miss from cloudfront")
    assert (second.status, second.header("X-Cache")) == (200, "Hit from cloudfront")
    assert b"<Code>MissingKey</Code>" in get(cloud, outputs, "/cached/a?size=large").body


def test_only_the_comment_of_a_public_key_changes(cloud: Emulator, outputs: dict[str, str]) -> None:
    cloud.deploy("signed", resources("second"), Key={"Ref": "Key"})
    client = cloud.client("cloudfront")
    config = client.get_public_key(Id=outputs["Key"])["PublicKey"]["PublicKeyConfig"]
    assert config["Comment"] == "second"

    changed = resources("second")
    changed["Key"] = public_key(public_pem(ec.generate_private_key(ec.SECP256R1())), "signed-key")
    with pytest.raises(AssertionError, match="Only the comment can be changed"):
        cloud.deploy("signed", changed)


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (public_key(public_pem(rsa.generate_private_key(65537, 1024)), "short"), "InvalidArgument"),
        (public_key("no key", "none"), "InvalidArgument"),
        (public_key(public_pem(PRIVATE), "signed-key"), "PublicKeyAlreadyExists"),
    ],
    ids=["short", "none", "taken"],
)
def test_keys_that_aws_refuses_are_refused(
    cloud: Emulator, outputs: dict[str, str], key: dict[str, Any], problem: str
) -> None:
    config = key["Properties"]["PublicKeyConfig"]
    with pytest.raises(ClientError, match=problem):
        cloud.client("cloudfront").create_public_key(PublicKeyConfig=config)


def test_what_is_in_use_is_not_deleted(cloud: Emulator, outputs: dict[str, str]) -> None:
    client = cloud.client("cloudfront")
    for kind, resource_id, code in (
        ("public_key", outputs["Key"], "PublicKeyInUse"),
        ("key_group", outputs["Group"], "ResourceInUse"),
    ):
        etag = getattr(client, f"get_{kind}")(Id=resource_id)["ETag"]
        with pytest.raises(ClientError, match=code):
            getattr(client, f"delete_{kind}")(Id=resource_id, IfMatch=etag)
    config = {"Name": "signed-full", "Items": [outputs["Key"]] * 6}
    with pytest.raises(ClientError, match="TooManyPublicKeysInKeyGroup"):
        client.create_key_group(KeyGroupConfig=config)


def test_deleting_the_stack_deletes_keys_and_group(cloud: Emulator) -> None:
    """Runs last: those above need the stack."""
    assert cloud.destroy("signed") == "DELETE_COMPLETE"
    client = cloud.client("cloudfront")
    keys = client.list_public_keys()["PublicKeyList"].get("Items", [])
    assert "signed-key" not in [key["Name"] for key in keys]
    groups = client.list_key_groups()["KeyGroupList"].get("Items", [])
    assert "signed-group" not in [item["KeyGroup"]["KeyGroupConfig"]["Name"] for item in groups]
