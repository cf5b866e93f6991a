"""The plugin as users run it: pytest on a folder of theirs.

It runs within this process, which spares its start and that of the CDK kernel, but for workers and
for what is imported.
"""

import importlib
import os
import sys
import textwrap
from pathlib import Path

import pytest
import syrupy

from serverless_stack.testing.cdk_json import context_of

pytest_plugins = ["pytester"]

TEST = """\
TABLE = {{
    "Type": "AWS::DynamoDB::Table",
    "Metadata": {{"aws:cdk:path": "Shop/Orders/Resource"}},
    "Properties": {{"TableName": "{table}", "Tags": [{{"Key": "team", "Value": "{team}"}}]}},
}}

def test_shop(template_snapshot):
    assert {{"Resources": {{"Orders": TABLE}}}} == template_snapshot
    assert {{"Resources": {{"Second": TABLE}}}} == template_snapshot(name="second")
"""
FILE = Path("__snapshots__", "test_shop", "test_shop.template.yaml")
SECOND = Path("__snapshots__", "test_shop", "test_shop[second].template.yaml")


@pytest.fixture(autouse=True)
def of_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Syrupy recognises workers by the environment, which the processes of these tests inherit."""
    for name in [name for name in os.environ if name.startswith("PYTEST_XDIST_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def without_hypothesis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its plugin is a third of the start of pytest."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")


@pytest.fixture(autouse=True)
def without_byte_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python does not see a new test file of the same size in the same second."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """What runs within this process import: they forget it, and would import it again."""
    for name in ("serverless_stack.testing.snapshots.snapshot", "yaml"):
        importlib.import_module(name)


@pytest.fixture(scope="module")
def cdk() -> None:
    """What runs within this process import of CDK. A second import has a second kernel."""
    for name in ("assertions", "aws_dynamodb", "aws_kinesis", "aws_kms", "aws_sqs", "cx_api"):
        importlib.import_module(f"aws_cdk.{name}")


class _Modules:
    """Notes the modules that a run has loaded at its end."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def pytest_unconfigure(self) -> None:
        self.names = set(sys.modules)


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run pytest: within this process, but for workers."""
    if "-n" in arguments:
        return pytester.runpytest_subprocess(*arguments)
    modules = _Modules()
    with pytest.MonkeyPatch.context() as patch:
        # Syrupy keeps its session in the module, where that of the tests around has to stay.
        patch.setattr(syrupy, "_syrupy", None)
        result = pytester.runpytest_inprocess(*arguments, plugins=[modules])
    forgotten = [
        name
        for name in modules.names - set(sys.modules)
        if name.partition(".")[0] in ("aws_cdk", "constructs", "jsii", "serverless_stack", "yaml")
    ]
    assert not forgotten, f"import them in a fixture above: {sorted(forgotten)}"
    return result


def write(pytester: pytest.Pytester, table: str = "orders", team: str = "shop") -> None:
    pytester.makepyfile(test_shop=TEST.format(table=table, team=team))


@pytest.fixture
def shop(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with a test and its snapshots."""
    write(pytester)
    run(pytester, "--snapshot-update").assert_outcomes(passed=1)
    return pytester


def test_without_a_snapshot_it_fails_and_writes_nothing(pytester: pytest.Pytester) -> None:
    write(pytester)
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*snapshot __snapshots__/test_shop/test_shop.template.yaml does not exist yet*"
            "`pytest --snapshot-update`*"
        ]
    )
    assert not FILE.exists()


def test_an_updated_snapshot_passes(shop: pytest.Pytester) -> None:
    text = FILE.read_text("utf-8")
    assert "  Orders:  # Orders/Resource\n    Type: AWS::DynamoDB::Table\n" in text
    run(shop).assert_outcomes(passed=1)
    assert FILE.read_text("utf-8") == text


