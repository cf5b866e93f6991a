"""The rules are silent on every template that AWS is known to take."""

from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import pytest

from serverless_stack.checks import check_template
from serverless_stack.testing import rendering
from serverless_stack.testing.review.assemblies import read_folder, read_template
from tests.checks.plain_cdk import PlainCdk
from tests.testing.stacks import catalog

TESTS = Path(__file__).parents[1]
SNAPSHOTS = sorted(path for path in TESTS.rglob("*.yaml") if "__snapshots__" in path.parts)

# Each worker synthesises all of the stacks once.
pytestmark = pytest.mark.xdist_group("foreign-stacks")


def told(template: dict[str, object], region: str | None = None) -> Iterator[str]:
    for found in check_template(template, region):
        yield f"{found.rule} {found.resource}: {found.message}"


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda path: path.stem)
def test_our_own_snapshots(path: Path) -> None:
    template = rendering.parse(path.read_text())
    assert template.get("Resources")
    assert list(told(template)) == []


@pytest.mark.parametrize("name", catalog.HAND_WRITTEN)
def test_templates_written_by_hand(name: str) -> None:
    for stack in read_template(catalog.TEMPLATES / name):
        assert list(told(dict(stack.template))) == []


def test_stacks_of_plain_cdk(tmp_path: Path) -> None:
    handler = tmp_path / "handler"
    handler.mkdir()
    (handler / "index.py").write_text("def handler(event, context): return 1\n")
    assembly = catalog.app(handler, tmp_path / "out").synth().directory
    stacks = list(read_folder(Path(assembly)))
    assert len(stacks) >= len(catalog.PLAIN_CDK)
    found = {stack.name: list(told(dict(stack.template), "eu-west-1")) for stack in stacks}
    assert {name: alarms for name, alarms in found.items() if alarms} == {}


@pytest.mark.parametrize(
    "env",
    [None, cdk.Environment(account="111122223333", region="eu-west-1")],
    ids=lambda env: "region" if env else "anywhere",
)
def test_what_plain_cdk_makes_of_the_checked_services(
    env: cdk.Environment | None, tmp_path: Path
) -> None:
    app = cdk.App(outdir=str(tmp_path))
    PlainCdk(app, "Shop", env)
    (stack,) = app.synth().stacks
    assert len(stack.template["Resources"]) >= 100
    assert list(told(stack.template, env.region if env else None)) == []


def test_there_are_snapshots() -> None:
    assert len(SNAPSHOTS) >= 15
