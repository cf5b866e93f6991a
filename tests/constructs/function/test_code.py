"""Every kind of code: of CDK, container images, layers, and entry points that are read."""

import zipfile
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import LambdaHandler
from tests.constructs.templates import Json, properties, refused, synth

FUNCTION = "AWS::Lambda::Function"
NODE = lambda_.Runtime.NODEJS_22_X
JAVA = lambda_.Runtime.JAVA_21


def image(stack: cdk.Stack, kind: str, folder: Path) -> lambda_.Code | lambda_.DockerImageCode:
    repository = ecr.Repository.from_repository_name(stack, "Images", "shop/orders")
    if kind == "repository":
        return lambda_.Code.from_ecr_image(repository, tag_or_digest="1.2.3", cmd=["app.handler"])
    if kind == "docker class":
        return lambda_.DockerImageCode.from_ecr(repository, tag_or_digest="1.2.3")
    (folder / "Dockerfile").write_text("FROM public.ecr.aws/lambda/python:3.13\n")
    return lambda_.DockerImageCode.from_image_asset(str(folder))


@pytest.mark.parametrize("kind", ["repository", "docker class", "folder"])
def test_a_container_image_needs_no_docker(stack: cdk.Stack, tmp_path: Path, kind: str) -> None:
    handler = LambdaHandler(stack, "Handler", code=image(stack, kind, tmp_path))
    handler.add_environment("NAME", "1")
    function = properties(synth(stack), FUNCTION)
    assert function["PackageType"] == "Image"
    assert "Handler" not in function
    assert "Runtime" not in function
    assert function["Architectures"] == ["arm64"]
    assert function["Environment"] == {"Variables": {"NAME": "1"}}
    if kind == "repository":
        assert function["ImageConfig"] == {"Command": ["app.handler"]}
        assert "shop/orders:1.2.3" in str(function["Code"]["ImageUri"])


def test_what_an_image_brings_itself_is_refused(stack: cdk.Stack, tmp_path: Path) -> None:
    message = refused(
        lambda: LambdaHandler(
            stack,
            "Handler",
            code=image(stack, "repository", tmp_path),
            handler="index.other",
            runtime=lambda_.Runtime.PYTHON_3_13,
            bytecode=True,
            layers=[lambda_.LayerVersion.from_layer_version_arn(stack, "L", LAYER)],
        )
    )
    assert message.splitlines() == [
        "4 problems in Test/Handler:",
        "- `handler` must be left out with a container image, which names its command itself "
        "(pass `cmd` to Code.from_ecr_image), got: 'index.other'",
        "- `runtime` must be left out with a container image, which brings its own, "
        "got: python3.13",
        "- `layers` must be left out with a container image, for which Lambda does not have it",
        "- `bytecode` must be left out with a container image, for which Lambda does not have it",
    ]


LAYER = "arn:aws:lambda:eu-west-1:123456789012:layer:tools:3"


def test_the_runtime_of_an_image_needs_one(stack: cdk.Stack, code: Path) -> None:
    assert "`code` must be a container image with Runtime.FROM_IMAGE" in refused(
        lambda: LambdaHandler(stack, "H", code=code, runtime=lambda_.Runtime.FROM_IMAGE)
    )


@pytest.mark.parametrize("kind", ["asset", "inline", "bucket"])
def test_code_of_cdk_is_passed_on(stack: cdk.Stack, code: Path, kind: str) -> None:
    text = "def handler(event, context): ..."
    codes = {
        "asset": lambda_.Code.from_asset(str(code)),
        "inline": lambda_.Code.from_inline(text),
        "bucket": lambda_.Code.from_bucket(
            cdk.aws_s3.Bucket.from_bucket_name(stack, "Bucket", "packages"), "orders.zip"
        ),
    }
    LambdaHandler(stack, "Handler", code=codes[kind])
    found = properties(synth(stack), FUNCTION)["Code"]
    if kind == "inline":
        assert found == {"ZipFile": text}
    elif kind == "bucket":
        assert found == {"S3Bucket": "packages", "S3Key": "orders.zip"}
    else:
        assert found["S3Key"].endswith(".zip")


@pytest.mark.parametrize("kind", ["asset", "inline"])
def test_the_entry_point_in_code_of_cdk_is_read(stack: cdk.Stack, code: Path, kind: str) -> None:
    given: lambda_.Code = lambda_.Code.from_asset(str(code))
    if kind == "inline":
        given = lambda_.Code.from_inline("def handler(event, context): ...")
    assert "`handler` must name a function in index.py, got: 'index.nope'" in refused(
        lambda: LambdaHandler(stack, "Handler", code=given, handler="index.nope")
    )


