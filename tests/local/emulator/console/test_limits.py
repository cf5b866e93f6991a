"""Large buckets, values, queues and logs are shown in part."""

from typing import Any

from tests.local.emulator.conftest import Emulator
from tests.local.emulator.console.world import Console, redis_of


def test_an_empty_cloud_has_nothing_to_show(empty: dict[str, Any]) -> None:
    assert empty["overview"]["stacks"] == []
    assert empty["overview"]["urls"] == {"apis": [], "distributions": [], "functions": []}
    assert empty["exchanges"] == {"exchanges": []}
    assert empty["logs"] == {"functions": []}
    assert empty["caches"] == {"caches": []}
    assert empty["cdn"] == {"distributions": []}
    assert empty["buckets"] == {"buckets": []}
    assert empty["queues"] == {"queues": []}
    assert empty["diagram"] == {"svg": "", "nodes": []}


def test_a_bucket_is_listed_in_pages(console: Console, cloud: Emulator) -> None:
    client = cloud.client("s3")
    client.create_bucket(Bucket="large")
    for number in range(230):
        client.put_object(Bucket="large", Key=f"many/{number:04}", Body=b"")
    first = console.get("/api/objects", {"bucket": "large", "prefix": "many/"}).json()
    second = console.get(
        "/api/objects", {"bucket": "large", "prefix": "many/", "token": first["token"]}
    ).json()
    assert len(first["objects"]) == 200
    assert [each["key"] for each in second["objects"]] == [
        f"many/{number:04}" for number in range(200, 230)
    ]
    assert second["token"] == ""
    assert console.get("/api/objects", {"bucket": "large"}).json()["folders"] == ["many/"]
    assert console.get("/api/objects", {"bucket": "nowhere"}).status == 404
    empty = console.get("/api/object", {"bucket": "large", "key": "many/0000"}).json()
    assert empty["size"] == 0


def test_the_beginning_of_a_large_object_is_shown(console: Console, cloud: Emulator) -> None:
    body = b"line\n" * 2_000_000
    cloud.client("s3").put_object(Bucket="shop-site", Key="log.txt", Body=body)
    found = console.get("/api/object", {"bucket": "shop-site", "key": "log.txt"}).json()
    assert found["cut"]
    assert len(found["text"]) == 64 * 1024
    saved = console.get("/api/object/file", {"bucket": "shop-site", "key": "log.txt"})
    assert saved.body == body
    assert saved.headers["Content-Type"] == "application/octet-stream"
    values = {"bucket": "shop-site", "key": "index.html", "as": "image"}
    assert console.get("/api/object/file", values).status == 400
    cloud.client("s3").delete_object(Bucket="shop-site", Key="log.txt")


def test_large_values_and_many_keys_are_shown_in_part(console: Console, cloud: Emulator) -> None:
    with redis_of(cloud) as redis:
        redis.set("large", b"x" * 3_000_000)
        redis.rpush("list", *range(5000))
        redis.mset({f"many:{number}": "1" for number in range(1000)})
        keys: list[str] = []
        cursor = "0:"
        while cursor:
            page = console.get(
                "/api/caches/keys", {"cache": "shop-redis", "match": "many:", "cursor": cursor}
            ).json()
            assert len(page["keys"]) <= 250
            keys += [each["name"] for each in page["keys"]]
            cursor = page["cursor"]
        assert sorted(keys) == sorted(f"many:{number}" for number in range(1000))
        found = console.get("/api/caches/value", {"cache": "shop-redis", "key": "bGFyZ2U="}).json()
        assert found["cut"]
        assert found["size"] == 3_000_000
        assert len(found["text"]) == 256 * 1024
        items = console.get("/api/caches/value", {"cache": "shop-redis", "key": "bGlzdA=="}).json()
        assert (len(items["items"]), items["total"], items["cut"]) == (100, 5000, True)
        redis.delete("large", "list", *keys)
    gone = {"cache": "shop-redis", "key": "bGFyZ2U="}
    assert console.get("/api/caches/value", gone).status == 404
    assert console.get("/api/caches/value", {**gone, "key": "no base64!"}).status == 400


def test_the_end_of_a_long_log_is_shown(console: Console, cloud: Emulator) -> None:
    path = cloud.home / "logs" / "functions" / "long.log"
    path.write_text("".join(f"{number} é\n" for number in range(100_000)), "utf-8")
    found = console.get("/api/log", {"function": "long"}).json()
    assert len(found["lines"]) == 1000
    assert found["lines"][-1] == "99999 é"
    shown = sum(len(line.encode()) + 1 for line in found["lines"])
    assert found["before"] == path.stat().st_size - shown
    path.write_text("", "utf-8")
    assert console.get("/api/log", {"function": "long"}).json()["lines"] == []
    path.unlink()
    assert console.get("/api/log", {"function": "../emulator"}).status == 404


def test_messages_come_in_pages(console: Console, cloud: Emulator) -> None:
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="long")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:000000000000:long"
    for start in range(0, 60, 10):
        entries = [{"Id": str(n), "MessageBody": f"{start + n}" * 40_000} for n in range(10)]
        sqs.send_message_batch(QueueUrl=url, Entries=entries[:5])
        sqs.send_message_batch(QueueUrl=url, Entries=entries[5:])
    first = console.get("/api/messages", {"arn": arn}).json()
    assert (len(first["messages"]), first["total"]) == (50, 60)
    assert first["messages"][-1]["cut"]
    rest = console.get("/api/messages", {"arn": arn, "from": "50"}).json()
    assert len(rest["messages"]) == 10
    assert console.get("/api/messages", {"arn": arn, "from": "-1"}).status == 400
    assert console.get("/api/messages", {"arn": "nowhere"}).status == 404


def test_what_cannot_be_sent_is_refused_in_words(console: Console, cloud: Emulator) -> None:
    url = cloud.at_api("/prod/x")

    def refusal(**request: object) -> str:
        answer = console.post("/api/requests", {"url": url, **request})
        assert answer.status == 400
        message: str = answer.json()["message"]
        return message

    assert "`url` must begin with a URL" in refusal(url="http://169.254.169.254/latest")
    assert "`url` must begin with a URL" in refusal(url=cloud.at_gateway("/shop-site/index.html"))
    assert "must be percent-encoded" in refusal(url=f"{url} y")
    assert "`method` must be one of" in refusal(method="TRACE")
    assert "a header must be" in refusal(headers=[["X-A", "b\r\nX-C: d"]])
    assert "a header must be" in refusal(headers=["X-A"])
    assert "`id` must be" in refusal(id="x")
    assert "`body` must be a text" in refusal(body=7)
    assert console.send("POST", "/api/requests", b"[", {}).status == 400
    assert console.send("POST", "/api/requests", b"x" * 9_000_000, {}).status == 413
