import pytest
from hypothesis import given
from hypothesis import strategies as st

from serverless_stack.checks.services.elasticache.limits.model import ReplicationGroup
from serverless_stack.checks.services.elasticache.limits.scaling import (
    REPLICA_METRICS,
    SCALED_REPLICAS,
    SCALED_SHARDS,
    SHARD_METRICS,
    auto_scaling_problems,
    capacity_problems,
    global_datastore_problems,
)


def capacity(low: int, high: int, bounds: tuple[int, int], target: float = 60) -> list[str]:
    return capacity_problems(
        low,
        high,
        bounds,
        target_utilization=target,
        metric=SHARD_METRICS[0],
        metrics=SHARD_METRICS,
    )


@given(st.integers(-10, 600), st.integers(-10, 600))
def test_the_bounds_of_a_capacity(low: int, high: int) -> None:
    for least, most in (SCALED_SHARDS, SCALED_REPLICAS):
        good = least <= low <= high <= most
        assert (capacity(low, high, (least, most)) == []) == good


@given(st.floats(0, 100))
def test_the_bounds_of_a_target(target: float) -> None:
    assert (capacity(1, 2, SCALED_SHARDS, target) == []) == (35 <= target <= 70)


@pytest.mark.parametrize("metric", SHARD_METRICS)
def test_metrics_match_the_scaled_dimension(metric: str) -> None:
    for metrics in (SHARD_METRICS, REPLICA_METRICS):
        reported = capacity_problems(
            1, 2, SCALED_REPLICAS, target_utilization=60, metric=metric, metrics=metrics
        )
        assert (reported == []) == (metric in metrics)


def test_unknown_values_have_no_findings() -> None:
    group = ReplicationGroup()
    assert auto_scaling_problems(group, in_global_datastore=False) == []
    assert global_datastore_problems(group) == []


@pytest.mark.parametrize("family", ["m5", "r5", "m6g", "r6g", "r6gd", "m7g", "r7g", "c7gn", "z9"])
def test_families_of_a_global_datastore(family: str) -> None:
    assert global_datastore_problems(ReplicationGroup(node_type=f"cache.{family}.xlarge")) == []


@pytest.mark.parametrize("family", ["t2", "t3", "t4g", "m4", "r4", "m3", "r3"])
def test_other_families_are_refused(family: str) -> None:
    (problem,) = global_datastore_problems(ReplicationGroup(node_type=f"cache.{family}.medium"))
    assert "must be of m5, r5 or later for a global datastore" in problem
