"""Findings left and acknowledged, for item profile and item decision of a user."""

import ast
import json
import tarfile
from pathlib import Path

import aws_cdk
import pytest

from serverless_stack.checks import check_template
from tests.compliance import features, tools
from tests.compliance.__main__ import (
    COLUMNS,
    MAX_ACKNOWLEDGEMENTS,
    MAX_SKIPS,
    REQUIRED,
    problems,
    table,
)
from tests.compliance.tools import (
    CFN_LINT,
    CHECKOV,
    CHECKOV_PROGRAM,
    PACKS,
    VALIDATOR,
    Acknowledged,
    Assembly,
    Findings,
)

pytestmark = pytest.mark.xdist_group("compliance")

DECISIONS = {
    "auth": {"APIG4", "COG4"},
    "cache": {"APIGWCacheEnabledAndEncrypted"},
    "certificate": {"CFR4"},
    "countries": {"CFR1"},
    "replica": {"S3BucketReplicationEnabled"},
}
"""The rules, by their names in a pack, whose acknowledgements a decision removes."""

REGULATED = ["Regulated", *(f"Regulated-{name}" for name in DECISIONS), "Decided"]
STACKS = ["Production", *REGULATED]


def short(rule: str) -> str:
    """Return the rule's name in its pack, of `Pack::Pack-Rule`."""
    return rule.partition("::")[2].rpartition("-")[2] if "[" not in rule else rule


def acknowledged(assembly: Assembly, stack: str) -> list[Acknowledged]:
    return [item for pack in PACKS for item in assembly.plugin(pack, stack).acknowledged]


@pytest.mark.parametrize("tool", [*PACKS, VALIDATOR])
def test_nothing_is_left_of_functions_and_apis(assembly: Assembly, tool: str) -> None:
    assert assembly.plugin(tool, features.NAME).left == []


def test_the_checks_find_nothing_in_functions_and_apis(assembly: Assembly) -> None:
    template = json.loads(assembly.template(features.NAME).read_text())
    assert [str(found) for found in check_template(template)] == []


@pytest.mark.parametrize("tool", [*PACKS, VALIDATOR])
@pytest.mark.parametrize("stack", REGULATED)
def test_nothing_is_left_in_regulated(assembly: Assembly, stack: str, tool: str) -> None:
    assert assembly.plugin(tool, stack).left == []


@pytest.mark.parametrize("tool", ["AwsSolutions", "Serverless", VALIDATOR])
def test_nothing_is_left_in_production(assembly: Assembly, tool: str) -> None:
    assert assembly.plugin(tool, "Production").left == []


@pytest.fixture(scope="module")
def linted(assembly: Assembly) -> dict[str, Findings]:
    """The findings of cfn-lint."""
    return tools.cfn_lint([assembly.template(name) for name in ("Naive", "Regulated", "Decided")])


@pytest.fixture(scope="module")
def checkov(assembly: Assembly) -> dict[str, Findings]:
    """The findings of checkov."""
    return tools.checkov([assembly.template(name) for name in ("Naive", "Regulated", "Decided")])


def test_every_tool_has_findings(assembly: Assembly, linted: dict[str, Findings]) -> None:
    """A tool that did not run has no findings either."""
    for pack in PACKS:
        assert len(assembly.plugin(pack, "Naive").left) > 10
    assert len(linted["Naive"].left) > 10


@pytest.mark.parametrize("stack", ["Regulated", "Decided"])
def test_nothing_is_left_in_cfn_lint(linted: dict[str, Findings], stack: str) -> None:
    result = linted[stack]
    assert result.left == []
    assert {item.rule for item in result.acknowledged} == {"I1022", "W3005"}


@pytest.mark.parametrize("stack", list(MAX_ACKNOWLEDGEMENTS))
def test_acknowledgements_are_few(assembly: Assembly, stack: str) -> None:
    assert len(acknowledged(assembly, stack)) <= MAX_ACKNOWLEDGEMENTS[stack]


@pytest.mark.parametrize("decision", list(DECISIONS))
def test_a_decision_removes_its_acknowledgements(assembly: Assembly, decision: str) -> None:
    def places(stack: str) -> set[tuple[str, str]]:
        return {
            (short(rule), where.partition("/")[2])
            for rule, where in assembly.acknowledgements(stack)
        }

    gone = places("Regulated") - places(f"Regulated-{decision}")
    assert {rule for rule, _ in gone} == DECISIONS[decision]
    where = {place for rule, place in gone if rule == "S3BucketReplicationEnabled"}
    assert where <= {"Bucket/Bucket"}  # that of the access logs has no replica


@pytest.mark.parametrize("stack", STACKS)
def test_every_acknowledgement_is_needed(assembly: Assembly, stack: str) -> None:
    used = {(item.rule, item.where) for item in acknowledged(assembly, stack)}
    assert assembly.acknowledgements(stack) - used == set()


@pytest.mark.parametrize("stack", ["Naive", "Dev"])
def test_dev_and_plain_cdk_have_no_acknowledgements(assembly: Assembly, stack: str) -> None:
    assert acknowledged(assembly, stack) == []


