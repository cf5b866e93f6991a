"""One cloud with something of everything that the console shows, and clients of the console."""

import json
import ssl
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode

from pymemcache import Client as MemcachedClient  # type: ignore[import-untyped]
from redis import Redis

from serverless_stack.runtime.caching.base import CacheEntry
from serverless_stack.runtime.caching.codecs.json import JsonCodec
from tests.local.emulator.conftest import Emulator, function
from tests.local.emulator.test_cdn import RESOURCES

HANDLER = """
import json, time

def handler(event, context):
    if "Records" in event:
        raise ValueError("this worker refuses all messages")
    path = event["path"]
    print(f"INFO serving {path}")
    if "slow" in path:
        for part in (1, 2):
            time.sleep(0.4)
            print(f"INFO part {part}", flush=True)
    if "broken" in path:
        raise ValueError("this path is broken")
    headers = {"Content-Type": "application/json", "Cache-Control": "max-age=60",
               "Cache-Tag": "orders", "Edge-Cache-Tag": "orders"}
    body = {"path": path, "text": "<img src=x onerror=document.title='pwned'>"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(body)}
"""
HOSTILE = "<img src=x onerror=document.title='pwned'>"
TOKEN = "a-token-of-sixteen-characters"

WORLD: dict[str, Any] = {
    **RESOURCES,
    "Function": {
        **function(HANDLER)["Function"],
        "Properties": {
            **function(HANDLER)["Function"]["Properties"],
            "FunctionName": "shop-handler",
        },
    },
    "Bucket": {
        "Type": "AWS::S3::Bucket",
        "Properties": {**RESOURCES["Bucket"]["Properties"], "BucketName": "shop-site"},
    },
    "Failed": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders-failed"}},
    "Orders": {
        "Type": "AWS::SQS::Queue",
        "Properties": {
            "QueueName": "orders",
            "RedrivePolicy": {
                "deadLetterTargetArn": {"Fn::GetAtt": ["Failed", "Arn"]},
                "maxReceiveCount": 1,
            },
        },
    },
    "Redis": {
        "Type": "AWS::ElastiCache::ReplicationGroup",
        "Properties": {
            "ReplicationGroupId": "shop-redis",
            "ReplicationGroupDescription": "orders",
            "Engine": "redis",
            "CacheNodeType": "cache.t4g.micro",
            "NumCacheClusters": 2,
            "TransitEncryptionEnabled": True,
            "AuthToken": TOKEN,
        },
    },
    "Memcached": {
        "Type": "AWS::ElastiCache::CacheCluster",
        "Properties": {
            "ClusterName": "shop-views",
            "Engine": "memcached",
            "CacheNodeType": "cache.t4g.micro",
            "NumCacheNodes": 1,
        },
    },
}


@dataclass
class Answer:
    """An answer of the console."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - whatever a view has
        return json.loads(self.body)


@dataclass
class Console:
    """A client of the console.

    Attributes:
        cloud: The cloud.
        origin: The origin of the console.
        token: The token of this client.
    """

    cloud: Emulator
    origin: str = ""
    token: str = ""

    def link(self) -> str:
        """Return a new link, as the command line asks for it."""
        url = self.cloud.at_gateway("/_serverless_stack/console")
        reply = self.cloud.request("POST", url, self.cloud.signed("POST", url))
        assert reply.status == 200, reply.body
        link: str = reply.json()["url"]
        self.origin = link.partition("/#")[0]
        return link

    def open(self) -> "Console":
        """Get a token, as the page does."""
        code = self.link().partition("#code=")[2]
        self.token = self.post("/api/session", {"code": code}).json()["token"]
        return self

    def get(self, path: str, values: Mapping[str, str] | None = None, **headers: str) -> Answer:
        return self.send("GET", f"{path}?{urlencode(values)}" if values else path, None, headers)

    def post(self, path: str, body: object, **headers: str) -> Answer:
        return self.send("POST", path, json.dumps(body).encode(), headers)

    def send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        request = urllib.request.Request(
            self.origin + path,
            data=body,
            method=method,
            headers={"Authorization": f"Bearer {self.token}", **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read())
        except HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read())


def redis_of(cloud: Emulator, kind: str = "PrimaryEndpoint") -> Redis:
    groups = cloud.client("elasticache").describe_replication_groups()["ReplicationGroups"]
    endpoint = groups[0]["NodeGroups"][0][kind]
    return Redis(
        endpoint["Address"],
        endpoint["Port"],
        password=TOKEN,
        ssl=True,
        ssl_cert_reqs="required",
        ssl_ca_certs=str(cloud.home / "engines" / "ca-bundle.pem"),
        ssl_check_hostname=False,
        ssl_min_version=ssl.TLSVersion.TLSv1_2,
    )


def memcached_of(cloud: Emulator) -> MemcachedClient:
    clusters = cloud.client("elasticache").describe_cache_clusters(ShowCacheNodeInfo=True)
    nodes = [
        cluster["CacheNodes"][0]["Endpoint"]
        for cluster in clusters["CacheClusters"]
        if cluster["Engine"] == "memcached"
    ]
    return MemcachedClient((nodes[0]["Address"], nodes[0]["Port"]))


def deploy(cloud: Emulator) -> None:
    """Deploy the world, and put something into everything."""
    cloud.deploy("Shop", WORLD, Url={"Ref": "Api"})
    s3 = cloud.client("s3")
    page = b"<!doctype html><title>shop</title><h1>Shop</h1>"
    s3.put_object(
        Bucket="shop-site",
        Key="index.html",
        Body=page,
        ContentType="text/html",
        CacheControl="max-age=300",
    )
    s3.put_object(Bucket="shop-site", Key=f"notes/{HOSTILE}.txt", Body=HOSTILE.encode())
    s3.put_object(Bucket="shop-site", Key="notes/data.bin", Body=bytes(range(256)))
    codec = JsonCodec(compress_over=40)
    with redis_of(cloud) as redis:
        order = {"id": "7", "customer": "Ada", "note": "quickly, please " * 9}
        redis.set("orders/7.json", codec.encode(order), ex=300)
        aged = CacheEntry(order, fresh_until=time.time() + 60, valid_until=time.time() + 600)
        redis.set("orders/8.json", codec.encode(aged), ex=600)
        redis.set(f"text:{HOSTILE}", HOSTILE)
        redis.hset("basket:ada", mapping={"espresso": "2", "filter": "1"})
        redis.zadd("popular", {"espresso": 12, "filter": 3})
        redis.get("orders/7.json")
        redis.get("orders/9.json")
        assert redis.wait(1, 10_000) == 1
    with redis_of(cloud, "ReaderEndpoint") as reader:
        reader.get("orders/8.json")
    memcached = memcached_of(cloud)
    memcached.set("views:espresso", b"41", expire=600)
    memcached.get("views:espresso")
    memcached.get("views:filter")
    memcached.close()
    sqs = cloud.client("sqs")
    for queue, order_id in (("orders", 1), ("orders-failed", 2), ("orders-failed", 3)):
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"order": order_id, "by": HOSTILE}))
