"""What the rules know of ElastiCache is what AWS's own lists have."""

import json
from pathlib import Path

import cfnlint  # type: ignore[import-untyped]
import pytest
from botocore.loaders import Loader

from serverless_stack.checks import check_template
from serverless_stack.checks.services.elasticache.limits.common import node_type_problems
from tests.checks.services.elasticache.cases_groups import group
from tests.checks.services.elasticache.cases_shards import cluster, log

LISTS = Path(cfnlint.__file__).parent / "data/schemas/extensions/aws_elasticache_cachecluster"
SHAPES = Loader().load_service_model("elasticache", "service-2")["shapes"]


def accepted(name: str) -> list[str]:
    found: list[str] = SHAPES[name]["enum"]
    assert found
    return found


def test_every_node_type_of_every_region() -> None:
    regions = json.loads((LISTS / "cachenodetype_enum.json").read_text())
    listed = [region["enum"] for region in regions.values() if isinstance(region, dict)]
    known = {name for names in listed for name in names}
    assert len(known) > 50
    assert [name for name in sorted(known) if node_type_problems(name)] == []


def test_every_version_of_every_engine() -> None:
    listed = json.loads((LISTS / "engine_version.json").read_text())["allOf"]
    checked = 0
    for each in listed:
        engine = each["if"]["properties"]["Engine"].get("const")
        versions = each["then"]["properties"].get("EngineVersion", {}).get("enum", ())
        for version in versions:
            found = check_template({"Resources": cluster(Engine=engine, EngineVersion=version)})
            assert found == []
            checked += 1
    assert checked > 15


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("NetworkType", "NetworkType"),
        ("IpDiscovery", "IpDiscovery"),
        ("ClusterMode", "ClusterMode"),
    ],
)
def test_values_of_the_api(path: str, shape: str) -> None:
    for value in accepted(shape):
        assert check_template({"Resources": group(**{path: value})}) == []


def test_modes_of_tls() -> None:
    for mode in accepted("TransitEncryptionMode"):
        given = group(TransitEncryptionMode=mode, TransitEncryptionEnabled=True)
        assert check_template({"Resources": given}) == []


def test_logs_of_the_api() -> None:
    for kind in accepted("LogType"):
        for format_ in accepted("LogFormat"):
            logs = [log(LogType=kind, LogFormat=format_)]
            assert check_template({"Resources": group(LogDeliveryConfigurations=logs)}) == []
