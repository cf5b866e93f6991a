"""Users of replication groups and serverless caches: authentication and access."""

from typing import Any

import pytest
import redis

from tests.local.emulator.conftest import Emulator
from tests.local.emulator.test_redis import NETWORK, ONCE, group

PASSWORD = "first-password-of-a-test"
OTHER = "other-password-of-a-test"


def connect(cloud: Emulator, port: str, username: str, password: str) -> redis.Redis:
    return redis.Redis(
        host="127.0.0.1",
        port=int(port),
        ssl=True,
        ssl_ca_certs=str(cloud.home / "engines" / "ca-bundle.pem"),
        username=username,
        password=password,
        retry=ONCE,
    )


def user(name: str, rights: str, mode: dict[str, object]) -> dict[str, Any]:
    return {
        "Type": "AWS::ElastiCache::User",
        "Properties": {
            "UserId": name,
            "UserName": name,
            "Engine": "redis",
            "AccessString": rights,
            "AuthenticationMode": mode,
        },
    }


def resources(
    rights: str = "on ~* &* +@all", passwords: tuple[str, ...] = (PASSWORD,)
) -> dict[str, Any]:
    mode: dict[str, object] = {"Type": "password", "Passwords": list(passwords)}
    return {
        **NETWORK,
        "Writer": user("writer", rights, mode),
        "Signer": user("signer", "on ~app:* +@read", {"Type": "iam"}),
        "Users": {
            "Type": "AWS::ElastiCache::UserGroup",
            "Properties": {
                "UserGroupId": "people",
                "Engine": "redis",
                "UserIds": [{"Ref": "Writer"}, {"Ref": "Signer"}],
            },
        },
        "Cache": group(UserGroupIds=[{"Ref": "Users"}]),
        "Serverless": {
            "Type": "AWS::ElastiCache::ServerlessCache",
            "Properties": {
                "ServerlessCacheName": "with-users",
                "Engine": "redis",
                "UserGroupId": {"Ref": "Users"},
            },
        },
    }


OUTPUTS = {
    "Primary": {"Fn::GetAtt": ["Cache", "PrimaryEndPoint.Port"]},
    "Reader": {"Fn::GetAtt": ["Cache", "ReaderEndPoint.Port"]},
    "Serverless": {"Fn::GetAtt": ["Serverless", "Endpoint.Port"]},
}


def test_users_have_the_rights_of_their_records(new_cloud: Emulator) -> None:
    cloud = new_cloud
    ports = cloud.deploy("users", resources(), **OUTPUTS)
    for place in ("Primary", "Reader", "Serverless"):
        writer = connect(cloud, ports[place], "writer", PASSWORD)
        assert writer.ping()
        signer = connect(cloud, ports[place], "signer", "a token of IAM")
        assert signer.get("app:1") is None
        with pytest.raises(redis.exceptions.NoPermissionError):
            signer.get("other")
        with pytest.raises(redis.exceptions.AuthenticationError):
            connect(cloud, ports[place], "writer", OTHER).ping()
    assert connect(cloud, ports["Primary"], "writer", PASSWORD).set("a", 1)

    cloud.deploy("users", resources("on ~* +@read", (PASSWORD, OTHER)), **OUTPUTS)

    for password in (PASSWORD, OTHER):
        writer = connect(cloud, ports["Primary"], "writer", password)
        assert writer.get("a") == b"1"
        with pytest.raises(redis.exceptions.NoPermissionError):
            writer.set("a", 2)
