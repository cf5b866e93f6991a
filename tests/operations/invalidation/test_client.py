from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import EndpointConnectionError

from serverless_stack.operations.invalidation import (
    Invalidation,
    InvalidationError,
    Progress,
    caller_reference,
    distributions_without_tags,
    plan,
    send,
    wait_for,
)
from tests.operations.invalidation.cloudfront_double import CloudFront

if TYPE_CHECKING:
    from mypy_boto3_cloudfront.client import CloudFrontClient

VERSION: dict[str, Any] = {"deployment": "v2", "replaces": "v1"}


class Time:
    """Time that passes by being slept through."""

    def __init__(self, then: Callable[[], object] = lambda: None) -> None:
        self.now, self.slept, self._then = 0.0, 0, then

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept += 1
        self._then()

    def clock(self) -> float:
        return self.now


def timing(time: Time) -> dict[str, Any]:
    return {"sleep": time.sleep, "clock": time.clock}


def test_paths_are_sent_to_every_distribution(
    cloudfront: CloudFront, client: "CloudFrontClient"
) -> None:
    sent = send(["/b*", "/a"], ["E1", "E2"], client=client, **VERSION)
    assert [(each.distribution_id, each.paths, each.completed) for each in sent] == [
        ("E1", 2, None),
        ("E2", 2, None),
    ]
    assert cloudfront.dropped("E1") == cloudfront.dropped("E2") == ["/a", "/b*"]


def test_tags_are_sent_beside_paths_and_billed_like_them(
    cloudfront: CloudFront, client: "CloudFrontClient"
) -> None:
    planned = plan(["a", "b"], ["a", "b", "c"], tags=["Red", "product-2", "red"])
    (sent,) = send(planned, ["E1"], client=client, tags=["more"], **VERSION)
    assert cloudfront.dropped("E1") == ["/a", "/b", "#Red", "#more", "#product-2"]
    assert sent.paths == 5
    send([], ["E1"], client=client, tags=["alone"], deployment="v3", replaces="v2")
    assert cloudfront.dropped("E1")[5:] == ["#alone"]


def test_tags_count_as_single_paths_in_batches(
    cloudfront: CloudFront, client: "CloudFrontClient"
) -> None:
    tags = [f"t{number}" for number in range(3001)]
    time = Time(cloudfront.complete)
    (sent,) = send(["/a*"], ["E1"], client=client, tags=tags, **VERSION, **timing(time))
    assert (len(sent.invalidation_ids), sent.paths) == (2, 3002)
    assert len(set(cloudfront.dropped("E1"))) == 3002


@pytest.mark.parametrize("tag", ["", "#a", "a b", "a,b", "a*", "ü", "x" * 257])
def test_tags_that_cloudfront_refuses_are_not_sent(
    cloudfront: CloudFront, client: "CloudFrontClient", tag: str
) -> None:
    with pytest.raises(ValueError, match="`tags` must"):
        send([], ["E1"], client=client, tags=[tag], **VERSION)
    with pytest.raises(ValueError, match="pass cache tags as tags"):
        send(["#a"], ["E1"], client=client, **VERSION)
    assert cloudfront.requests == []


def test_distributions_without_tags(cloudfront: CloudFront, client: "CloudFrontClient") -> None:
    cloudfront.with_tags = {"E2"}
    assert distributions_without_tags(["E1", "E2"], client) == ["E1"]
    cloudfront.denies_settings = True
    assert distributions_without_tags(["E1", "E2"], client) == []


def test_nothing_is_sent_when_nothing_changed(
    cloudfront: CloudFront, client: "CloudFrontClient"
) -> None:
    assert send(plan([], ["a"]), ["E1"], client=client, **VERSION) == ()
    assert cloudfront.requests == []


def test_a_retry_is_the_same_invalidation(
    cloudfront: CloudFront, client: "CloudFrontClient"
) -> None:
    first = send(["/a"], ["E1"], client=client, **VERSION)
    assert send(["/a"], ["E1"], client=client, **VERSION) == first
    assert cloudfront.dropped("E1") == ["/a"]


