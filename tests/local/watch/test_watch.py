"""Saved files of an app, and what a local cloud serves after each."""

import json
import os
import re
import shutil
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from serverless_stack.local.cdk.assembly import Stack
from serverless_stack.local.cdk.stacks import list_stacks
from serverless_stack.local.cloud import LocalCloud
from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes import lifecycle
from serverless_stack.local.watch import files
from serverless_stack.local.watch.edit import Edit
from serverless_stack.local.watch.publishing import Publisher, RefusedError
from serverless_stack.local.watch.session import Watch
from serverless_stack.synthesis.synthesizer import Synthesized, Synthesizer

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("watch")]

APP = """
import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from serverless_stack.constructs import Cdn, ContentDeployment, LambdaHandler, StorageBucket

app = cdk.App()
stack = cdk.Stack(app, "Edited")
function = lambda_.Function(
    stack, "Function", runtime=lambda_.Runtime.PYTHON_3_13, handler="index.handler",
    code=lambda_.Code.from_asset("../handler"), memory_size=128,
)
function.add_function_url(auth_type=lambda_.FunctionUrlAuthType.NONE)
node = lambda_.Function(
    stack, "Node", runtime=lambda_.Runtime.NODEJS_22_X, handler="index.handler",
    code=lambda_.Code.from_asset("node"),
)
quick = LambdaHandler(stack, "Quick", code="quick", memory_size=128)
quick.function.add_function_url(auth_type=lambda_.FunctionUrlAuthType.NONE)
LambdaHandler(stack, "Twin", code="quick", handler="index.other")
bucket = StorageBucket(stack, "Bucket")
cdn = Cdn(stack, "Cdn", bucket=bucket)
ContentDeployment(stack, "Content", source="site", bucket=bucket, distributions=[cdn])
app.synth()
"""


def handler(answer: str) -> str:
    return f"def handler(event, context):\n    return {{'statusCode': 200, 'body': '{answer}'}}\n"


def quick(answer: str) -> str:
    return handler(answer) + handler("other").replace("handler", "other")


class Edits:
    """An app in the folder `app` of a project, its cloud and its watch."""

    def __init__(self, project: Path) -> None:
        self.project = project
        self.app_dir = project / "app"
        self.stop = threading.Event()
        self.write("app/app.py", APP)
        self.write("app/cdk.json", json.dumps({"app": "python3 app.py"}))
        self.write("app/node/index.js", "exports.handler = async () => 'first';\n")
        self.write("app/site/index.html", "<p>first</p>\n")
        self.write("handler/index.py", handler("first"))
        self.write("app/quick/index.py", quick("first"))
        self.cloud = LocalCloud.start(self.app_dir)
        self.watch = Watch(self.cloud).__enter__()
        self.urls = self.watch.deploy().urls
        self.edits = self.watch.edits(self.stop)

    def write(self, name: str, text: str) -> None:
        """Save a file as editors do: another file, then its new name."""
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.tmp")
        temporary.write_text(text)
        temporary.replace(path)

    def next(self) -> Edit:
        """Return the next edit. The watch ends if there is none for minutes."""
        timer = threading.Timer(300, self.stop.set)
        timer.start()
        try:
            return next(self.edits)
        finally:
            timer.cancel()

    def saved(self, edit: Edit) -> list[str]:
        return [os.path.relpath(path, self.project) for path in edit.files]

    def check_that_nothing_drifted(self) -> None:
        """Deploy as another person would, which changes nothing."""
        before = [(stack.name, stack.status) for stack in list_stacks(self.cloud.state)]
        result = LocalCloud.attach(self.app_dir).deploy()
        assert [phase.name for phase in result.phases] == ["synth", "deploy"]
        assert [(stack.name, stack.status) for stack in list_stacks(self.cloud.state)] == before

    def answer(self) -> str:
        return self._answer_of("Edited-Function")

    def quick(self) -> str:
        return self._answer_of("Edited-Quick")

    def _answer_of(self, name: str) -> str:
        (url,) = [each.url for each in self.urls.functions if each.name.startswith(name)]
        return body_of(url)

    def page(self, path: str = "") -> str:
        return body_of(f"{self.urls.distributions[0].url}{path}")


