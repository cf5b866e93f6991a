"""The example with buckets: every feature that the local cloud has, with one deployment."""

import json
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from serverless_stack.local.errors import LocalCloudError
from tests.e2e.examples import Example, deployed_example

SHOP = "https://shop.example.com"
pytestmark = pytest.mark.xdist_group("buckets")


@pytest.fixture(scope="module")
def buckets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    with deployed_example("buckets", tmp_path_factory.mktemp("buckets")) as cloud:
        yield Example(cloud, "Buckets")


def code_of(call: Callable[[], object]) -> str:
    """Return the code of the error that a call ends with."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "none"


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def send(
    url: str, method: str, headers: Mapping[str, str], body: bytes | None = None
) -> tuple[int, Mapping[str, str], bytes]:
    """Send a request as a browser does, and return the status, the headers and the body."""
    request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def form_body(fields: Mapping[str, str], file: bytes) -> tuple[str, bytes]:
    """Return the content type and the body of a form, as a browser sends it."""
    boundary = uuid.uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = 'Content-Disposition: form-data; name="file"; filename="x.png"\r\n'
    head += "Content-Type: image/png\r\n\r\n"
    parts.append(f"--{boundary}\r\n{head}".encode() + file + f"\r\n--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", b"".join(parts)


@pytest.fixture(scope="module")
def form(buckets: Example) -> dict[str, Any]:
    """What the function hands out, which is connected to a bucket of another stack with a key."""
    answer = buckets.client("lambda").invoke(
        FunctionName=buckets.outputs["UploadName"],
        Payload=json.dumps({"name": "cat.png", "owner": "ada"}).encode(),
    )
    found = json.loads(answer["Payload"].read())
    assert "url" in found, found
    return dict(found)


def upload(
    form: Mapping[str, Any],
    changed: Mapping[str, str] | None = None,
    *,
    file: bytes = b"png",
    origin: str = SHOP,
) -> tuple[int, Mapping[str, str]]:
    fields = {**form["fields"], "Content-Type": "image/png", **(changed or {})}
    content_type, body = form_body(fields, file)
    headers = {"Content-Type": content_type, "Origin": origin, "Sec-Fetch-Site": "cross-site"}
    return send(form["url"], "POST", headers, body)[:2]


def test_a_bucket_has_a_name_of_its_account(buckets: Example) -> None:
    assert buckets.outputs["Photos"] == "photos-000000000000-us-east-1-an"


def test_a_browser_uploads_with_a_form(buckets: Example, form: dict[str, Any]) -> None:
    status, headers = upload(form)
    assert status == 204
    assert headers["Access-Control-Allow-Origin"] == SHOP
    assert "ETag" in headers["Access-Control-Expose-Headers"]
    stored = buckets.client("s3").get_object(
        Bucket=buckets.outputs["Photos"], Key="originals/cat.png"
    )
    assert (stored["Body"].read(), stored["Metadata"]) == (b"png", {"owner": "ada"})
    assert stored["ServerSideEncryption"] == "aws:kms"


def test_what_the_form_does_not_allow_is_refused(form: dict[str, Any]) -> None:
    refused = {
        "type": upload(form, {"Content-Type": "text/html"}),
        "key": upload(form, {"key": "originals/other.png"}),
        "metadata": upload(form, {"x-amz-meta-owner": "eve"}),
        "field": upload(form, {"x-amz-meta-more": "1"}),
        "size": upload(form, file=b"x" * 5_000_001),
        "origin": upload(form, origin="https://evil.example"),
    }
    assert {name: status for name, (status, _) in refused.items()} == {
        "type": 403,
        "key": 403,
        "metadata": 403,
        "field": 403,
        "size": 400,
        "origin": 403,
    }
    assert "Access-Control-Allow-Origin" not in refused["origin"][1]


def test_preflights_follow_the_cors_rules(buckets: Example, form: dict[str, Any]) -> None:
    def preflight(method: str, header: str, origin: str = SHOP) -> tuple[int, Mapping[str, str]]:
        asked = {
            "Origin": origin,
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": header,
        }
        return send(f"{form['url'].rstrip('/')}/originals/cat.png", "OPTIONS", asked)[:2]

    status, headers = preflight("PUT", "content-type")
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, SHOP)
    assert headers["Access-Control-Max-Age"] == "3600"
    assert preflight("DELETE", "content-type")[0] == 403
    assert preflight("PUT", "x-other")[0] == 403
    assert preflight("PUT", "content-type", "https://evil.example")[0] == 403


def test_objects_are_replicated_with_the_key_of_the_copies(buckets: Example) -> None:
    s3, photos = buckets.client("s3"), buckets.outputs["Photos"]
    copies = buckets.outputs["Copies"]
    s3.put_object(Bucket=photos, Key="originals/dog.png", Body=b"dog")
    s3.put_object(Bucket=photos, Key="elsewhere/dog.png", Body=b"dog")
    copy = s3.head_object(Bucket=copies, Key="originals/dog.png")
    assert copy["ReplicationStatus"] == "REPLICA"
    assert copy["SSEKMSKeyId"] == buckets.outputs["CopiesKey"]
    source = s3.head_object(Bucket=photos, Key="originals/dog.png")
    assert source["ReplicationStatus"] == "COMPLETED"
    assert code_of(lambda: s3.head_object(Bucket=copies, Key="elsewhere/dog.png")) == "404"
    s3.delete_object(Bucket=photos, Key="originals/dog.png")
    assert code_of(lambda: s3.head_object(Bucket=copies, Key="originals/dog.png")) == "404"


def test_a_role_without_the_permission_replicates_nothing(buckets: Example) -> None:
    s3, iam = buckets.client("s3"), buckets.client("iam")
    photos = buckets.outputs["Photos"]
    rules = s3.get_bucket_replication(Bucket=photos)["ReplicationConfiguration"]
    role = rules["Role"].rpartition("/")[2]
    (policy,) = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    iam.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
    try:
        s3.put_object(Bucket=photos, Key="originals/fox.png", Body=b"fox")
    finally:
        iam.attach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
    failed = s3.head_object(Bucket=photos, Key="originals/fox.png")
    assert failed["ReplicationStatus"] == "FAILED"


def test_keys_of_senders_are_refused(buckets: Example) -> None:
    options = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": b"0" * 32}
    photos, s3 = buckets.outputs["Photos"], buckets.client("s3")
    assert (
        code_of(lambda: s3.put_object(Bucket=photos, Key="a", Body=b"", **options))
        == "AccessDenied"
    )


def test_locked_versions_stay(buckets: Example) -> None:
    s3, ledger = buckets.client("s3"), buckets.outputs["Ledger"]
    lock = s3.get_object_lock_configuration(Bucket=ledger)["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 30}
    version = s3.put_object(Bucket=ledger, Key="2030.csv", Body=b"1")["VersionId"]
    place = {"Bucket": ledger, "Key": "2030.csv", "VersionId": version}
    assert s3.get_object_retention(**place)["Retention"]["Mode"] == "GOVERNANCE"
    assert code_of(lambda: s3.delete_object(**place)) == "AccessDenied"
    s3.delete_object(Bucket=ledger, Key="2030.csv")  # a delete marker hides it
    s3.delete_object(**place, BypassGovernanceRetention=True)
    assert code_of(lambda: s3.head_object(**place)) == "404"


def test_functions_are_called_by_prefix_and_suffix(buckets: Example) -> None:
    s3, inbox = buckets.client("s3"), buckets.outputs["Inbox"]

    def notes() -> dict[str, str]:
        found = {}
        for folder in ("tables/", "images/"):
            for item in s3.list_objects_v2(Bucket=inbox, Prefix=folder).get("Contents", []):
                body = s3.get_object(Bucket=inbox, Key=item["Key"])["Body"].read()
                found[item["Key"]] = body.decode()
        return found

    for key in ("in/a.csv", "in/b.png", "in/c.txt", "out/d.csv"):
        s3.put_object(Bucket=inbox, Key=key, Body=b"1")
    wait_for(lambda: len(notes()) == 2)
    assert notes() == {"tables/a.csv": "in/a.csv", "images/b.png": "in/b.png"}


def test_configurations_are_stored(buckets: Example) -> None:
    s3, name = buckets.client("s3"), buckets.outputs["Watched"]
    (metrics,) = s3.list_bucket_metrics_configurations(Bucket=name)["MetricsConfigurationList"]
    assert metrics == {"Id": "Media", "Filter": {"Prefix": "media/"}}
    inventory = s3.get_bucket_inventory_configuration(Bucket=name, Id="Inventory")
    described = inventory["InventoryConfiguration"]
    assert described["Schedule"] == {"Frequency": "Weekly"}
    assert described["Destination"]["S3BucketDestination"]["Format"] == "CSV"
    tiering = s3.get_bucket_intelligent_tiering_configuration(Bucket=name, Id="Archive")
    tiers = tiering["IntelligentTieringConfiguration"]["Tierings"]
    assert [(tier["AccessTier"], tier["Days"]) for tier in tiers] == [
        ("ARCHIVE_ACCESS", 90),
        ("DEEP_ARCHIVE_ACCESS", 180),
    ]
    assert s3.get_bucket_accelerate_configuration(Bucket=name)["Status"] == "Enabled"
    missing = code_of(lambda: s3.get_bucket_metrics_configuration(Bucket=name, Id="No"))
    assert missing == "NoSuchConfiguration"
    s3.delete_bucket_metrics_configuration(Bucket=name, Id="Media")
    assert "MetricsConfigurationList" not in s3.list_bucket_metrics_configurations(Bucket=name)


def test_objects_age(buckets: Example) -> None:
    """Rules act, locks end, and the events of the rules are sent."""
    s3, photos = buckets.client("s3"), buckets.outputs["Photos"]
    ledger = buckets.outputs["Ledger"]
    queues = buckets.client("sqs")
    queue = queues.create_queue(QueueName="lifecycle")["QueueUrl"]
    attributes = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    arn = attributes["Attributes"]["QueueArn"]
    policy = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
            }
        ]
    }
    queues.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    events = ["s3:LifecycleExpiration:*", "s3:LifecycleTransition"]
    s3.put_bucket_notification_configuration(
        Bucket=photos,
        NotificationConfiguration={"QueueConfigurations": [{"QueueArn": arn, "Events": events}]},
    )
    s3.put_object(Bucket=photos, Key="tmp/a.txt", Body=b"a")
    s3.put_object(Bucket=photos, Key="originals/large.bin", Body=b"x" * 131_072)
    s3.put_object(Bucket=photos, Key="originals/small.bin", Body=b"x" * 131_071)
    begun = s3.create_multipart_upload(Bucket=photos, Key="originals/part.bin")["UploadId"]
    locked = s3.put_object(Bucket=ledger, Key="old.csv", Body=b"1")["VersionId"]

    assert buckets.cloud.age(6, bucket=photos) == {}
    report = buckets.cloud.age(1, bucket=photos)
    assert report[photos]["mark"] == 1
    assert report[photos]["abort"] == 1
    assert code_of(lambda: s3.head_object(Bucket=photos, Key="tmp/a.txt")) == "404"
    uploads = s3.list_multipart_uploads(Bucket=photos).get("Uploads", [])
    assert begun not in [each["UploadId"] for each in uploads]
    buckets.cloud.age(1, bucket=photos)  # its version goes a day later, and the marker with it
    buckets.cloud.age(7, bucket=photos)
    assert "Versions" not in s3.list_object_versions(Bucket=photos, Prefix="tmp/")
    assert "DeleteMarkers" not in s3.list_object_versions(Bucket=photos, Prefix="tmp/")
    buckets.cloud.age(90)
    moved = s3.head_object(Bucket=photos, Key="originals/large.bin")
    assert moved["StorageClass"] == "GLACIER_IR"
    assert "StorageClass" not in s3.head_object(Bucket=photos, Key="originals/small.bin")
    s3.delete_object(Bucket=ledger, Key="old.csv", VersionId=locked)  # the retention is over

    sent: set[tuple[str, str]] = set()

    def all_sent() -> bool:
        found = queues.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        for message in found.get("Messages", []):
            for record in json.loads(message["Body"]).get("Records", []):
                sent.add((record["eventName"], record["s3"]["object"]["key"]))
        return len(sent) >= 3

    wait_for(all_sent)
    assert {
        ("LifecycleExpiration:DeleteMarkerCreated", "tmp/a.txt"),
        ("LifecycleExpiration:Delete", "tmp/a.txt"),
        ("LifecycleTransition", "originals/large.bin"),
    } <= sent


def test_what_cannot_age_is_refused(buckets: Example) -> None:
    with pytest.raises(LocalCloudError, match="`bucket` must be a bucket of this local cloud"):
        buckets.cloud.age(1, bucket="nobody")
    with pytest.raises(LocalCloudError, match="`days` must be between 0 and 36600"):
        buckets.cloud.age(-1)
