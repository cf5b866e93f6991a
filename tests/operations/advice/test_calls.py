"""The lines to write: what needs put into them, and that they make a cache."""

import ast
from itertools import combinations

import aws_cdk as cdk
import pytest

from serverless_stack import constructs
from serverless_stack.operations.advice import NEEDS, OPTIONS, advise
from serverless_stack.operations.advice.adviser import call_of

NAMES = [need.name for need in NEEDS]
EVERY_CALL = sorted(
    {
        call_of(option, set(needs))
        for option in OPTIONS
        for size in range(len(NAMES) + 1)
        for needs in combinations(NAMES, size)
    }
)


@pytest.mark.parametrize(
    ("needs", "call"),
    [
        (["data-types"], 'ServerlessCache(self, "Cache", engine="valkey")'),
        (["simplicity"], 'ServerlessCache(self, "Cache", engine="memcached")'),
        (
            ["simplicity", "persistence"],
            'ServerlessCache(self, "Cache", engine="memcached", snapshot_retention_days=7)',
        ),
        (["multi-threading"], 'MemcachedCache(self, "Cache", num_cache_nodes=2)'),
        (["control"], 'RedisCache(self, "Cache")'),
        (
            ["control", "replication", "persistence"],
            'RedisCache(self, "Cache", replicas=1, snapshot_retention_days=7)',
        ),
        (["control", "scale"], 'RedisCache(self, "Cache", num_node_groups=2)'),
        (
            ["control", "scale", "replication"],
            'RedisCache(self, "Cache", num_node_groups=2, replicas=1)',
        ),
    ],
)
def test_a_call_has_what_the_needs_ask_for(needs: list[str], call: str) -> None:
    assert advise(needs=needs).call == call


def test_nothing_is_written_that_the_cache_does_not_have() -> None:
    (nodes,) = (option for option in OPTIONS if option.construct == "MemcachedCache")
    assert call_of(nodes, set(NAMES)) == 'MemcachedCache(self, "Cache", num_cache_nodes=2)'


@pytest.mark.parametrize("call", EVERY_CALL)
def test_a_call_makes_a_cache(call: str) -> None:
    written = ast.parse(call, mode="eval").body
    assert isinstance(written, ast.Call)
    assert isinstance(written.func, ast.Name)
    kind = getattr(constructs, written.func.id)
    stack = cdk.Stack(cdk.App(), "Stack")
    made = eval(call, {written.func.id: kind, "self": stack})
    assert made.node.path == "Stack/Cache"
    assert stack.node.find_child("Cache") is made