def steps_of(edit: Edit) -> list[str]:
    """Return the steps, without the wait for a process that happens to be warmed."""
    return [step.name for step in edit.steps if step.name != "warm up"]


def documents_of(assembly: Path) -> dict[str, str]:
    """Return the JSON documents of an assembly, without those of assets."""
    return {
        # The suffix of a destination tells its asset from others, and names nothing.
        path.name: re.sub(r'"(current_account-current_region)-\w+"', r'"\1"', path.read_text())
        for path in assembly.glob("*.json")
        if not path.name.startswith("asset.")
    }


def body_of(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return bytes(answer.read()).decode()


@pytest.fixture(scope="module")
def edits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edits]:
    with pytest.MonkeyPatch.context() as patch:
        repository = Path(__file__).parents[3]
        binaries = repository / "node_modules" / ".bin"
        patch.setenv("PATH", f"{binaries}{os.pathsep}{os.environ['PATH']}")
        patch.setenv("PYTHONPATH", str(repository))
        patch.setenv("CDK_VALIDATION", "false")
        # A machine under load may pause for longer than the usual step between two files.
        patch.setattr(files, "_STEP_MILLISECONDS", 500)
        project = tmp_path_factory.mktemp("watch") / "a project"
        project.mkdir()
        world = Edits(project)
        try:
            yield world
        finally:
            world.watch.__exit__()
            lifecycle.stop(world.app_dir, "default")
            shutil.rmtree(project)


def test_a_saved_handler_answers(edits: Edits) -> None:
    assert edits.answer() == "first"
    edits.watch._synthesizer.synthesize(edits.project / "ignored")  # waits for the rehearsal
    edits.write("handler/index.py", handler("second"))
    edit = edits.next()  # without a file if the folder was not watched yet
    assert (edit.result, edit.error) == ("updated", "")
    assert edit.subjects == ("Edited/Function",)
    assert steps_of(edit)[-4:] == ["synth", "check", "publish", "update"]
    assert edits.answer() == "second"


def test_a_saved_page_is_fresh_and_a_deleted_one_gone(edits: Edits) -> None:
    assert edits.page("index.html") == "<p>first</p>\n"
    edits.write("app/site/index.html", "<p>second</p>\n")
    edits.write("app/site/about.html", "<p>about</p>\n")
    edit = edits.next()
    assert edits.saved(edit) == ["app/site/about.html", "app/site/index.html"]
    assert edit.result == "updated"
    assert edits.page("index.html") == "<p>second</p>\n"
    assert edits.page("about.html") == "<p>about</p>\n"


def test_a_syntax_error_is_shown_and_the_last_good_version_serves(edits: Edits) -> None:
    edits.write("handler/index.py", "def handler(event, context)\n    return 1\n")
    edit = edits.next()
    assert edit.result == "failed"
    python = "../handler/index.py:1: expected ':'\ndef handler(event, context)"
    assert edit.error.startswith(python)  # and more, if the function's Python is a newer one
    edits.write("app/node/index.js", "exports.handler = async ( => 1;\n")
    edit = edits.next()
    assert python in edit.error  # it is still not deployed
    assert "node/index.js:1: SyntaxError: " in edit.error
    assert edits.answer() == "second"
    edits.write("handler/index.py", handler("third"))
    edits.write("app/node/index.js", "exports.handler = async () => 'third';\n")
    edit = edits.next()
    assert (edit.result, edit.error) == ("updated", "")
    assert edits.answer() == "third"


def test_a_mistake_in_the_app_is_named_by_its_line(edits: Edits) -> None:
    edits.write("app/app.py", APP.replace("memory_size=128,", "memory_sise=128,"))
    edit = edits.next()
    assert edit.result == "failed"
    assert "unexpected keyword argument 'memory_sise'" in edit.log
    edits.write("app/app.py", APP)
    assert edits.next().result == "unchanged"


def test_a_changed_construct_is_deployed_and_nothing_has_drifted(edits: Edits) -> None:
    edits.write("app/app.py", APP.replace("memory_size=128,", "memory_size=256,"))
    edit = edits.next()
    assert (edit.result, edit.error) == ("deployed", "")
    assert steps_of(edit)[-3:] == ["synth", "check", "deploy"]
    edits.check_that_nothing_drifted()
    assert edits.answer() == "third"
    assert edits.page("about.html") == "<p>about</p>\n"


