import json
import threading

import pytest

from serverless_stack.runtime.caching import EmfMetrics, Event, LazyLoading, MemoryStore
from tests.runtime.caching.rig import FlakyStore


class Log:
    """What has been written."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def documents(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.lines]


@pytest.fixture
def log() -> Log:
    return Log()


def test_document_has_the_embedded_metric_format(log: Log) -> None:
    metrics = EmfMetrics(
        "Shop", dimensions={"Cache": "orders"}, write=log.lines.append, clock=lambda: 1.5
    )
    metrics(Event("hit", "a", 0.0012345))
    metrics(Event("hit", "b", 0.001))
    metrics(Event("miss", "c", 0.002))
    metrics.flush()

    assert log.documents() == [
        {
            "_aws": {
                "Timestamp": 1500,
                "CloudWatchMetrics": [
                    {
                        "Namespace": "Shop",
                        "Dimensions": [["Cache"]],
                        "Metrics": [
                            {"Name": "Hits", "Unit": "Count"},
                            {"Name": "Misses", "Unit": "Count"},
                            {"Name": "Stale", "Unit": "Count"},
                            {"Name": "Degraded", "Unit": "Count"},
                            {"Name": "Latency", "Unit": "Milliseconds"},
                        ],
                    }
                ],
            },
            "Cache": "orders",
            "Hits": 2,
            "Misses": 1,
            "Stale": 0,
            "Degraded": 0,
            "Latency": [1.234, 1.0, 2.0],
        }
    ]


def test_flush_starts_again_and_is_silent_when_nothing_happened(log: Log) -> None:
    metrics = EmfMetrics(write=log.lines.append)
    metrics.flush()
    assert log.lines == []
    with metrics:
        metrics(Event("stale", "a", 0))
    metrics.flush()

    assert len(log.lines) == 1
    assert log.documents()[0]["Stale"] == 1


def test_more_than_100_values_make_several_documents_that_count_once(log: Log) -> None:
    metrics = EmfMetrics(write=log.lines.append)
    for _ in range(250):
        metrics(Event("hit", "a", 0.001))
    metrics.flush()

    documents = log.documents()
    assert [document.get("Hits") for document in documents] == [250, None, None]
    assert [len(str(document["Latency"]).split(",")) for document in documents] == [100, 100, 50]
    for document in documents:
        head = document["_aws"]
        assert isinstance(head, dict)
        named = {metric["Name"] for metric in head["CloudWatchMetrics"][0]["Metrics"]}
        assert named == document.keys() - {"_aws"}


def test_request_that_fails_is_flushed_too(log: Log) -> None:
    metrics = EmfMetrics(write=log.lines.append)

    def handler() -> None:
        with metrics:
            metrics(Event("miss", "a", 0))
            raise OSError("the source is down")

    with pytest.raises(OSError, match="the source is down"):
        handler()
    assert len(log.lines) == 1


def test_lines_go_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    metrics = EmfMetrics()
    with metrics:
        LazyLoading(MemoryStore(), str.upper, on_event=metrics).get("a")

    assert json.loads(capsys.readouterr().out)["Misses"] == 1


def test_counts_what_a_strategy_does(log: Log) -> None:
    store = FlakyStore()
    metrics = EmfMetrics(write=log.lines.append)
    lazy = LazyLoading(store, str.upper, on_event=metrics)
    lazy.get("a")
    lazy.get("a")
    lazy.get_many(["a", "b"])
    store.down = True
    lazy.get("a")
    metrics.flush()

    [document] = log.documents()
    assert (document["Hits"], document["Misses"], document["Degraded"]) == (2, 2, 1)


def test_no_event_is_lost_between_threads(log: Log) -> None:
    metrics = EmfMetrics(write=log.lines.append)

    def work() -> None:
        for number in range(500):
            metrics(Event("hit", "a", 0))
            if number % 50 == 0:
                metrics.flush()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    metrics.flush()

    assert sum(int(str(document.get("Hits", 0))) for document in log.documents()) == 2000


def test_arguments_are_checked_together() -> None:
    with pytest.raises(ValueError, match="`namespace` must be 1 to 255 characters, got: 0") as got:
        EmfMetrics("", dimensions={f"d{number}": "x" for number in range(30)} | {"Hits": "x"})

    assert "`dimensions` must be 30 or fewer, got: 31" in str(got.value)
    assert "`dimensions` must not have the names of metrics, got: ['Hits']" in str(got.value)


@pytest.mark.parametrize("value", ["", " ", "x" * 1025])
def test_dimensions_that_cloudwatch_drops_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="`dimensions` must have values of 1 to 1024 characters"):
        EmfMetrics(dimensions={"Cache": value})
    with pytest.raises(ValueError, match="`dimensions` must have names of 1 to 250 characters"):
        EmfMetrics(dimensions={value.strip()[:251]: "x"})


def test_longest_dimension_is_taken() -> None:
    EmfMetrics(dimensions={"d" * 250: "x" * 1024})