def test_another_head_is_no_difference(
    shop: pytest.Pytester,
) -> None:
    text = FILE.read_text("utf-8")
    head, body = text.split("\n\n", 1)
    FILE.write_text(f"# said otherwise\n{head.splitlines()[1]}\n\n{body}", "utf-8")
    run(shop).assert_outcomes(passed=1)
    assert FILE.read_text("utf-8").startswith("# said otherwise\n")
    run(shop, "--snapshot-update").assert_outcomes(passed=1)
    assert FILE.read_text("utf-8") == text


def test_a_difference_is_shown_as_a_review(shop: pytest.Pytester) -> None:
    write(shop, team="checkout")
    before = FILE.read_text("utf-8")
    result = run(shop)
    result.assert_outcomes(failed=1)
    output = result.stdout.str()
    assert "the template differs from __snapshots__/test_shop/test_shop.template.yaml" in output
    assert "Shop/Orders/Resource" in output
    assert "no interruption" in output
    assert FILE.read_text("utf-8") == before


def test_a_long_review_is_complete(pytester: pytest.Pytester) -> None:
    source = """
        def test_queues(template_snapshot):
            queue = {{"Type": "AWS::SQS::Queue", "Properties": {{"DelaySeconds": {seconds}}}}}
            queues = {{f"Queue{{number}}": queue for number in range(30)}}
            assert {{"Resources": queues}} == template_snapshot
    """
    pytester.makepyfile(test_queues=textwrap.dedent(source).format(seconds=1))
    run(pytester, "--snapshot-update").assert_outcomes(passed=1)
    pytester.makepyfile(test_queues=textwrap.dedent(source).format(seconds=2))
    output = run(pytester).stdout.str()
    assert [name for name in (f"Queue{number}" for number in range(30)) if name not in output] == []


def test_an_update_without_loss_is_written(shop: pytest.Pytester) -> None:
    write(shop, team="checkout")
    run(shop, "--snapshot-update").assert_outcomes(passed=1)
    assert "checkout" in FILE.read_text("utf-8")
    run(shop).assert_outcomes(passed=1)


def test_an_update_that_loses_data_is_refused(shop: pytest.Pytester) -> None:
    files = {file: file.read_text("utf-8") for file in (FILE, SECOND)}
    write(shop, table="purchases")
    result = run(shop, "--snapshot-update")
    result.assert_outcomes(failed=1)
    output = result.stdout.str()
    assert "test_shop.template.yaml was not updated, because data would be lost" in output
    assert "pytest --snapshot-update --allow-replacement Shop/Orders/Resource" in output
    # The second comparison was not reached, but its file still counts as used.
    assert {file: file.read_text("utf-8") for file in files} == files


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_an_allowed_loss_is_written(shop: pytest.Pytester, workers: tuple[str, ...]) -> None:
    write(shop, table="purchases")
    names = ["--allow-replacement", "Shop/Orders/Resource", "--allow-replacement", "Second"]
    run(shop, *workers, "--snapshot-update", *names).assert_outcomes(passed=1)
    assert "purchases" in FILE.read_text("utf-8")
    assert "purchases" in SECOND.read_text("utf-8")


def test_the_name_of_another_resource_allows_nothing(shop: pytest.Pytester) -> None:
    write(shop, table="purchases")
    arguments = ["--snapshot-update", "--allow-replacement", "Shop"]
    run(shop, *arguments).assert_outcomes(failed=1)
    assert "purchases" not in FILE.read_text("utf-8")


def test_a_failed_test_keeps_the_snapshots_it_did_not_reach(shop: pytest.Pytester) -> None:
    files = {file: file.read_text("utf-8") for file in (FILE, SECOND)}
    shop.makepyfile(test_shop="def test_shop(template_snapshot):\n    assert 1 == 2\n")
    for workers in ((), ("-n", "2")):
        run(shop, "--snapshot-update", *workers).assert_outcomes(failed=1)
        assert {file: file.read_text("utf-8") for file in files} == files


