"""The double refuses what CloudFront refuses by its documentation."""

from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from tests.operations.invalidation.cloudfront_double import CloudFront

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.client import CloudFrontClient


def create(client: "CloudFrontClient", paths: list[str], reference: str = "1") -> str:
    batch = {"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": reference}
    answer = client.create_invalidation(DistributionId="E1", InvalidationBatch=batch)  # type: ignore[arg-type]
    return answer["Invalidation"]["Id"]


@pytest.mark.parametrize(
    ("paths", "code"),
    [
        ([f"/{n}" for n in range(3001)], "TooManyInvalidationsInProgress"),
        ([f"/{n}*" for n in range(16)], "TooManyInvalidationsInProgress"),
        (["a"], "InvalidArgument"),
        (["/a*b"], "InvalidArgument"),
        (["/a b"], "InvalidArgument"),
        (["/\u00fc"], "InvalidArgument"),
        (["/a", "/a"], "InvalidArgument"),
        ([], "InvalidArgument"),
    ],
)
def test_refused_requests(client: "CloudFrontClient", paths: list[str], code: str) -> None:
    with pytest.raises(ClientError) as caught:
        create(client, paths)
    assert caught.value.response["Error"]["Code"] == code


def test_the_limits_count_what_is_in_progress(
    client: "CloudFrontClient", cloudfront: CloudFront
) -> None:
    create(client, [f"/{n}*" for n in range(15)])
    with pytest.raises(ClientError, match="TooManyInvalidationsInProgress"):
        create(client, ["/x*"], "2")
    create(client, ["/x"], "3")
    cloudfront.complete()
    create(client, ["/x*"], "2")


def test_a_known_reference_returns_the_earlier_invalidation(
    client: "CloudFrontClient", cloudfront: CloudFront
) -> None:
    first = create(client, ["/a", "/b"])
    assert create(client, ["/b", "/a"]) == first
    assert cloudfront.dropped("E1") == ["/a", "/b"]
    with pytest.raises(ClientError, match="InvalidationBatchAlreadyExists"):
        create(client, ["/a"])