def test_a_rollback_is_a_new_invalidation(
    cloudfront: CloudFront, client: "CloudFrontClient"
) -> None:
    send(["/a"], ["E1"], client=client, deployment="v2", replaces="v1")
    send(["/a"], ["E1"], client=client, deployment="v1", replaces="v2")
    assert cloudfront.dropped("E1") == ["/a", "/a"]


def test_references_depend_on_what_is_deployed_and_replaced() -> None:
    pairs = [("a", "bc"), ("ab", "c"), ("", "abc"), ("abc", ""), ("c", "ab")]
    assert len({caller_reference(*pair) for pair in pairs}) == len(pairs)
    assert caller_reference("a", "b") == caller_reference("a", "b")
    assert len(caller_reference("a", "b")) == 64


def test_the_same_reference_with_other_paths_is_an_error(client: "CloudFrontClient") -> None:
    send(["/a"], ["E1"], client=client, **VERSION)
    with pytest.raises(InvalidationError, match="E1: InvalidationBatchAlreadyExists"):
        send(["/b"], ["E1"], client=client, **VERSION)


@pytest.mark.parametrize(
    ("paths", "batches"),
    [
        ([f"/{number:05}" for number in range(3001)], 2),
        ([f"/{number:05}" for number in range(3000)], 1),
        ([f"/{number:02}*" for number in range(16)], 2),
        ([f"/{number:02}*" for number in range(15)], 1),
    ],
)
def test_more_than_cloudfront_accepts_at_once_is_sent_in_batches(
    cloudfront: CloudFront, client: "CloudFrontClient", paths: list[str], batches: int
) -> None:
    time = Time(then=cloudfront.complete)
    (sent,) = send(paths, ["E1"], client=client, **VERSION, **timing(time))
    assert len(sent.invalidation_ids) == batches
    assert cloudfront.dropped("E1") == paths
    assert time.slept == batches - 1  # the second part waited for room


def test_throttled_requests_back_off(cloudfront: CloudFront, client: "CloudFrontClient") -> None:
    cloudfront.throttled = 8
    time = Time()
    send(["/a"], ["E1"], client=client, **VERSION, **timing(time))
    assert cloudfront.dropped("E1") == ["/a"]
    assert time.slept == 8
    assert time.now > 30


def test_a_busy_distribution_fails_after_the_patience(
    cloudfront: CloudFront, client: "CloudFrontClient"
) -> None:
    send([f"/{number}*" for number in range(15)], ["E1"], client=client, **VERSION)
    time = Time()
    with pytest.raises(InvalidationError, match="E1: TooManyInvalidationsInProgress"):
        send(
            ["/x*"],
            ["E1"],
            deployment="v3",
            replaces="v2",
            client=client,
            patience=timedelta(minutes=1),
            **timing(time),
        )
    assert time.now == pytest.approx(60)


def test_one_refusal_does_not_stop_the_others(
    cloudfront: CloudFront, client: "CloudFrontClient"
) -> None:
    with pytest.raises(InvalidationError, match=r"E0: NoSuchDistribution.*; E9: NoSuchDist"):
        send(["/a"], ["E0", "E1", "E9", "E2"], client=client, **VERSION)
    assert cloudfront.dropped("E1") == cloudfront.dropped("E2") == ["/a"]