def test_an_unused_snapshot_is_reported_and_deleted(shop: pytest.Pytester) -> None:
    shop.makepyfile(test_shop="def test_other(template_snapshot):\n    pass\n")
    result = run(shop)
    assert result.ret != 0
    result.stdout.fnmatch_lines(["2 snapshots unused."])
    run(shop, "--snapshot-update").assert_outcomes(passed=1)
    assert not FILE.exists()


def test_an_unreadable_snapshot_is_named(shop: pytest.Pytester) -> None:
    FILE.write_text("Resources: [\n", "utf-8")
    result = run(shop)
    result.assert_outcomes(failed=1)
    assert "test_shop.template.yaml cannot be read" in result.stdout.str()


def test_a_changed_comment_is_shown_as_text(shop: pytest.Pytester) -> None:
    text = FILE.read_text("utf-8")
    FILE.write_text(text.replace("  # AWS::DynamoDB::Table", "  # tables"), "utf-8")
    output = run(shop).stdout.str()
    assert "but no resource changes" in output
    assert "-  # tables" in output


def test_scrub_adds_rules(pytester: pytest.Pytester) -> None:
    source = """
        import pytest

        @pytest.fixture
        def template_snapshot(template_snapshot):
            return template_snapshot(scrub={{"AWS::SQS::Queue.QueueName": "<name>"}})

        def test_queue(template_snapshot):
            queue = {{"Type": "AWS::SQS::Queue", "Properties": {{"QueueName": "{name}"}}}}
            snapshot = template_snapshot(scrub={{r"build-\\d+": "<build>"}})
            assert {{"Resources": {{"Queue": queue}}, "Description": "{build}"}} == snapshot
    """
    text = textwrap.dedent(source)
    pytester.makepyfile(test_queue=text.format(name="one", build="of build-1"))
    run(pytester, "--snapshot-update").assert_outcomes(passed=1)
    pytester.makepyfile(test_queue=text.format(name="two", build="of build-22"))
    run(pytester).assert_outcomes(passed=1)
    written = Path("__snapshots__", "test_queue", "test_queue.template.yaml").read_text("utf-8")
    assert "# - AWS::SQS::Queue.QueueName -> <name>\n# - build-\\d+ -> <build>\n" in written


