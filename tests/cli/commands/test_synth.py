"""`serverless-stack synth`: what it replaces, and what it leaves as it is."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from serverless_stack.cli.main import application

APP = """
import pathlib, sys
import aws_cdk as cdk

app = cdk.App()
stack = cdk.Stack(app, "Made")
cdk.CfnOutput(stack, "Output", value="1")
app.synth()
if pathlib.Path("fails").exists():
    sys.exit(1)
"""


def synth(app_dir: Path, *arguments: object) -> Result:
    line = ["synth", "--app-dir", str(app_dir), *map(str, arguments)]
    return CliRunner().invoke(application(), line, catch_exceptions=False)


@pytest.fixture
def app_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "app.py").write_text(APP)
    (folder / "cdk.json").write_text(json.dumps({"app": "python3 app.py"}))
    (folder / "source").mkdir()
    (folder / "source" / "index.py").write_text("")
    return folder


@pytest.mark.parametrize("output", [".", "..", "source", "source/..", "source/index.py"])
def test_no_folder_is_replaced_that_is_no_assembly(app_dir: Path, output: str) -> None:
    result = synth(app_dir, "--output", output)
    assert result.exit_code == 2
    assert "`--output` " in result.stderr
    assert str((app_dir / output).resolve()) in result.stderr
    assert (app_dir / "source" / "index.py").is_file()


@pytest.mark.server
def test_an_assembly_is_replaced_and_stays_if_the_app_fails(
    app_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    made = synth(app_dir, "--output", "made/here")
    assert made.exit_code == 0
    assert "The cloud assembly is in " in made.output
    assert made.output.rstrip().endswith("made/here.")
    before = sorted(app_dir.rglob("*"))
    (app_dir / "app.py").write_text(APP.replace('"Output"', '"Renamed"'))
    (app_dir / "fails").touch()
    assert synth(app_dir, "--output", "made/here").exit_code == 1
    (app_dir / "fails").unlink()
    template = app_dir / "made" / "here" / "Made.template.json"
    assert '"Output"' in template.read_text()
    assert sorted(app_dir.rglob("*")) == before
    assert synth(app_dir, "--output", "made/here").exit_code == 0
    assert '"Renamed"' in template.read_text()
