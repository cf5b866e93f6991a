"""`app.py`, the README's application, as CDK, CloudFormation's rules and a reader see it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from serverless_stack.testing import TemplateSnapshot
from tests.constructs.templates import Json

# Nothing is packaged: the template differs in the hash of the handler alone, which is scrubbed.
WITHOUT_PACKAGING: Json = {"aws:cdk:bundling-stacks": []}
STRICT: Json = {
    **WITHOUT_PACKAGING,
    "@aws-cdk/core:validateAgainstDefaultRules": True,
    "aws:cdk:enable-path-metadata": True,
}

INVALID = """\
import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

app = cdk.App()
s3.CfnBucket(cdk.Stack(app, "Shop"), "Bucket").add_property_override("Nonsense", True)
app.synth()
"""

CHECKED = """\
import aws_cdk as cdk
from serverless_stack.checks.integrations import DeployabilityChecks
from serverless_stack.constructs import ServerlessStack

app = cdk.App()
cdk.Validations.of(app).add_plugins(DeployabilityChecks(strict=True))
CACHES = {"redis": True, "memcached": True}
CODE, SITE = "examples/shop/handler", "examples/shop/site"
ServerlessStack(app, "Shop", function=CODE, site=SITE, **CACHES)
env = cdk.Environment(region="eu-central-1")
ServerlessStack(app, "Checkout", function=CODE, site=SITE, env=env, **CACHES)
app.synth()
"""

CFN_LINT = "import sys; from cfnlint.runner import main; sys.exit(main())"


@dataclass(frozen=True)
class Synthesis:
    template: Path
    said: str
    status: int


def synthesise(root: Path, out: Path, *program: str) -> Synthesis:
    """Run an app with CDK's own validation on."""
    environment = {name: value for name, value in os.environ.items() if name != "CDK_VALIDATION"}
    done = subprocess.run(
        [sys.executable, *program],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        env={
            **environment,
            "PYTHONPATH": str(root),
            "CDK_OUTDIR": str(out),
            "CDK_CONTEXT_JSON": json.dumps(STRICT),
        },
    )
    return Synthesis(out / "Shop.template.json", done.stderr + done.stdout, done.returncode)


def findings_of_cfn_lint(template: Path) -> set[tuple[str, str]]:
    done = subprocess.run(
        [sys.executable, "-c", CFN_LINT, "--format", "json", str(template)],
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        (match["Rule"]["Id"], match["Location"]["Path"][1]) for match in json.loads(done.stdout)
    }


def test_the_template(
    tmp_path: Path, pytestconfig: pytest.Config, template_snapshot: TemplateSnapshot
) -> None:
    shop = synthesise(pytestconfig.rootpath, tmp_path, "app.py")
    assert (shop.status, shop.said) == (0, "")
    text = shop.template.read_text()
    assert json.loads(text) == template_snapshot
    assert str(pytestconfig.rootpath) not in text
    # CDK lets every function depend on its role, although the function names the role already.
    assert findings_of_cfn_lint(shop.template) == {
        ("W3005", "Function6B188E59"),
        ("W3005", "ContentFunction60E7E32E"),
        ("W3005", "ServerlessStackSharedApiLogRoleFunction39C273BA"),
    }


def test_cdk_reports_what_is_wrong(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    wrong = synthesise(pytestconfig.rootpath, tmp_path, "-c", INVALID)
    assert wrong.status != 0
    assert "Nonsense" in wrong.said


def test_the_checks_find_nothing(tmp_path: Path, pytestconfig: pytest.Config) -> None:
    checked = synthesise(pytestconfig.rootpath, tmp_path, "-c", CHECKED)
    assert (checked.status, checked.said) == (0, "")
    report = json.loads((tmp_path / "validation-report.json").read_text())
    assert report["pluginReports"] == []