def test_a_collapse_is_an_error(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_queues(template_snapshot):
            queues = {f"Queue{number}": {"Type": "AWS::SQS::Queue"} for number in range(2)}
            assert {"Resources": queues} == template_snapshot(scrub={r"Queue\\d": "Queue"})
        """
    )
    result = run(pytester, "--snapshot-update")
    result.assert_outcomes(failed=1)
    assert "`Queue0` and `Queue1` in Resources would both become `Queue`" in result.stdout.str()


STACKS = """\
import os

import aws_cdk as cdk
import pytest
from aws_cdk import aws_sqs as sqs

@pytest.fixture(scope="module")
def stack(cdk_stack):
    stack = cdk_stack("Shop", context={"stage": "test"}, account="111122223333", region="eu-west-1")
    sqs.Queue(stack, "Orders")
    sqs.Queue(stack, "Refunds")
    return stack

def test_context(stack):
    assert stack.node.try_get_context("stage") == "test"
    assert (stack.account, stack.region) == ("111122223333", "eu-west-1")

def test_snapshot(stack, template_snapshot):
    assert stack == template_snapshot

def test_one_construct(stack, template_snapshot, synth):
    queue = stack.node.find_child("Orders")
    assert queue == template_snapshot
    assert synth(queue) == template_snapshot(name="the same")
    synth(queue).resource_count_is("AWS::SQS::Queue", 1)
    synth(stack).resource_count_is("AWS::SQS::Queue", 2)

def test_app(cdk_app, cdk_stack, template_snapshot):
    assert cdk_stack("A", app=cdk_app).node.scope is cdk_app
    with pytest.raises(ValueError, match="`context`"):
        cdk_stack("B", app=cdk_app, context={})

def test_validation_is_off():
    assert os.environ["CDK_VALIDATION"] == "false"
"""


@pytest.mark.usefixtures("cdk")
def test_stacks_and_workers(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CDK_VALIDATION", raising=False)
    pytester.makepyfile(test_stacks=STACKS)
    run(pytester, "--snapshot-update").assert_outcomes(passed=5)
    folder = Path("__snapshots__", "test_stacks")
    assert sorted(file.name for file in folder.iterdir()) == [
        "test_one_construct.template.yaml",
        "test_one_construct[the same].template.yaml",
        "test_snapshot.template.yaml",
    ]
    run(pytester, "-n", "2", f"--basetemp={tmp_path / 'run'}").assert_outcomes(passed=5)


def test_importing_the_plugin_loads_no_cdk(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_modules(pytestconfig):
            assert {"aws_cdk", "jsii", "cfnlint"} & set(sys.modules) == set()
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


@pytest.mark.usefixtures("cdk")
def test_without_syrupy_only_the_snapshot_is_missing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(template_snapshot): ...\ndef test_other(cdk_stack): ...")
    result = run(pytester, "-p", "no:syrupy")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*template_snapshot requires syrupy: install the extra*"])


NAMES = """\
import pytest

def queue(number):
    properties = {"DelaySeconds": number}
    return {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": properties}}}

IDS = ["a", "A", "a/b", "ab", "a:b", "a][b", "é", "e\u0301"]

@pytest.mark.parametrize("number", range(8), ids=IDS)
def test_names(number, template_snapshot):
    assert queue(number) == template_snapshot

@pytest.mark.parametrize("number", [10], ids=["a"])
def test_inner_names(number, template_snapshot):
    for inner, name in enumerate(["b", "b/", "B", "x" * 300, "x" * 301]):
        assert queue(10 + inner) == template_snapshot(name=name)
"""


def test_snapshots_of_a_module_never_share_a_file(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_names=NAMES)
    run(pytester, "--snapshot-update").assert_outcomes(passed=9)
    names = [file.name for file in Path("__snapshots__", "test_names").iterdir()]
    assert len({name.lower() for name in names}) == len(names) == 8 + 5
    assert "test_names[a].template.yaml" in names
    run(pytester).assert_outcomes(passed=9)


CONTEXT = """\
def test_context(cdk_app, cdk_stack):
    for construct in (cdk_app, cdk_stack("Shop"), cdk_stack("Shop", context={"more": 1})):
        assert construct.node.try_get_context("stage") == "inner"
        assert construct.node.try_get_context("zones") == ["a"]
    assert cdk_stack("Shop", context={"stage": "own"}).node.try_get_context("stage") == "own"
"""


@pytest.mark.usefixtures("cdk")
def test_apps_have_the_context_of_the_closest_cdk_json(pytester: pytest.Pytester) -> None:
    tests = pytester.mkpydir("infrastructure") / "tests"
    tests.mkdir()
    (tests / "test_context.py").write_text(CONTEXT)
    Path("cdk.json").write_text('{"context": {"stage": "outer"}}')
    Path("infrastructure", "cdk.json").write_text('{"context": {"stage": "inner"}}')
    Path("infrastructure", "cdk.context.json").write_text('{"zones": ["a"]}')
    run(pytester).assert_outcomes(passed=1)


CLASSES = """\
TEMPLATE = {"Resources": {"Jobs": {"Type": "AWS::SQS::Queue"}}}

class TestShop:
    def test_queue(self, template_snapshot):
        assert TEMPLATE == template_snapshot

    class TestInner:
        def test_queue(self, template_snapshot):
            assert TEMPLATE == template_snapshot

class TestSHOP(TestShop):
    pass

class TestOther(TestShop):
    pass
"""


def test_classes_that_differ_in_case_share_no_file(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_shop=CLASSES)
    run(pytester, "--snapshot-update").assert_outcomes(passed=6)
    names = [path.name.lower() for path in Path("__snapshots__", "test_shop").iterdir()]
    assert len(set(names)) == 6
    assert "testother.test_queue.template.yaml" in names
    run(pytester).assert_outcomes(passed=6)


def test_context_has_the_precedence_of_the_cdk_cli(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(pytester.mkdir("home")))
    monkeypatch.setenv("USERPROFILE", os.environ["HOME"])
    Path("home", ".cdk.json").write_text('{"context": {"a": "user", "b": "user", "c": "user"}}')
    Path("cdk.context.json").write_text('{"a": "look-up", "b": "look-up", "d": "look-up"}')
    Path("cdk.json").write_text('{"context": {"a": "app"}}')
    assert context_of(pytester.path, "the app") == {
        "a": "app",
        "b": "look-up",
        "c": "user",
        "d": "look-up",
    }


def test_assets_in_a_cloud_assembly_are_no_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_own="def test_own(): ...")
    asset = pytester.mkdir("out") / "asset.123"
    asset.mkdir()
    (asset.parent / "cdk.out").write_text('{"version": "48.0.0"}')
    (asset / "test_others.py").write_text("import a_package_of_the_function")
    run(pytester).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "arguments", [(), ("--import-mode=importlib",), ("--rootdir=own",), ("cdk.out", "own")]
)
@pytest.mark.parametrize(
    ("output", "mark", "settings"),
    [
        ("cdk.out", "cdk.out", ""),
        ("cdk.out", "asset.json", ""),  # of a synthesis that failed
        ("build/assembly", "cdk.out", ""),
        ("build/assembly", "asset.json", '{"output": "build/assembly"}'),
    ],
)
def test_assets_are_not_collected(
    pytester: pytest.Pytester, arguments: tuple[str, ...], output: str, mark: str, settings: str
) -> None:
    asset = pytester.path / output / f"asset.{'0' * 64}"
    asset.mkdir(parents=True)
    (asset.parent / mark).write_text("{}")
    (asset / "conftest.py").write_text("raise SystemExit('the conftest of an asset')")
    (asset / "test_asset.py").write_text("import a_package_of_the_function")
    if settings:
        (pytester.path / "cdk.json").write_text(settings)
    (pytester.path / "own").mkdir()
    (pytester.path / "own" / "test_own.py").write_text("def test_own(): pass")
    arguments = tuple(output if each == "cdk.out" else each for each in arguments)
    if arguments[:1] == ("--rootdir=own",):
        arguments = (*arguments, ".")
    pytester.runpytest_inprocess(*arguments).assert_outcomes(passed=1)


@pytest.mark.parametrize("settings", ["[]", "{", '{"output": 1}', '{"output": "."}'])
def test_a_cdk_json_that_names_no_folder_hides_no_tests(
    pytester: pytest.Pytester, settings: str
) -> None:
    (pytester.path / "cdk.json").write_text(settings)
    (pytester.path / "own").mkdir()
    (pytester.path / "own" / "test_own.py").write_text("def test_own(): pass")
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


NESTED = """\
import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb

def test_shop(cdk_stack, template_snapshot):
    stack = cdk_stack("Shop")
    inner = cdk.NestedStack(cdk.NestedStack(stack, "Data"), "Inner")
    key = dynamodb.Attribute(name="{key}", type=dynamodb.AttributeType.STRING)
    dynamodb.Table(inner, "Orders", partition_key=key, removal_policy=cdk.RemovalPolicy.DESTROY)
    assert stack == template_snapshot
"""


@pytest.mark.usefixtures("cdk")
def test_nested_stacks_are_part_of_the_snapshot(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_shop=NESTED.format(key="id"))
    run(pytester, "--snapshot-update").assert_outcomes(passed=1)
    assert "  Orders" in FILE.read_text("utf-8")
    assert FILE.read_text("utf-8").count("\n---\n# Nested stack: DataNestedStack") == 2
    run(pytester).assert_outcomes(passed=1)
    pytester.makepyfile(test_shop=NESTED.format(key="order"))
    for arguments in ((), ("--snapshot-update",)):
        result = run(pytester, *arguments)
        result.assert_outcomes(failed=1)
        assert "Shop/Data/Inner/Orders/Resource" in result.stdout.str()
        assert "DATA LOSS" in result.stdout.str()
