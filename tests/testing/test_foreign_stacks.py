"""Snapshots and reviews of plain CDK stacks and hand-written templates."""

import copy
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from serverless_stack.testing.review import Consequence, Review, review
from serverless_stack.testing.review.sources import files
from serverless_stack.testing.snapshots import rendering
from serverless_stack.testing.snapshots.scrubbing import scrub
from tests.testing.stacks import catalog
from tests.testing.stacks.catalog import HAND_WRITTEN, PLAIN_CDK, Keeps

# Each worker synthesises all of the stacks once.
pytestmark = pytest.mark.xdist_group("foreign-stacks")

Json = dict[str, Any]
KEEPS: Mapping[str, Keeps] = {
    **{build.__name__.replace("_", "-"): keeps for build, keeps in PLAIN_CDK.items()},
    **HAND_WRITTEN,
}
EVERY = pytest.mark.parametrize("name", KEEPS)
HASH = re.compile(r"[0-9a-f]{64}")


NESTED_STACK = "AWS::CloudFormation::Stack"


def synthesised(folder: Path, code: str) -> dict[str, Json]:
    """Return every plain CDK stack, including nested ones, with this code in its functions."""
    handler = folder / "handler"
    handler.mkdir(parents=True)
    (handler / "index.py").write_text(code)
    assembly = catalog.app(handler, folder / "out").synth().directory
    return {stack.name: dict(stack.template) for stack in files.read(Path(assembly))}


def hand_written() -> dict[str, Json]:
    return {
        name: dict(stack.template)
        for name in HAND_WRITTEN
        for stack in files.read(catalog.TEMPLATES / name)
    }


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Json]:
    code = "def handler(event, context): return 1\n"
    return synthesised(tmp_path_factory.mktemp("before"), code) | hand_written()


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Json]:
    """Return the templates with other code and other hashes of packages."""
    code = "def handler(event, context): return 2\n"
    plain = synthesised(tmp_path_factory.mktemp("after"), code)
    text = HASH.sub(lambda found: found[0][::-1], json.dumps(hand_written()))
    written: dict[str, Json] = json.loads(text)
    return plain | written


def snapshot_of(template: Json) -> str:
    scrubbed = scrub(template)
    return rendering.render(scrubbed.template, scrubbed.replaced)


def kept(template: Json, keeps: Keeps) -> list[str]:
    """Return the logical ids of the stateful resources."""
    found = [
        logical_id
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == keeps.resource_type
    ]
    assert found
    return found


def with_policy(template: Json, policy: str, logical_ids: list[str]) -> Json:
    found = copy.deepcopy(template)
    for logical_id in logical_ids:
        found["Resources"][logical_id]["DeletionPolicy"] = policy
        found["Resources"][logical_id]["UpdateReplacePolicy"] = policy
    return found


def without(template: Json, logical_ids: list[str]) -> Json:
    found = copy.deepcopy(template)
    for logical_id in logical_ids:
        del found["Resources"][logical_id]
    return found


def replaced(template: Json, keeps: Keeps, logical_ids: list[str]) -> Json:
    found = copy.deepcopy(template)
    for logical_id in logical_ids:
        properties = found["Resources"][logical_id].setdefault("Properties", {})
        assert properties.get(keeps.create_only) != keeps.value
        properties[keeps.create_only] = keeps.value
    return found


def lost(found: Review) -> list[str]:
    return sorted(change.logical_id for change in found.data_losses)


def test_there_are_enough_stacks() -> None:
    assert len(PLAIN_CDK) >= 15
    assert len(HAND_WRITTEN) >= 5
    assert {path.name for path in catalog.TEMPLATES.iterdir()} == HAND_WRITTEN.keys()


def test_the_services_of_the_stacks(before: dict[str, Json]) -> None:
    types = [r["Type"] for template in before.values() for r in template["Resources"].values()]
    services = {kind.split("::")[1] for kind in types if kind.startswith("AWS::")}
    assert services >= {
        *("S3", "SQS", "SNS", "DynamoDB", "Lambda", "EC2", "ECS", "RDS", "KMS", "Events"),
        *("StepFunctions", "CloudWatch", "Cognito", "SecretsManager", "ApiGatewayV2"),
        *("CloudFront", "Kinesis", "Logs", "IAM", "EFS", "ApiGateway", "OpenSearchService"),
    }


@EVERY
def test_a_snapshot_is_read_as_the_scrubbed_template(name: str, before: dict[str, Json]) -> None:
    scrubbed = scrub(before[name]).template
    text = snapshot_of(before[name])
    assert rendering.parse(text) == scrubbed
    assert snapshot_of(rendering.parse(text)) == text
    assert not HASH.search(text)


@EVERY
def test_equal_stacks_have_no_change(name: str, before: dict[str, Json]) -> None:
    assert not review(before[name], copy.deepcopy(before[name]))


@EVERY
def test_other_code_changes_no_snapshot_and_interrupts_nothing(
    name: str, before: dict[str, Json], after: dict[str, Json]
) -> None:
    assert snapshot_of(before[name]) == snapshot_of(after[name])
    found = review(before[name], after[name])
    assert found.warnings == ()
    for change in found.changes:
        # The template of a nested stack is not in that of its parent, so it may change anything.
        is_nested = before[name]["Resources"][change.logical_id]["Type"] == NESTED_STACK
        assert is_nested or change.consequence <= Consequence.NO_INTERRUPTION
        assert not is_nested or change.consequence is Consequence.REPLACEMENT


def test_other_code_was_seen(before: dict[str, Json], after: dict[str, Json]) -> None:
    changed = {name for name in KEEPS if before[name] != after[name]}
    assert len(changed) >= 12
    assert {"clicks", "nested", "queue-worker.yaml", "sam-orders.yaml"} <= changed


@EVERY
def test_removing_a_stateful_resource_loses_data(name: str, before: dict[str, Json]) -> None:
    ids = kept(before[name], KEEPS[name])
    gone = without(before[name], ids)
    assert set(ids) <= set(lost(review(with_policy(before[name], "Delete", ids), gone)))
    assert not set(ids) & set(lost(review(with_policy(before[name], "Retain", ids), gone)))


@pytest.mark.parametrize("name", [name for name in KEEPS if KEEPS[name].create_only])
def test_replacing_a_stateful_resource_loses_data(name: str, before: dict[str, Json]) -> None:
    ids = kept(before[name], KEEPS[name])

    def consequences(policy: str) -> Review:
        old = with_policy(before[name], policy, ids)
        return review(old, replaced(old, KEEPS[name], ids))

    assert lost(consequences("Delete")) == sorted(ids)
    retained = consequences("Retain")
    assert retained.data_losses == ()
    assert {change.logical_id for change in retained.replacements} >= set(ids)


@EVERY
@pytest.mark.parametrize(
    "harmless",
    [
        lambda template: dict(reversed(template.items())),
        lambda template: {**template, "Description": "something else"},
        lambda template: {
            **template,
            "Resources": dict(reversed(template["Resources"].items())),
        },
    ],
    ids=["order of sections", "description", "order of resources"],
)
def test_harmless_changes_are_not_exaggerated(
    name: str, harmless: Callable[[Json], Json], before: dict[str, Json]
) -> None:
    found = review(before[name], harmless(before[name]))
    assert found.worst == Consequence.NONE
    assert found.warnings == ()
