import os
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import ServerlessStack

APP = """\
import aws_cdk as cdk
from serverless_stack.constructs import ServerlessStack

app = cdk.App()
ServerlessStack(
    app, "Shop", function={"code": "handler", "environment": {"AA": "1", "BB": "2"}}, site="site"
)
app.synth()
"""


def shop_in(folder: Path) -> Path:
    for name, text in {
        "app.py": APP,
        "handler/index.py": "def handler(event, context): ...\n",
        "handler/index.mjs": "export const handler = async () => {};\n",
        "site/index.html": "<!doctype html>",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_two_folders_and_hash_seeds_give_the_same_template(
    tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """This process has a hash seed of its own, which is hardly ever 1."""
    one, two = shop_in(tmp_path / "one"), shop_in(tmp_path / "two" / "deeper")
    subprocess.run(
        [sys.executable, "app.py"],
        cwd=one,
        check=True,
        env={
            **os.environ,
            "PYTHONPATH": str(pytestconfig.rootpath),
            "PYTHONHASHSEED": "1",
            "CDK_OUTDIR": str(one / "out"),
            "SERVERLESS_STACK_CACHE": str(one / "cache"),
        },
    )
    app = cdk.App(outdir=str(two / "out"))
    ServerlessStack(
        app,
        "Shop",
        function={"code": two / "handler", "environment": {"AA": "1", "BB": "2"}},
        site=two / "site",
    )
    app.synth()
    first, second = ((folder / "out" / "Shop.template.json").read_bytes() for folder in (one, two))
    assert first == second
    assert str(tmp_path).encode() not in first


def test_relative_folders_are_those_of_the_python_process(
    app: cdk.App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CDK's own process stays in the folder in which it started."""
    monkeypatch.chdir(shop_in(tmp_path))
    ServerlessStack(
        app,
        "Shop",
        function={"code": "handler", "runtime": lambda_.Runtime.NODEJS_22_X},
        site="site",
    )
    app.synth()