def test_a_distribution_out_of_reach_fails(client: "CloudFrontClient") -> None:
    def drop_request(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://cloudfront.example")

    client.meta.events.register("before-send.cloudfront.CreateInvalidation", drop_request)
    with pytest.raises(InvalidationError, match=r"E1: Could not connect.*; E2: Could not connect"):
        send(["/a"], ["E1", "E2"], client=client, **VERSION)


def test_waiting(cloudfront: CloudFront, client: "CloudFrontClient") -> None:
    cloudfront.polls_to_complete = 3
    time = Time()
    (sent,) = send(["/a"], ["E1"], wait=True, client=client, **VERSION, **timing(time))
    assert sent.completed is True
    assert time.slept == 3


def test_waiting_that_runs_out_warns(cloudfront: CloudFront, client: "CloudFrontClient") -> None:
    cloudfront.polls_to_complete = -1
    time = Time()
    with pytest.warns(UserWarning, match="of E1 is not completed yet"):
        (sent,) = send(
            ["/a"],
            ["E1"],
            wait=timedelta(seconds=12),
            client=client,
            **VERSION,
            **timing(time),
        )
    assert sent == Invalidation("E1", sent.invalidation_ids, 1, False)
    assert time.now == 12


def test_waiting_outlasts_throttling(cloudfront: CloudFront, client: "CloudFrontClient") -> None:
    (sent,) = send(["/a"], ["E1"], client=client, **VERSION)
    cloudfront.throttled_reads = 8
    time = Time()
    (done,) = wait_for([sent], timedelta(minutes=1), client=client, **timing(time))
    assert done.completed is True


def test_waiting_for_an_unknown_invalidation_warns(client: "CloudFrontClient") -> None:
    gone = Invalidation("E1", ("I404",), 1, None)
    with pytest.warns(UserWarning, match="of E1 is not completed yet.*NoSuchInvalidation"):
        (done,) = wait_for([gone], timedelta(minutes=1), client=client, **timing(Time()))
    assert done.completed is False


def test_progress(cloudfront: CloudFront, client: "CloudFrontClient") -> None:
    reports: list[Progress] = []
    time = Time(then=cloudfront.complete)
    paths = [f"/{number:02}*" for number in range(16)]  # two batches
    send(
        paths,
        ["E1", "E2"],
        client=client,
        progress=reports.append,
        wait=True,
        **VERSION,
        **timing(time),
    )
    assert reports == [
        *(Progress("sending", done, 4) for done in range(5)),
        *(Progress("waiting", done, 4) for done in range(5)),
    ]


def test_progress_does_not_count_what_was_not_done(
    cloudfront: CloudFront, client: "CloudFrontClient"
) -> None:
    reports: list[Progress] = []
    with pytest.raises(InvalidationError, match="E0"):
        send(["/a"], ["E0", "E1"], client=client, progress=reports.append, wait=True, **VERSION)
    assert reports == [Progress("sending", 0, 2), Progress("sending", 1, 2)]
    reports.clear()
    cloudfront.polls_to_complete = -1
    with pytest.warns(UserWarning, match="not completed yet"):
        send(
            ["/b"],
            ["E1"],
            client=client,
            progress=reports.append,
            wait=timedelta(seconds=1),
            deployment="v3",
            replaces="v2",
            **timing(Time()),
        )
    assert reports[-1] == Progress("waiting", 0, 1)
    reports.clear()
    send([], ["E1"], client=client, progress=reports.append, wait=True, **VERSION)
    assert reports == []


@pytest.mark.parametrize("path", ["a", "/a b", "/ü", "/a*b", '/a"b', "/a%2", "/a[b]"])
def test_an_invalid_path_is_refused(client: "CloudFrontClient", path: str) -> None:
    with pytest.raises(ValueError, match="`paths` must begin with a slash, be percent-encoded"):
        send([path], ["E1"], client=client, **VERSION)


def test_a_long_path_is_refused(client: "CloudFrontClient") -> None:
    with pytest.raises(ValueError, match="at most 4,000 characters each, got: 4,001"):
        send([f"/{4000 * 'a'}"], ["E1"], client=client, **VERSION)


def test_every_planned_path_is_accepted(cloudfront: CloudFront, client: "CloudFrontClient") -> None:
    names = [
        "a b",
        "ü/index.html",
        "100%",
        "a*",
        "b?",
        "~",
        "[x]",
        "a'b(c)&d=e+f;g,h!$@:",
        "\u65e5",
    ]
    send(plan(names, [*names, "abc"], max_paths=100), ["E1"], client=client, **VERSION)
    send(
        plan(names, [*names, "abc"], max_paths=100, query_strings=True),
        ["E2"],
        client=client,
        **VERSION,
        **timing(Time(then=cloudfront.complete)),
    )
    assert len(cloudfront.dropped("E1")) > 5
    assert len(cloudfront.dropped("E2")) > 5
