"""A warm synthesis gives the bytes of a cold one, whatever is edited before it."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from serverless_stack.synthesis.errors import SynthesisError
from serverless_stack.synthesis.synthesizer import Synthesizer

pytestmark = pytest.mark.server

APP = """
import os, sys
import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
import helper

print("output of the app")
app = cdk.App()
stack = cdk.Stack(app, "Made")
lambda_.Function(
    stack, "Function", runtime=lambda_.Runtime.PYTHON_3_13, handler="index.handler",
    code=lambda_.Code.from_asset("handler"),
)
cdk.CfnOutput(stack, "Helper", value=helper.NAME)
cdk.CfnOutput(stack, "Context", value=str(app.node.try_get_context("stage")))
cdk.CfnOutput(stack, "Times", value=str(helper.times()))
cdk.CfnOutput(stack, "Modules", value=str("helper" in sys.modules))
cdk.CfnOutput(stack, "Environment", value=os.environ.get("LEFT_BY_THE_APP", "nothing"))
os.environ["LEFT_BY_THE_APP"] = "something"
app.synth()
"""
HELPER = """
NAME = "first"
count = 0
def times():
    global count
    count += 1
    return count
"""
# The paths of jsii's temporary files, which differ in each process and which stack traces show.
TEMPORARY = re.compile(rb"(?:/[^\s\"()]*)?/(?:jsii-kernel-\w+|tmp\w{8})/")


class World:
    """An app, its warm synthesis, and what the CDK CLI would do."""

    def __init__(self, folder: Path) -> None:
        self.app_dir = folder / "an app ü"
        self.out = folder / "warm"
        self.colds = 0
        self.library = folder / "library"  # on PYTHONPATH
        self.library.mkdir()
        (self.app_dir / "handler").mkdir(parents=True)
        self.write("app.py", APP)
        self.write("helper.py", HELPER)
        self.write("handler/index.py", "def handler(event, context):\n    return 1\n")
        self.configure()
        self.synthesizer = Synthesizer(self.app_dir, folder / "home", self.cold)

    def write(self, name: str, text: str) -> None:
        (self.app_dir / name).write_text(text)

    def configure(self, *, app: str = "python3 app.py", **context: str) -> None:
        self.write("cdk.json", json.dumps({"app": app, "context": context}))

    def cold(self, out: Path, program: str | None) -> None:
        """Run the app as the CDK CLI does, which takes a second more to start."""
        self.colds += 1
        self.run(out, program or json.loads((self.app_dir / "cdk.json").read_text())["app"])

    def run(self, out: Path, program: str) -> None:
        shutil.rmtree(out, ignore_errors=True)
        configuration = json.loads((self.app_dir / "cdk.json").read_text())
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(
                filter(None, [str(self.library), os.environ.get("PYTHONPATH")])
            ),
            "CDK_OUTDIR": str(out),
            "CDK_CONTEXT_JSON": json.dumps(configuration["context"]),
            "CDK_VALIDATION": "false",
        }
        done = subprocess.run(
            program,
            shell=True,
            cwd=self.app_dir,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SynthesisError("cold", done.stderr)

    def changes(self) -> object:
        """Return what the kernel has in its environment besides what the CDK CLI passes."""
        assert self.synthesizer._process is not None
        return self.synthesizer._process.changes

    def check(self, folder: Path) -> None:
        """Check that a cold synthesis gives the bytes of the last one."""
        cold = folder / "cold"
        self.run(cold, json.loads((self.app_dir / "cdk.json").read_text())["app"])
        assert files_of(cold) == files_of(self.out)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): TEMPORARY.sub(b"/tmp/", path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("synthesis"))
    first = world.synthesizer.synthesize(world.out)
    assert not first.is_warm
    yield world
    world.synthesizer.close()


def test_a_sequence_of_edits_gives_the_bytes_of_cold_ones(world: World, tmp_path: Path) -> None:
    def warm(*, check: bool = True) -> None:
        colds = world.colds
        assert world.synthesizer.synthesize(world.out).is_warm
        assert world.colds == colds
        if check:
            world.check(tmp_path)

    warm(check=False)
    world.write("handler/index.py", "def handler(event, context):\n    return 2\n")
    warm(check=False)
    world.write("helper.py", HELPER.replace("first", "second"))
    world.write("app.py", APP.replace('"Helper"', '"Renamed"'))
    warm()
    world.write("app.py", APP.replace("import helper\n", "import other as helper\n"))
    (world.app_dir / "helper.py").rename(world.app_dir / "other.py")
    warm()  # a module that is gone is not there any more
    (world.app_dir / "other.py").rename(world.app_dir / "helper.py")
    world.write("app.py", APP)

    world.configure(stage="test")
    changed = world.synthesizer.synthesize(world.out)
    assert (changed.is_warm, changed.reason) == (False, "cdk.json or the context has changed")
    warm()  # in the same process, which has the new context
    assert b'"Value":"test"' in (world.out / "Made.template.json").read_bytes().replace(b" ", b"")


def test_a_failure_names_the_line_and_leaves_nothing(world: World) -> None:
    world.write("app.py", APP.replace("helper.NAME", "helper.MISSING"))
    with pytest.raises(SynthesisError, match="the app ended with status 1") as caught:
        world.synthesizer.synthesize(world.out)
    assert 'app.py", line 14, in <module>' in caught.value.log
    assert "worker.py" not in caught.value.log
    world.write("app.py", APP + "def broken(:\n")
    with pytest.raises(SynthesisError, match="the app ended with status 1") as caught:
        world.synthesizer.synthesize(world.out)
    assert "SyntaxError: invalid syntax" in caught.value.log
    world.write("app.py", APP)
    assert world.synthesizer.synthesize(world.out).is_warm


def test_settings_with_which_the_app_failed_do_not_stay(world: World) -> None:
    refusing = APP.replace(
        "app.synth()", "assert app.node.try_get_context('stage') != 'bad'\napp.synth()"
    )
    world.write("app.py", refusing)
    before = world.app_dir.joinpath("cdk.json").read_text()
    world.configure(stage="bad")
    with pytest.raises(SynthesisError, match="cold"):
        world.synthesizer.synthesize(world.out)
    world.write("cdk.json", before)
    assert not world.synthesizer.synthesize(world.out).is_warm
    assert b"bad" not in (world.out / "Made.template.json").read_bytes()
    world.write("app.py", APP)


def test_what_a_warm_one_cannot_tell_is_asked_a_cold_one(world: World) -> None:
    world.write("app.py", f"{APP}os._exit(0)\n")
    done = world.synthesizer.synthesize(world.out)
    assert (done.is_warm, done.reason) == (False, "the app ended its process")
    world.write("app.py", f"{APP}sys.exit('no')\n")  # may be in a call of the kernel
    with pytest.raises(SynthesisError, match="cold"):
        world.synthesizer.synthesize(world.out)
    world.write("app.py", APP)


def test_what_the_kernel_would_inherit_is_as_the_app_sets_it(world: World, tmp_path: Path) -> None:
    other = world.app_dir.parent / "handler"
    other.mkdir()
    (other / "index.py").write_text("def handler(event, context):\n    return 'other'\n")
    world.write("app.py", APP.replace("import os, sys", "import os, sys\nos.chdir('..')"))
    done = world.synthesizer.synthesize(world.out)
    reason = "the app changes the working folder before it imports aws_cdk"
    assert (done.is_warm, done.reason) == (False, reason)
    world.check(tmp_path)
    world.write("app.py", APP)
    world.synthesizer.synthesize(world.out)


def test_a_kernel_starts_with_the_environment_that_the_app_makes(
    world: World, tmp_path: Path
) -> None:
    for text in ("first", "second"):
        line = f"import os, sys\nos.environ['CDK_DEFAULT_REGION'] = '{text}'"
        world.write("app.py", APP.replace("import os, sys", line))
        for _ in range(2):
            assert world.synthesizer.synthesize(world.out).is_warm
            world.check(tmp_path)
        assert world.changes() == {"CDK_DEFAULT_REGION": text}
    world.write("app.py", APP)
    assert world.synthesizer.synthesize(world.out).is_warm
    world.check(tmp_path)


def test_files_may_be_saved_in_folders_on_the_path(world: World) -> None:
    (world.library / "helper_of_the_project.py").write_text("SAVED = True\n")
    assert world.synthesizer.synthesize(world.out).is_warm
    (world.library / "jsii.py").write_text("raise ImportError('of the project')\n")
    with pytest.raises(SynthesisError):  # as it is for a cold one
        world.synthesizer.synthesize(world.out)
    (world.library / "jsii.py").unlink()
    world.synthesizer.synthesize(world.out)


def test_a_module_of_the_app_replaces_one_that_is_loaded(world: World) -> None:
    assert world.synthesizer.synthesize(world.out).is_warm
    world.write("tempfile.py", "from one_of_the_app import *\n")
    with pytest.raises(SynthesisError) as caught:  # as it is for a cold one
        world.synthesizer.synthesize(world.out)
    assert "one_of_the_app" in caught.value.log
    (world.app_dir / "tempfile.py").unlink()
    world.synthesizer.synthesize(world.out)


def test_inputs_are_the_sources_of_assets_and_what_python_reads(world: World) -> None:
    world.synthesizer.trace()
    assert world.synthesizer.synthesize(world.out).is_warm  # after the trace
    assert str(world.app_dir / "handler") in world.synthesizer.inputs
    assert str(world.app_dir / "helper.py") in world.synthesizer.inputs


def test_an_app_that_is_no_python_script_runs_cold(world: World) -> None:
    world.configure(app="env python3 app.py")
    assert not world.synthesizer.synthesize(world.out).is_warm
    done = world.synthesizer.synthesize(world.out)
    reason = "`env python3 app.py` does not start a Python script"
    assert (done.is_warm, done.reason) == (False, reason)
    world.configure()