@pytest.mark.parametrize(
    ("text", "handler", "expected"),
    [
        ("exports.handler = async () => 1;", "index.handler", ""),
        ("export const handler = async () => 1;", "index.handler", ""),
        ("const handler = 1; export { handler as main };", "index.main", ""),
        ("module.exports = require('./lib');", "index.anything", ""),
        ("export * from './lib.js';", "index.anything", ""),
        ("Object.assign(exports, make()); exports.a = 1", "index.anything", ""),
        ("var x = 1;", "index.handler", ""),
        (
            "exports.handler = 1; export async function other() {}",
            "index.nope",
            "`handler` must name an export of index.js, got: 'index.nope', but the exports of it "
            "are: handler, other",
        ),
        ("exports.handler = 1;", "main.handler", "has no main.js, main.mjs or main.cjs"),
        ("exports.handler = 1;", "index", "`handler` must be `file.export`, got: 'index'"),
    ],
)
def test_exports_of_node_are_read(
    stack: cdk.Stack, tmp_path: Path, text: str, handler: str, expected: str
) -> None:
    (tmp_path / "index.js").write_text(text)

    def make() -> Json:
        LambdaHandler(stack, "Handler", code=tmp_path, handler=handler, runtime=NODE)
        return synth(stack)

    if expected:
        assert expected in refused(make)
    else:
        assert properties(make(), FUNCTION)["Handler"] == handler


def test_a_function_of_a_zip_file_is_read(stack: cdk.Stack, tmp_path: Path) -> None:
    path = tmp_path / "code.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("app/index.py", "def handler(event, context): ...")
    assert "but the functions in it are: handler" in refused(
        lambda: LambdaHandler(stack, "Handler", code=path, handler="app.index.nope")
    )
    assert "has no index.py" in refused(lambda: LambdaHandler(stack, "Handler", code=path))
    LambdaHandler(stack, "Handler", code=path, handler="app/index.handler")


def layer(stack: cdk.Stack, folder: Path, **options: object) -> lambda_.LayerVersion:
    return lambda_.LayerVersion(
        stack,
        "Layer",
        code=lambda_.Code.from_asset(str(folder)),
        **options,  # type: ignore[arg-type]
    )


def test_layers_are_passed_on_and_may_have_the_handler(
    stack: cdk.Stack, code: Path, tmp_path: Path
) -> None:
    (tmp_path / "python").mkdir()
    (tmp_path / "python/tools.py").write_text("def handler(event, context): ...")
    own = layer(stack, tmp_path, compatible_runtimes=[lambda_.Runtime.PYTHON_3_14])
    other = lambda_.LayerVersion.from_layer_version_arn(stack, "Other", LAYER)
    LambdaHandler(stack, "Handler", code=code, layers=[own, other], handler="tools.handler")
    first, second = properties(synth(stack), FUNCTION)["Layers"]
    assert "Ref" in first
    assert second == LAYER


def test_layers_that_do_not_fit_are_refused(stack: cdk.Stack, code: Path) -> None:
    wrong = layer(
        stack,
        code,
        compatible_runtimes=[lambda_.Runtime.PYTHON_3_12],
        compatible_architectures=[lambda_.Architecture.X86_64],
    )
    message = refused(lambda: LambdaHandler(stack, "Handler", code=code, layers=[wrong] * 6))
    lines = list(dict.fromkeys(message.splitlines()[1:]))
    assert lines == [
        "- `layers` must have 5 layers at most, got: 6",
        "- `layers` must have each layer once, got again: Test/Layer",
        "- `layers` must fit python3.14, got: Test/Layer, which is for python3.12",
        "- `layers` must fit arm64, got: Test/Layer, which is for x86_64",
    ]


@pytest.mark.parametrize("kind", ["folder", "asset"])
def test_layers_count_towards_the_size(stack: cdk.Stack, tmp_path: Path, kind: str) -> None:
    for name, size in (("code", 130), ("layer", 121)):
        (tmp_path / name).mkdir()
        with (tmp_path / name / "model.bin").open("wb") as file:
            file.truncate(size << 20)
    (tmp_path / "code/index.js").write_text("exports.handler = 1;")
    folder = tmp_path / "code"
    code = folder if kind == "folder" else lambda_.Code.from_asset(str(folder))
    big = layer(stack, tmp_path / "layer")
    message = refused(lambda: LambdaHandler(stack, "H", code=code, layers=[big], runtime=NODE))
    assert "`code` and `layers` must be 250 MiB at most together, unzipped, " in message
    assert "got: 130.0 MiB and 121.0 MiB" in message


def test_byte_code_is_for_python_folders(stack: cdk.Stack, tmp_path: Path) -> None:
    (tmp_path / "index.js").write_text("exports.handler = 1;")
    assert "`bytecode` must be False but for a folder of Python files, got: True with " in refused(
        lambda: LambdaHandler(stack, "H", code=tmp_path, runtime=NODE, bytecode=True)
    )


def test_code_of_a_wrong_type_is_refused(stack: cdk.Stack) -> None:
    assert "`code` must be a string, a Path, an aws_lambda.Code or an aws_lambda.Docker" in refused(
        lambda: LambdaHandler(stack, "Handler", code=b"x")  # type: ignore[arg-type]
    )