def test_what_an_update_left_behind_is_undone_with_the_edit(
    edits: Edits, monkeypatch: pytest.MonkeyPatch
) -> None:
    update = Publisher.update

    def one_of_two(self: Publisher, stack: Stack, template: str) -> None:
        update(self, stack, template)
        raise RefusedError("the next stack is refused")

    monkeypatch.setattr(Publisher, "update", one_of_two)
    edits.write("handler/index.py", handler("fourth"))
    assert edits.next().error == "the next stack is refused"
    assert edits.answer() == "fourth"
    edits.write("handler/index.py", handler("third"))
    assert edits.next().result == "deployed"
    assert edits.answer() == "third"


def test_a_python_handler_is_updated_before_the_synthesis_that_makes_the_same(
    edits: Edits, tmp_path: Path
) -> None:
    assert edits.quick() == "first"
    edits.write("app/quick/index.py", quick("second"))
    edit = edits.next()
    assert (edit.result, edit.error, edit.notes) == ("updated", "", [])
    assert edit.subjects == ("Edited/Quick/Function", "Edited/Twin/Function")
    assert steps_of(edit) == ["package", "publish", "update"]
    assert edits.quick() == "second"
    predicted = edits.watch._base
    assert predicted != edits.cloud.assembly
    expected = documents_of(predicted)
    assert list(edits.watch._confirm(edit.files)) == []  # nothing more
    assert edits.watch._base == edits.cloud.assembly
    assert documents_of(edits.cloud.assembly) == expected


def test_an_edit_during_the_confirming_synthesis_is_not_lost(
    edits: Edits, monkeypatch: pytest.MonkeyPatch
) -> None:
    synthesize = Synthesizer.synthesize
    edits.write("app/quick/index.py", quick("third"))
    assert steps_of(edits.next()) == ["package", "publish", "update"]

    def edited_meanwhile(self: Synthesizer, out: Path) -> Synthesized:
        monkeypatch.undo()
        done = synthesize(self, out)
        edits.write("app/quick/index.py", quick("fourth"))
        return done

    monkeypatch.setattr(Synthesizer, "synthesize", edited_meanwhile)
    edit = edits.next()
    assert steps_of(edit) == ["package", "publish", "update"]
    assert edits.quick() == "fourth"
    assert list(edits.watch._confirm(edit.files)) == []


def test_a_handler_edited_with_the_app_is_deployed_with_it(edits: Edits) -> None:
    edits.write("app/app.py", APP.replace("memory_size=128)", "memory_size=192)"))
    edits.write("app/quick/index.py", quick("fifth"))
    edit = edits.next()
    assert (edit.result, edit.error) == ("deployed", "")
    assert edits.quick() == "fifth"


def test_what_the_synthesis_finds_after_the_update_is_deployed_as_well(edits: Edits) -> None:
    source = (edits.app_dir / "app.py").read_text()
    description = """description=open("quick/index.py").read().partition("body")[2]"""
    edits.write("app/app.py", source.replace("memory_size=192", f"memory_size=192, {description}"))
    assert edits.next().result == "deployed"
    edits.write("app/quick/index.py", quick("sixth"))
    assert edits.next().result == "updated"
    edit = edits.next()
    assert (edit.result, edit.error) == ("deployed", "")
    assert edit.notes[0] == "found by the synthesis after the update"
    edits.check_that_nothing_drifted()
    edits.write("app/app.py", source)
    edits.next()


def test_a_syntax_error_of_a_python_handler_is_not_deployed(edits: Edits) -> None:
    edits.write("app/quick/other.py", "def broken(:\n")
    edit = edits.next()
    assert edit.result == "failed"
    assert "quick/other.py:1: invalid syntax" in edit.error
    assert steps_of(edit) == ["package"]
    edits.write("app/node/index.js", "exports.handler = async () => 'other';\n")
    assert "quick/other.py:1: invalid syntax" in edits.next().error  # it is still not deployed
    assert edits.quick() == "sixth"
    edits.write("app/quick/other.py", "fixed = True\n")
    assert edits.next().result == "updated"


def test_a_second_watch_is_refused(edits: Edits) -> None:
    with pytest.raises(LocalCloudError, match="`default` is watched already: end the other"):
        Watch(edits.cloud).__enter__()
