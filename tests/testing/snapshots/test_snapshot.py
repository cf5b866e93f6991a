"""Snapshot files: the same bytes everywhere, and the comparison in a test."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sqs as sqs
from aws_cdk.assertions import Template
from syrupy.location import PyTestLocation

from serverless_stack.testing import NewStack, Synth, TemplateSnapshot
from serverless_stack.testing.review.model import Stack
from serverless_stack.testing.snapshots import rendering
from serverless_stack.testing.snapshots.snapshot import TemplateSnapshotExtension

PROGRAM = """\
import sys
import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway, aws_lambda as lambda_, aws_s3 as s3
from serverless_stack.testing import scrub, template_of
from serverless_stack.testing.snapshots.rendering import render

names = {"tables", "queues", "orders", "refunds", "users"}
stack = cdk.Stack(cdk.App(outdir="out"), "Shop")
function = lambda_.Function(
    stack, "Orders", code=lambda_.Code.from_asset("code"), handler="index.handler",
    runtime=lambda_.Runtime.PYTHON_3_13, environment={name: name for name in names},
)
apigateway.LambdaRestApi(stack, "Api", handler=function.current_version)
for name in names:
    bucket = s3.Bucket(stack, name, auto_delete_objects=True,
                       removal_policy=cdk.RemovalPolicy.DESTROY)
    bucket.grant_read(function) if len(sys.argv) > 1 else None
scrubbed = scrub(template_of(stack), {f"{name}-x": "x" for name in sorted(names)})
print(render(scrubbed.template, scrubbed.replaced))
"""


@pytest.fixture
def stack(cdk_stack: NewStack) -> cdk.Stack:
    """A stack with a queue."""
    stack = cdk_stack("Shop")
    sqs.Queue(stack, "Orders", enforce_ssl=True)
    return stack


def printed(folder: Path, code: str, seed: str) -> str:
    """Return the output of the program above in a folder of its own."""
    (folder / "code").mkdir(parents=True)
    (folder / "code" / "index.py").write_text(code)
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "CDK_VALIDATION": "false",
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(folder) not in done.stdout
    return done.stdout


def test_the_text_is_the_same_everywhere(tmp_path: Path) -> None:
    texts = {
        printed(tmp_path / "one", "handler = 1", "0"),
        printed(tmp_path / "a" / "deeper folder", "handler = 1", "1"),
        printed(tmp_path / "three", "handler = 3", "4294967295"),
    }
    assert len(texts) == 1
    assert "HASH" in texts.pop()


def test_a_stack_its_template_and_its_dictionary(
    stack: cdk.Stack, synth: Synth, template_snapshot: TemplateSnapshot
) -> None:
    assert stack == template_snapshot(name="a queue")
    assert stack == template_snapshot(name="a queue")
    assert synth(stack) == template_snapshot(name="a queue")
    assert synth(stack).to_json() == template_snapshot(name="a queue")
    assert template_snapshot(name="a queue") == stack


def test_a_template_of_cdk_has_no_paths(
    stack: cdk.Stack, template_snapshot: TemplateSnapshot
) -> None:
    assert Template.from_stack(stack) == template_snapshot


def test_its_representation(template_snapshot: TemplateSnapshot) -> None:
    assert repr(template_snapshot) == "template_snapshot"
    assert repr(template_snapshot(name="minimal")) == "template_snapshot(name='minimal')"


def test_other_types_are_refused(template_snapshot: TemplateSnapshot) -> None:
    with pytest.raises(TypeError, match="got: int"):
        template_snapshot.__eq__(3)


def test_a_stack_is_rendered_once_for_each_set_of_rules(
    stack: cdk.Stack, template_snapshot: TemplateSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[object] = []
    render_stacks = rendering.render_stacks

    def counted(stacks: Sequence[Stack], scrubbed: Sequence[str] = ()) -> str:
        rendered.append(stacks)
        return render_stacks(stacks, scrubbed)

    monkeypatch.setattr(rendering, "render_stacks", counted)
    snapshot = template_snapshot(name="once")
    assert stack == snapshot
    assert stack == snapshot
    assert len(rendered) == 1
    scrubbed = template_snapshot(name="scrubbed", scrub={"AWS::SQS::Queue.QueueName": "<name>"})
    assert stack == scrubbed
    assert len(rendered) == 2
    sqs.Queue(stack, "Late")
    with pytest.raises(ValueError, match="more constructs"):
        assert stack == snapshot


CASES = ["a", "ab", "a.b", "a][b", "a/b", "é", "x" * 230, "x" * 231, "x" * 300, "x" * 301]


@pytest.mark.parametrize("case", [None, *CASES], ids=str)
def test_a_file_is_of_the_tests_that_syrupy_finds(
    case: str | None, request: pytest.FixtureRequest
) -> None:
    location = PyTestLocation(request.node)
    extension = TemplateSnapshotExtension
    folder = Path(location.filepath).parent / "__snapshots__"
    names = [TemplateSnapshotExtension.get_snapshot_name(test_location=location)]
    names += [
        f"{location.methodname}[{other}]{more}" for other in CASES for more in ("", ".1", "[b]")
    ]
    files = [f"{folder}/test_snapshot/{name[:241]}.template.yaml" for name in names]
    files += [f"{folder}/other/{location.methodname}.template.yaml", f"{folder}/test_snapshot.yaml"]
    found = [
        extension.matches_test_location(test_location=location, snapshot_location=file)
        for file in files
    ]
    of_syrupy = super(TemplateSnapshotExtension, extension).matches_test_location
    assert found == [of_syrupy(test_location=location, snapshot_location=file) for file in files]
    assert {True, False} == set(found)
