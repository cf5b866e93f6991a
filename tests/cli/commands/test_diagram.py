"""`serverless-stack diagram`, and the diagram of a review."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from serverless_stack.cli.commands.diagram import files
from serverless_stack.cli.main import application
from serverless_stack.diagrams import LayoutEngine
from serverless_stack.local.errors import CommandError, PrerequisitesError
from tests.cli.reviews import QUEUE, TOPIC, changed, review, write
from tests.diagrams.conftest import ELK


def diagram(*arguments: object) -> Result:
    line = ["diagram", *map(str, arguments)]
    return CliRunner().invoke(application(), line, catch_exceptions=False)


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the elkjs of this repository, where it is."""
    node = shutil.which("node")
    if node is not None and ELK.is_file():
        monkeypatch.setattr(files, "layout_engine", lambda: LayoutEngine(Path(node), ELK))


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    """A cloud assembly of two stacks."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    artifacts = {}
    for name, resource in (("Shop", QUEUE), ("News", TOPIC)):
        (folder / f"{name}.template.json").write_text(json.dumps({"Resources": {"A": resource}}))
        properties = {"templateFile": f"{name}.template.json"}
        artifacts[name] = {"type": "aws:cloudformation:stack", "properties": properties}
    (folder / "manifest.json").write_text(json.dumps({"version": "1", "artifacts": artifacts}))
    return folder


@pytest.mark.parametrize("name", ["stack.svg", "stack.html", "stack.mmd", "stack.d2"])
@pytest.mark.server
def test_text_that_no_encoding_has(tmp_path: Path, name: str) -> None:
    template = tmp_path / "template.json"
    template.write_text('{"Resources": {"A\\ud800": {"Type": "AWS::SQS::Queue\\ud800"}}}')
    result = diagram(template, "-o", tmp_path / name)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "SQS queue" in (tmp_path / name).read_text("utf-8")


@pytest.mark.server
def test_numbers_that_json_has_not(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(
        "Resources: {A: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: [.inf, .nan]}}}"
    )
    assert diagram(template, "-o", tmp_path / "page.html").exit_code == 0
    page = (tmp_path / "page.html").read_text("utf-8")
    data = page.partition('id="data">')[2].partition("</script>")[0]
    nodes = json.loads(data, parse_constant=pytest.fail)["nodes"]
    assert nodes[0]["members"][0]["properties"] == {"DelaySeconds": ["inf", "nan"]}


@pytest.mark.parametrize(
    ("name", "beginning"),
    [
        ("stack.svg", "<svg"),
        ("stack.html", "<!doctype html>"),
        ("stack.mmd", "---"),
        ("stack.d2", "# "),
        ("Größe.SVG", "<svg"),
    ],
)
@pytest.mark.server
def test_each_format(assembly: Path, tmp_path: Path, name: str, beginning: str) -> None:
    result = diagram(assembly, "-o", tmp_path / name)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{tmp_path / name}: 2 resources in 2 boxes\n"
    text = (tmp_path / name).read_text("utf-8")
    assert text.startswith(beginning)
    assert "Jobs" in text


def test_json_and_quiet(assembly: Path, tmp_path: Path) -> None:
    file = tmp_path / "stack.mmd"
    assert json.loads(diagram(assembly, "-o", file, "--json").stdout) == {
        "output": str(file),
        "resources": 2,
        "boxes": 2,
        "connections": 0,
        "stacks": ["News", "Shop"],
    }
    assert diagram(assembly, "-o", file, "--quiet").output == ""


def test_one_stack_and_a_title(assembly: Path, tmp_path: Path) -> None:
    file = tmp_path / "stack.mmd"
    assert diagram(assembly, "-o", file, "--stack", "Shop", "--title", "Ours").exit_code == 0
    assert "Ours" in file.read_text()
    assert "News" not in file.read_text()


def test_a_folder_with_a_cdk_out_and_the_default(
    assembly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = tmp_path / "app"
    app.mkdir()
    assembly.rename(app / "cdk.out")
    file = tmp_path / "stack.d2"
    assert diagram(app, "-o", file).exit_code == 0
    monkeypatch.chdir(app)
    assert diagram("-o", file).exit_code == 0


def test_templates_alone_and_a_folder_of_them(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n")
    (tmp_path / "other.json").write_text(json.dumps({"Resources": {"News": TOPIC}}))
    file = tmp_path / "stack.mmd"
    assert diagram(tmp_path / "one.yaml", "-o", file).stdout.endswith("1 resource in 1 box\n")
    assert diagram(tmp_path, "-o", file).stdout.endswith("2 resources in 2 boxes\n")
    assert 'subgraph f0["one"]' in file.read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x.png"], "`--output` must end with .svg, .html, .mmd or .d2, got: "),
        (["no/x.svg"], "the folder of `--output` must exist, got: "),
        (["x.mmd", "--stack", "Shopp"], "there is no stack Shopp, did you mean `Shop`?"),
        (["x.svg", "--icons", "."], "`--icons`: the folder of icons must have files such as"),
    ],
)
def test_what_is_refused(
    assembly: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = diagram(assembly, "-o", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no file or folder "),
        ("{", "is neither JSON nor YAML"),
        ("{}", "is not a CloudFormation template: it has no `Resources`"),
    ],
)
def test_a_target_that_cannot_be_read(tmp_path: Path, content: str | None, message: str) -> None:
    target = tmp_path / "template.json"
    if content is not None:
        target.write_text(content)
    result = diagram(target, "-o", tmp_path / "x.svg")
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "x.svg").exists()


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (PrerequisitesError(["Node.js 20 or newer is missing"]), 2, "- Node.js 20 or newer"),
        (CommandError("cannot install elkjs: npm", "ENOTFOUND"), 1, "ENOTFOUND"),
    ],
)
def test_without_node_or_a_network_the_message_names_what_works(
    assembly: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    message: str,
) -> None:
    def fail() -> LayoutEngine:
        raise error

    monkeypatch.setattr(files, "layout_engine", fail)
    result = diagram(assembly, "-o", tmp_path / "x.svg")
    assert result.exit_code == status
    assert message in result.stderr
    assert "name a file that ends with .mmd or .d2" in result.stderr
    assert diagram(assembly, "-o", tmp_path / "x.mmd").exit_code == 0


def test_a_review_draws_what_changes(tmp_path: Path) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "a-bucket-name"}}
    old = write(tmp_path / "old.json", Jobs=QUEUE, Gone=TOPIC, Files=bucket)
    new = write(
        tmp_path / "new.json",
        Jobs=changed(QUEUE, DelaySeconds=2),
        Fresh={"Type": "AWS::Events::EventBus", "Properties": {"Name": "fresh"}},
        Files=changed(bucket, BucketName="another-bucket-name"),
    )
    file = tmp_path / "change.mmd"
    result = review(old, new, "--diagram", str(file), "--fail-on", "never")
    assert result.exit_code == 0
    assert "Consequence" in result.stdout
    lines = file.read_text().splitlines()
    boxes = [line.strip().partition("[")[2] for line in lines if line.startswith("  n")]
    assert sorted(boxes) == [
        '"Fresh<br>EventBridge bus<br>added"]',
        '"Gone<br>SNS topic<br>deleted"]',
        '("Files<br>S3 bucket<br>data: not retained<br>replaced, data loss")]',
        '("Jobs<br>SQS queue<br>data: not retained<br>updated")]',
    ]
    changes = {"added", "updated", "replaced", "deleted"}
    assert {line.split()[1] for line in lines if "classDef" in line} == changes


def test_a_review_refuses_another_format_before_it_reads(tmp_path: Path) -> None:
    result = review("nothing", "nowhere", "--diagram", "x.pdf")
    assert result.exit_code == 2
    assert "`--diagram` must end with .svg" in result.output
