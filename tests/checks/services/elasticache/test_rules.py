"""The rules of ElastiCache where they must be silent, and what they must not tell."""

import copy
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serverless_stack.checks import check_template, rules
from tests.checks.cases import Case, Json, cases
from tests.checks.services.elasticache.cases_groups import group
from tests.checks.services.elasticache.cases_shards import cluster, tuned

CASES = [case for case in cases() if case.rule.startswith("ELASTICACHE-")]
# What these rules tell is that a property is there, or is not, whatever its value.
OF_PRESENCE = ("ELASTICACHE-007", "ELASTICACHE-015", "ELASTICACHE-036", "ELASTICACHE-052")
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def findings_in(resources: Json, **sections: object) -> list[str]:
    """What the rules of ElastiCache say."""
    found = check_template({"Resources": resources, **sections})
    return [f"{each.rule} {each.message}" for each in found if each.rule.startswith("ELASTICACHE-")]


def properties_of(resources: Json) -> Iterator[dict[str, object]]:
    for each in resources.values():
        if isinstance(each, dict) and isinstance(each.get("Properties"), dict):
            yield each["Properties"]


@pytest.mark.parametrize("case", [each for each in CASES if each.rule not in OF_PRESENCE], ids=str)
def test_values_known_at_deploy_time_have_no_findings(case: Case) -> None:
    unknown = copy.deepcopy(case.bad)
    for properties in properties_of(unknown):
        for name in properties:
            properties[name] = {"Ref": "Given"}
    assert findings_in(unknown, Parameters={"Given": {"Type": "String"}}) == []


@settings(max_examples=300)
@given(st.data())
def test_no_value_makes_a_rule_crash(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(CASES))
    resources = copy.deepcopy(case.bad)
    for properties in properties_of(resources):
        if properties:
            name = data.draw(st.sampled_from(sorted(properties)))
            properties[name] = data.draw(TREES)
    findings_in(resources)


def test_ids_have_no_gap() -> None:
    ids = [rule.id for rule in rules() if rule.id.startswith("ELASTICACHE-")]
    assert ids == [f"ELASTICACHE-{number:03}" for number in range(1, len(ids) + 1)]


@pytest.mark.parametrize(
    "given",
    [
        {"AuthToken": "p@ssw0rd-that-nobody-sees"},
        {"AuthToken": "p@ssw0rd-that-nobody-sees", "GlobalReplicationGroupId": "g"},
    ],
)
def test_no_secret_is_in_a_finding(given: Json) -> None:
    found = check_template({"Resources": group(TransitEncryptionEnabled=True, **given)})
    assert found
    assert not [each for each in found if "nobody" in f"{each.value}{each.message}"]


def test_each_outcome_of_a_condition_is_seen() -> None:
    nodes = {"Fn::If": ["Large", 2, 1]}
    found = findings_in(
        group(NumCacheClusters=nodes, AutomaticFailoverEnabled=True),
        Conditions={"Large": {"Fn::Equals": [{"Ref": "Size"}, "large"]}},
        Parameters={"Size": {"Type": "String"}},
    )
    assert len(found) == 1
    assert "`NumCacheClusters` of 1" in found[0]
    together = {"Fn::If": ["Large", True, False]}
    assert (
        findings_in(
            group(NumCacheClusters=nodes, AutomaticFailoverEnabled=together),
            Conditions={"Large": {"Fn::Equals": [{"Ref": "Size"}, "large"]}},
            Parameters={"Size": {"Type": "String"}},
        )
        == []
    )


@pytest.mark.parametrize(
    "resources",
    [
        # Shards without a parameter group get AWS's own, for cluster mode.
        group(NumNodeGroups=2, ReplicasPerNodeGroup=1),
        # One shard may be with cluster mode or without.
        group(NumNodeGroups=1, AutomaticFailoverEnabled=True),
        group(NumNodeGroups="1", ReplicasPerNodeGroup="1", AutomaticFailoverEnabled="true"),
        group(PrimaryClusterId="other", AutomaticFailoverEnabled=True),
        # A parameter group that is not in the template may be any.
        group(NumNodeGroups=2, CacheParameterGroupName="mine"),
        tuned({}, NumNodeGroups=2),
        group(Engine="Redis", EngineVersion=7.0),
        group(Engine="redis", EngineVersion="6.x"),
        group(Engine="valkey", EngineVersion="8"),
        group(Engine="valkey", UserGroupIds=["apps"]),
        group(CacheNodeType="cache.r9g.large", AtRestEncryptionEnabled=True),
        cluster(Engine="redis", TransitEncryptionEnabled=True),
        cluster(NumCacheNodes={"Ref": "Many"}, AZMode="cross-az"),
        cluster(EngineVersion="1.6.22", CacheParameterGroupName="default.memcached1.6"),
    ],
)
def test_accepted_values_have_no_problems(resources: Json) -> None:
    assert findings_in(resources, Parameters={"Many": {"Type": "Number"}}) == []


@pytest.mark.parametrize("type_", ["User", "UserGroup", "SubnetGroup", "ReplicationGroup"])
def test_properties_of_macros_are_not_required(type_: str) -> None:
    made = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://a/b"}}}
    kind = f"AWS::ElastiCache::{type_}"
    assert findings_in({"Made": {"Type": kind, "Properties": made}}) == []
    assert findings_in({"Made": {"Type": kind, "Properties": {"Tags": [], **made}}}) == []
    assert findings_in({"Made": {"Type": kind, "Properties": {}}}) != []


def test_outputs_of_one_nested_stack_are_different_subnets() -> None:
    def findings(*outputs: str) -> list[str]:
        listed = [{"Fn::GetAtt": ["Network", f"Outputs.{name}"]} for name in outputs]
        template = {
            "Resources": {
                "Network": {
                    "Type": "AWS::CloudFormation::Stack",
                    "Properties": {"TemplateURL": "https://s3.amazonaws.com/b/t.json"},
                },
                "Subnets": {
                    "Type": "AWS::ElastiCache::SubnetGroup",
                    "Properties": {"Description": "Subnets", "SubnetIds": listed},
                },
            }
        }
        return [finding.rule for finding in check_template(template)]

    assert findings("First", "Second") == []
    assert findings("First", "First") == ["ELASTICACHE-059"]
