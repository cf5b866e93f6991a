"""The rules are silent on what plain CDK makes of the checked services; see test_silence, too."""

from collections.abc import Iterator
from pathlib import Path

import aws_cdk as cdk
import pytest

from serverless_stack.checks import check_template
from tests.checks.plain_cdk import PlainCdk

# Each worker synthesises all of the stacks once.
pytestmark = pytest.mark.xdist_group("foreign-stacks")


def findings_in(template: dict[str, object], region: str | None = None) -> Iterator[str]:
    for found in check_template(template, region):
        yield f"{found.rule} {found.resource}: {found.message}"


@pytest.mark.parametrize(
    "env",
    [None, cdk.Environment(account="111122223333", region="eu-west-1")],
    ids=lambda env: "region" if env else "anywhere",
)
def test_plain_cdk_has_no_findings(env: cdk.Environment | None, tmp_path: Path) -> None:
    app = cdk.App(outdir=str(tmp_path))
    PlainCdk(app, "Shop", env)
    (stack,) = app.synth().stacks
    assert len(stack.template["Resources"]) >= 100
    assert list(findings_in(stack.template, env.region if env else None)) == []