@pytest.mark.parametrize("stack", STACKS)
def test_reasons_are_sentences(assembly: Assembly, stack: str) -> None:
    for item in acknowledged(assembly, stack):
        assert len(item.reason.split()) >= 8, item
        assert item.rule.partition("::")[0] in PACKS


@pytest.mark.parametrize("recommended", [True, False])
def test_counts_do_not_depend_on_flags(
    assembly: Assembly, tmp_path: Path, recommended: bool
) -> None:
    """All flags as `cdk init` writes them, or none."""
    flags = recommended_flags() if recommended else {}
    other = tools.synthesize(tmp_path, {**flags, **tools.STRICT}, only=STACKS, validator=False)
    for stack in STACKS:
        for pack in PACKS:
            ours, theirs = assembly.plugin(pack, stack), other.plugin(pack, stack)
            assert len(theirs.left) == len(ours.left), (stack, pack, theirs.left)
            assert len(theirs.acknowledged) == len(ours.acknowledged), (stack, pack)


def recommended_flags() -> dict[str, object]:
    """Return the flags that `cdk init` of this version of CDK writes."""
    folder = Path(aws_cdk.__file__).parent / "_jsii"
    (package,) = folder.glob("aws-cdk-lib@*.tgz")
    with tarfile.open(package) as archive:
        flags = archive.extractfile("package/recommended-feature-flags.json")
        assert flags is not None
        return dict(json.load(flags))


def documented(tool: str) -> list[str]:
    """Return the cells of a tool in the table of `docs/guides/security.md`."""
    text = (tools.REPOSITORY / "docs" / "guides" / "security.md").read_text()
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {tool} |")]
    return [cell.strip() for cell in line.strip("|").split("|")[1:]]


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        *zip(
            ["AwsSolutions", "Serverless", "NIST 800-53 R5", "HIPAA", "PCI DSS 3.2.1"],
            PACKS,
            strict=True,
        )
    ],
)
def test_the_documentation_has_these_counts(assembly: Assembly, name: str, tool: str) -> None:
    stacks = ["Naive", "Production", "Regulated", "Decided"]
    for cell, stack in zip(documented(name), stacks, strict=True):
        result = assembly.plugin(tool, stack)
        count = f"{result.raw} / {len(result.acknowledged)} / {len(result.left)}"
        assert cell in (count, "" if stack == "Production" else count), stack


@pytest.mark.skipif(not CHECKOV_PROGRAM.exists(), reason="`make compliance` installs checkov")
def test_the_documentation_has_the_counts_of_checkov(checkov: dict[str, Findings]) -> None:
    naive, _production, regulated, decided = documented("checkov")
    assert [naive, regulated, decided] == [
        f"{result.raw} / {len(result.acknowledged)} / {len(result.left)}"
        for result in checkov.values()
    ]


@pytest.mark.skipif(not CHECKOV_PROGRAM.exists(), reason="`make compliance` installs checkov")
def test_nothing_is_left_in_checkov(assembly: Assembly, checkov: dict[str, Findings]) -> None:
    for stack in ("Regulated", "Decided"):
        assert checkov[stack].left == []
        used = {(item.rule, item.where) for item in checkov[stack].acknowledged}
        assert tools.skips(assembly.template(stack)) == used  # all are needed
    assert len(checkov["Regulated"].acknowledged) <= MAX_SKIPS


def test_skips_of_checkov_are_few_and_have_reasons(assembly: Assembly) -> None:
    assert len(tools.skips(assembly.template("Regulated"))) <= MAX_SKIPS
    assert tools.skips(assembly.template("Production")) == set()


def test_the_report_fails_on_a_finding_that_is_left() -> None:
    none = {stack: Findings() for stack in COLUMNS}
    counted = {tool: dict(none) for tool in (*PACKS, VALIDATOR, CFN_LINT, CHECKOV)}
    assert problems(counted) == []
    counted["Serverless"]["Production"] = Findings(["Serverless-LambdaDLQ Production/Function"])
    counted["HIPAA.Security"]["Production"] = Findings(["not asked of production"])
    excuse = Acknowledged("AwsSolutions::AwsSolutions-S1", "Decided/Bucket", "because")
    counted["AwsSolutions"]["Decided"] = Findings(acknowledged=[excuse] * 31)
    counted[CHECKOV]["Regulated"] = Findings(acknowledged=[excuse] * 15)
    assert problems(counted) == [
        "Production: Serverless: Serverless-LambdaDLQ Production/Function",
        "Decided: 31 acknowledgements in cdk-nag, at most 30",
        "Regulated: more than 14 skips in checkov",
    ]
    assert "31 / 31 / 0" in table(counted)[1]
    assert set(REQUIRED) <= set(COLUMNS)


def test_acknowledgements_are_created_in_one_module() -> None:
    """All acknowledgements depend on the profile and are in the report."""
    folder = tools.REPOSITORY / "serverless_stack" / "constructs"
    result = {
        path.name
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Name | ast.Attribute)
        and (node.id if isinstance(node, ast.Name) else node.attr) == "Acknowledgment"
    }
    assert result == {"acknowledge.py"}
