from pathlib import Path

import pytest

from serverless_stack.checks.integrations.assembly import check, templates
from tests.checks.assemblies import (
    NAMED,
    UNNAMED,
    Json,
    acknowledged,
    logical_id,
    write,
    write_assembly,
)


def test_a_stack_without_metadata(tmp_path: Path) -> None:
    (found,) = templates(write_assembly(tmp_path, {"Bucket": UNNAMED}))
    assert (found.name, found.path, found.region) == (
        "Shop",
        tmp_path / "Shop.template.json",
        None,
    )
    assert found.read() == {"Resources": {"Bucket": UNNAMED}}
    assert (found.construct("Bucket"), found.construct("")) == ("Bucket", "Shop")


def test_the_region_and_the_constructs(tmp_path: Path) -> None:
    metadata = {"/Shop/Files/Resource": [{"type": "other"}, logical_id("Bucket")]}
    (found,) = templates(write_assembly(tmp_path, {}, metadata, region="eu-west-1"))
    assert found.region == "eu-west-1"
    assert found.construct("Bucket") == "Shop/Files/Resource"


def test_metadata_in_a_file_of_its_own(tmp_path: Path) -> None:
    write_assembly(tmp_path, {})
    manifest = (tmp_path / "manifest.json").read_text()
    named = manifest.replace('"displayName"', '"additionalMetadataFile": "m.json", "displayName"')
    (tmp_path / "manifest.json").write_text(named)
    write(tmp_path / "m.json", {"/Shop/Files": [logical_id("Bucket")]})
    (found,) = templates(tmp_path)
    assert found.constructs == {"Bucket": "Shop/Files"}


def test_a_nested_stack_is_a_template_in_the_region_of_its_parent(tmp_path: Path) -> None:
    write(tmp_path / "inner.json", {"Resources": {"Bucket": NAMED}})
    metadata: dict[str, list[Json]] = {
        "/Shop": [{"type": "aws:cdk:templateFile", "data": "Shop.template.json"}],
        "/Shop/Inner": [{"type": "aws:cdk:templateFile", "data": "inner.json"}],
        "/Shop/Bucket": [logical_id("Bucket")],
        "/Shop/Inner/Bucket": [logical_id("Bucket")],
        "/Shop/Inner.NestedStack/Inner.NestedStackResource": [logical_id("Nested")],
    }
    outer, inner = templates(
        write_assembly(tmp_path, {"Bucket": UNNAMED}, metadata, region="eu-west-1")
    )
    assert (outer.name, outer.construct("Bucket")) == ("Shop", "Shop/Bucket")
    assert (inner.name, inner.construct("Bucket")) == ("Shop/Inner", "Shop/Inner/Bucket")
    assert inner.region == "eu-west-1"
    assert [(template.name, each.rule) for template, each in check([outer, inner])] == [
        ("Shop/Inner", "S3-001")
    ]


def test_stages_are_read_when_they_are_wanted(tmp_path: Path) -> None:
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    write_assembly(tmp_path, {}, further={"assembly-Prod": stage})
    write_assembly(tmp_path / "assembly-Prod", {}, stack="Prod/Shop")
    assert [each.name for each in templates(tmp_path)] == ["Shop", "Prod/Shop"]
    assert [each.name for each in templates(tmp_path, stages=False)] == ["Shop"]


@pytest.mark.parametrize(
    ("at", "reason", "accepted"),
    [
        ("/Shop/Files/Resource", "it is so", "it is so"),
        ("/Shop/Files", "it is so", "it is so"),
        ("/Shop", " it is so ", "it is so"),
        ("/Shop/File", "it is so", ""),
        ("/Shop/Files/Resource", "", ""),
    ],
)
def test_an_acknowledgement_covers_child_constructs(
    tmp_path: Path, at: str, reason: str, accepted: str
) -> None:
    metadata = {"/Shop/Files/Resource": [logical_id("Bucket")]}
    metadata.setdefault(at, []).append(acknowledged(S3_001=reason, S3_002="another"))
    ((_, found),) = check(templates(write_assembly(tmp_path, {"Bucket": NAMED}, metadata)))
    assert found.acknowledged == accepted
    assert ("without a reason" in found.message) == (not reason)


def test_the_closest_acknowledgement_counts(tmp_path: Path) -> None:
    metadata = {
        "/Shop": [acknowledged(S3_001="around")],
        "/Shop/Files": [acknowledged(S3_001="close"), logical_id("Bucket")],
    }
    ((_, found),) = check(templates(write_assembly(tmp_path, {"Bucket": NAMED}, metadata)))
    assert found.acknowledged == "close"


def test_the_metadata_of_the_resource_takes_precedence(tmp_path: Path) -> None:
    ours = {"serverless-stack": {"acknowledge": [{"id": "S3-001", "reason": "in the template"}]}}
    metadata = {"/Shop": [acknowledged(S3_001="around"), logical_id("Bucket")]}
    folder = write_assembly(tmp_path, {"Bucket": {**NAMED, "Metadata": ours}}, metadata)
    ((_, found),) = check(templates(folder))
    assert found.acknowledged == "in the template"


def test_a_file_that_is_no_object(tmp_path: Path) -> None:
    write(tmp_path / "manifest.json", [])
    with pytest.raises(ValueError, match=r"manifest\.json must be a JSON object"):
        templates(tmp_path)


def test_acknowledgements_without_a_reason_are_noted_once(tmp_path: Path) -> None:
    ours = {"serverless-stack": {"acknowledge": [{"id": "S3-001"}]}}
    metadata = {"/Shop": [acknowledged(S3_001="")]}
    folder = write_assembly(tmp_path, {"Bucket": {**NAMED, "Metadata": ours}}, metadata)
    ((_, found),) = check(templates(folder))
    assert found.message.count("without a reason") == 1
