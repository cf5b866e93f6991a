"""The lines of code: what the needs add to them, and that they create a cache."""

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
        (["data-types"], 'ServerlessCache(self, "Cache", engine=ServerlessEngine.VALKEY_8)'),
        (["simplicity"], 'ServerlessCache(self, "Cache", engine=ServerlessEngine.MEMCACHED_1_6)'),
        (
            ["simplicity", "persistence"],
            """\
ServerlessCache(
    self,
    "Cache",
    engine=ServerlessEngine.MEMCACHED_1_6,
    backup=Backup(retention=cdk.Duration.days(7)),
)""",
        ),
        (["multi-threading"], 'MemcachedCache(self, "Cache", num_cache_nodes=2)'),
        (["control"], 'RedisCache(self, "Cache", engine=RedisEngine.VALKEY_8_1)'),
        (
            ["control", "replication", "persistence"],
            """\
RedisCache(
    self,
    "Cache",
    engine=RedisEngine.VALKEY_8_1,
    topology=RedisTopology.replicated(1),
    backup=Backup(retention=cdk.Duration.days(7)),
)""",
        ),
        (
            ["control", "scale"],
            """\
RedisCache(
    self,
    "Cache",
    engine=RedisEngine.VALKEY_8_1,
    topology=RedisTopology.sharded(2),
)""",
        ),
        (
            ["control", "scale", "replication"],
            """\
RedisCache(
    self,
    "Cache",
    engine=RedisEngine.VALKEY_8_1,
    topology=RedisTopology.sharded(2, replicas=1),
)""",
        ),
    ],
)
def test_a_call_has_what_the_needs_ask_for(needs: list[str], call: str) -> None:
    assert advise(needs=needs).call == call


def test_memcached_on_nodes_gets_no_argument_for_needs_it_cannot_meet() -> None:
    (nodes,) = (option for option in OPTIONS if option.construct == "MemcachedCache")
    assert call_of(nodes, set(NAMES)) == 'MemcachedCache(self, "Cache", num_cache_nodes=2)'


@pytest.mark.parametrize("call", EVERY_CALL)
def test_a_call_creates_a_cache(call: str) -> None:
    written = ast.parse(call, mode="eval").body
    assert isinstance(written, ast.Call)
    names = {node.id for node in ast.walk(written) if isinstance(node, ast.Name)}
    stack = cdk.Stack(cdk.App(), "Stack")
    scope: dict[str, object] = {"self": stack, "cdk": cdk}
    scope |= {name: getattr(constructs, name) for name in names - scope.keys()}
    cache = eval(call, scope)
    assert cache.node.path == "Stack/Cache"
    assert stack.node.find_child("Cache") is cache
