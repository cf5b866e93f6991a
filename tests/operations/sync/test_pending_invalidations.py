import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from serverless_stack.operations.content.stores import open_store
from serverless_stack.operations.invalidation import InvalidationError
from serverless_stack.operations.sync import Action, Bucket, Folder, Synced, sync
from serverless_stack.operations.sync.state import PendingInvalidations, State
from tests.operations.invalidation.cloudfront_double import CloudFront

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.client import CloudFrontClient
    from mypy_boto3_s3.client import S3Client

FILES = ("a.html", "b.html", "c.js")


@pytest.fixture
def folder(tmp_path: Path, bucket: Bucket) -> Folder:
    """A folder of which every file has been uploaded and changed since."""
    folder = Folder(tmp_path)
    for version in ("old", "new"):
        for name in FILES:
            (tmp_path / name).write_text(version)
        if version == "old":
            sync(folder, bucket)
    return folder


def paths(synced: Synced) -> tuple[str, ...]:
    assert synced.invalidation is not None
    return synced.invalidation.paths


def test_what_cloudfront_refused_is_told_by_the_next_one(
    folder: Folder, bucket: Bucket, cloudfront: CloudFront, client: "CloudFrontClient"
) -> None:
    both = ["E1", "E9"]
    with pytest.raises(InvalidationError, match="E9"):
        sync(folder, bucket, distribution_ids=both, cloudfront=client)
    told = sync(folder, bucket, dry_run=True, distribution_ids=["E9"])
    assert (told.plan.actions, paths(told)) == ((), ("/a.html", "/b.html", "/c.js"))
    assert paths(sync(folder, bucket, dry_run=True, distribution_ids=["E2"])) == ()

    cloudfront.distributions["E9"] = []
    again = sync(folder, bucket, distribution_ids=both, cloudfront=client)
    assert [sent.distribution_id for sent in again.sent] == both
    assert [made.paths for made in cloudfront.distributions["E9"]] == [paths(told)]

    assert sync(folder, bucket, distribution_ids=both, cloudfront=client).sent == ()
    assert len(cloudfront.distributions["E9"]) == 1


def test_what_was_uploaded_before_the_end_is_told_by_the_next_one(
    folder: Folder, bucket: Bucket, cloudfront: CloudFront, client: "CloudFrontClient"
) -> None:
    def end(action: Action) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync(folder, bucket, distribution_ids=["E1"], cloudfront=client, progress=end, parallel=1)
    assert not cloudfront.distributions["E1"]
    again = sync(folder, bucket, distribution_ids=["E1"], cloudfront=client)
    assert len(again.plan.actions) < len(FILES)
    (made,) = cloudfront.distributions["E1"]
    assert made.paths == ("/a.html", "/b.html", "/c.js")


def test_what_failed_remains_owed(
    s3: "S3Client",
    folder: Folder,
    bucket: Bucket,
    cloudfront: CloudFront,
    client: "CloudFrontClient",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put = s3.put_object

    def lose(**arguments: Any) -> object:  # noqa: ANN401
        answer = put(**arguments)
        if arguments["Key"] == "site/b.html":
            raise TimeoutError("no answer")
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(s3, "put_object", lose)
        first = sync(folder, bucket, distribution_ids=["E1"], client=s3, cloudfront=client)
    assert first.result is not None
    assert list(first.result.failures) == ["b.html"]
    second = sync(folder, bucket, distribution_ids=["E1"], cloudfront=client)
    assert second.plan.actions == ()
    assert [made.paths for made in cloudfront.distributions["E1"]] == [
        ("/a.html", "/b.html", "/c.js"),
        ("/b.html",),
    ]


def test_nothing_is_kept_for_nobody(s3: "S3Client", folder: Folder, bucket: Bucket) -> None:
    sync(folder, bucket)
    sync(folder, bucket, dry_run=True, distribution_ids=["E1"])
    kept = s3.list_objects_v2(Bucket=bucket.name, Prefix=".serverless-stack/")["Contents"]
    assert [each.get("Key") for each in kept] == [bucket.state_key]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"max_paths": 0}, "`max_paths` must be"),
        ({"index_document": "a/b"}, "`index_document` must be a file name without a slash"),
        ({"exclude_paths": ["/*"]}, "`exclude_paths` must leave some paths"),
    ],
)
def test_what_is_refused_is_refused_before_anything_is_uploaded(
    s3: "S3Client", folder: Folder, bucket: Bucket, settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        sync(folder, bucket, distribution_ids=["E1"], **settings)
    kept = s3.get_object(Bucket=bucket.name, Key="site/a.html")["Body"].read()
    assert kept == b"old"


def pending(bucket: Bucket, *distributions: str) -> PendingInvalidations:
    return PendingInvalidations(State(open_store(bucket.name), bucket), distributions or ["E1"])


def test_two_runs_at_once_lose_nothing_of_each_other(bucket: Bucket) -> None:
    one, two = pending(bucket), pending(bucket)
    one.add({"a.html"})
    two.add({"b.html"})
    two.sent()
    assert pending(bucket).keys == {"a.html"}


def test_what_a_running_run_has_recorded_is_sent_and_stays(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may write the object after the other run's invalidation, and be killed then."""
    killed = pending(bucket)
    killed.add({"a.html"})
    other = pending(bucket)
    assert other.keys == {"a.html"}
    other.sent()
    assert pending(bucket).keys == {"a.html"}
    later = time.time() + 3601
    monkeypatch.setattr("serverless_stack.operations.sync.state.time.time", lambda: later)
    pending(bucket).sent()
    assert pending(bucket).keys == set()


def test_what_a_run_that_failed_has_recorded_is_taken_over(bucket: Bucket) -> None:
    failed = pending(bucket, "E1", "E2")
    with pytest.raises(RuntimeError), failed.running({"a.html", "b.html"}):
        raise RuntimeError
    one = pending(bucket, "E1")
    one.sent(but={"b.html"})
    assert pending(bucket, "E1").keys == {"b.html"}
    assert pending(bucket, "E2").keys == {"a.html", "b.html"}
