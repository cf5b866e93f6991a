"""Templates that AWS accepts have no findings, except for real mistakes."""

import pytest

from serverless_stack.checks import Finding, check_template, check_templates
from tests.checks import templates

# Each worker synthesises all of the stacks once.
pytestmark = pytest.mark.xdist_group("foreign-stacks")

# The mistakes in foreign stacks, with how they are known.
MAXIMAL_REDIS = (
    "constructs/cache/redis/__snapshots__/test_variants/test_variant[maximal].template.yaml"
)
TRUE = {
    # A rotation in a VPC of the user's, which in that test has no way to Secrets Manager.
    (MAXIMAL_REDIS, "CROSS-SERVICE-030"),
    # An instance waits for a policy that names the instance: CDK's own validator says it, too.
    ("machine", "TEMPLATE-020"),
    # 90 seconds for a function of 60: AWS takes it, and advises 360.
    ("queue-worker.yaml", "CROSS-SERVICE-011"),
}


def findings_in(name: str, found: list[Finding]) -> list[str]:
    """What is found that is not really wrong, to be read in the report of a test."""
    return [f"{f.rule} {f.resource}: {f.message}" for f in found if (name, f.rule) not in TRUE]


@pytest.mark.parametrize("region", [None, "eu-central-1"])  # where those are that say so
@pytest.mark.parametrize("name", templates.snapshots())
def test_our_own_templates(name: str, region: str | None) -> None:
    assert findings_in(name, check_template(templates.snapshots()[name], region)) == []


@pytest.mark.parametrize("name", templates.hand_written())
def test_templates_written_by_hand(name: str) -> None:
    found = check_template(templates.hand_written()[name], templates.REGION)
    assert findings_in(name, found) == []


@pytest.fixture(scope="module")
def plain_cdk(tmp_path_factory: pytest.TempPathFactory) -> dict[str, templates.Template]:
    return templates.plain_cdk(tmp_path_factory.mktemp("plain") / "cdk")


def test_plain_cdk(plain_cdk: dict[str, templates.Template]) -> None:
    assert len(plain_cdk) >= 24
    regions: dict[str, str | None] = dict.fromkeys(plain_cdk, templates.REGION)
    found = check_templates(plain_cdk, regions)
    assert [said for each in found for said in findings_in(each.template, [each])] == []


def test_real_mistakes_have_findings(plain_cdk: dict[str, templates.Template]) -> None:
    known = {**plain_cdk, **templates.hand_written(), **templates.snapshots()}
    found = {(name, f.rule) for name, _ in TRUE for f in check_template(known[name])}
    assert found >= TRUE
