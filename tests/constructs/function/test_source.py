import os
import sys
import zipfile
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import LambdaHandler
from tests.constructs.templates import (
    properties,
    refused,
    synth,
)

FUNCTION = "AWS::Lambda::Function"


@pytest.mark.parametrize("extra", ["", "__pycache__/index.cpython-313.pyc", ".git/config", ".env"])
def test_a_folder_without_source_is_refused(stack: cdk.Stack, tmp_path: Path, extra: str) -> None:
    (tmp_path / "code" / extra).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "code").mkdir(exist_ok=True)
    if extra:
        (tmp_path / "code" / extra).write_text("x")
    assert "`code` must have source files in it, got an empty folder" in refused(
        lambda: LambdaHandler(stack, "Handler", code=tmp_path / "code")
    )


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        ("main.handler", "has no main.py"),
        ("api.orders.handler", "has no api/orders.py"),
        ("index", "must be `module.function`, got: 'index'"),
        ("index.", "must be `module.function`, got: 'index.'"),
        ("", "must be `module.function`, got: ''"),
    ],
)
def test_a_missing_entry_point_is_refused(
    stack: cdk.Stack, code: Path, handler: str, expected: str
) -> None:
    assert expected in refused(lambda: LambdaHandler(stack, "Handler", code=code, handler=handler))


@pytest.mark.parametrize("handler", ["api.orders.handler", "api.handler", "index.handler"])
def test_entry_points_in_modules_and_packages_are_accepted(
    stack: cdk.Stack, tmp_path: Path, handler: str
) -> None:
    (tmp_path / "api").mkdir()
    for name in ("index.py", "api/__init__.py", "api/orders.py"):
        (tmp_path / name).write_text("def handler(event, context): ...\n")
    LambdaHandler(stack, "Handler", code=tmp_path, handler=handler)
    assert properties(synth(stack), FUNCTION)["Handler"] == handler


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        ("./index.handler", "must be `module.function`, got: './index.handler'"),
        ("../index.handler", "must be `module.function`"),
        ("/index.handler", "must be `module.function`"),
        ("index..handler", "must be `module.function`"),
        ("json.handler", "must not be in a module with the name of one of Python's"),
        ("index.handlr", "but the functions in it are: handler"),
        ("index.Handler", "but the functions in it are: handler"),
    ],
)
def test_an_entry_point_that_lambda_cannot_call_is_refused(
    stack: cdk.Stack, code: Path, handler: str, expected: str
) -> None:
    (code / "json.py").write_text("def handler(event, context): ...\n")
    assert expected in refused(lambda: LambdaHandler(stack, "Handler", code=code, handler=handler))


@pytest.mark.parametrize(
    "source",
    [
        "from lib import handler",
        "from lib import other as handler",
        "from lib import *",
        "import lib.handler as handler",
        "handler = lambda event, context: 1",
        "x, (handler, *y) = lib()",
        "handler: object = lib",
        "(handler := print)",
        "class handler: ...",
        "class H:\n    def __call__(self, event, context): ...\n\nhandler = H()",
        "@wrap\nasync def handler(event, context): ...",
        "async def handler(event, context): ...\nhandler = wrap(handler)",
        "try:\n    import x\nexcept ImportError:\n    def handler(event, context): ...",
        "if x:\n    def handler(event, context): ...",
        "for handler in [print]: ...",
        "with x as handler: ...",
        "def make():\n    global handler\n    handler = print\nmake()",
        "def __getattr__(name): ...",
        "globals()['handler'] = print",
        "import sys\nsetattr(sys.modules[__name__], 'handler', print)",
        "match x:\n    case {'a': 1, **handler}: ...",
        "\ufeffdef handler(event, context): ...\r\n",
        "x = '\\d'\ndef handler(event, context): ...",
    ],
)
def test_a_function_can_be_defined_in_any_way(
    stack: cdk.Stack, tmp_path: Path, source: str
) -> None:
    (tmp_path / "index.py").write_text(source, "utf-8")
    LambdaHandler(stack, "Handler", code=tmp_path)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", "the functions in it are: none"),
        ("class A:\n    def handler(self): ...", "the functions in it are: none"),
        ("def other():\n    handler = 1", "the functions in it are: other"),
        ("async def handler(event, context): ...", "Lambda does not await it"),
        ("def handler(:", "the module cannot be read: "),
        ("x = 1\0", "the module cannot be read: "),
    ],
)
def test_a_module_without_the_function_is_refused(
    stack: cdk.Stack, tmp_path: Path, source: str, problem: str
) -> None:
    (tmp_path / "index.py").write_text(source)
    message = refused(
        lambda: LambdaHandler(stack, "Handler", code=tmp_path, runtime=lambda_.Runtime.PYTHON_3_11)
    )
    assert f"must name a function in index.py, got: 'index.handler', but {problem}" in message


def test_syntax_of_a_newer_python_is_not_refused(
    stack: cdk.Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 11, 0, "final", 0))
    (tmp_path / "index.py").write_text("def handler(:")
    LambdaHandler(stack, "Handler", code=tmp_path, runtime=lambda_.Runtime.PYTHON_3_14)


def test_files_that_cannot_be_read_are_refused(
    stack: cdk.Stack, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code / "locked").mkdir()
    (code / "lib.py").write_text("")
    readable, scan = os.access, os.scandir

    def scandir(path: Path) -> object:
        if os.fspath(path).endswith("locked"):
            raise PermissionError
        return scan(path)

    monkeypatch.setattr(
        os, "access", lambda path, mode: "lib.py" not in path and readable(path, mode)
    )
    monkeypatch.setattr(os, "scandir", scandir)
    message = refused(lambda: LambdaHandler(stack, "Handler", code=code))
    assert "got: a file that cannot be read: 'lib.py'" in message
    assert "got: a folder that cannot be read: 'locked'" in message


def test_a_file_that_is_not_an_archive_is_refused(stack: cdk.Stack, code: Path) -> None:
    assert "`code` must be a folder, a .jar or a .zip file" in refused(
        lambda: LambdaHandler(stack, "Handler", code=code / "index.py")
    )


def archive(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("shop/Orders.class", b"\xca\xfe\xba\xbe")
    return path


def test_a_jar_is_deployed_unchanged(app: cdk.App, stack: cdk.Stack, tmp_path: Path) -> None:
    LambdaHandler(
        stack,
        "Handler",
        code=archive(tmp_path / "orders.jar"),
        handler="shop.Orders::handle",
        runtime=lambda_.Runtime.JAVA_21,
    )
    function = properties(synth(stack), FUNCTION)
    assert (function["Runtime"], function["Handler"]) == ("java21", "shop.Orders::handle")
    assert function["Code"]["S3Key"].endswith(".jar")


def test_a_java_entry_point_needs_a_method(stack: cdk.Stack, tmp_path: Path) -> None:
    jar = archive(tmp_path / "orders.jar")
    message = refused(
        lambda: LambdaHandler(
            stack, "Handler", code=jar, handler="shop.Orders", runtime=lambda_.Runtime.JAVA_21
        )
    )
    assert message == (
        "`handler` must be `package.Class::method` for java21, got: 'shop.Orders' (in Test/Handler)"
    )


def test_a_zip_file_is_deployed_unchanged(stack: cdk.Stack, tmp_path: Path) -> None:
    LambdaHandler(stack, "Handler", code=archive(tmp_path / "code.zip"))
    assert properties(synth(stack), FUNCTION)["Code"]["S3Key"].endswith(".zip")


def test_a_node_folder_is_deployed_without_secrets_and_history(tmp_path: Path) -> None:
    source = tmp_path / "source"
    deployed_names = {"index.mjs", "node_modules/x/index.js", ".envrc.js"}
    secrets = {".git/config", ".env", ".env.production", "sub/.npmrc", ".aws/credentials", ".ssh/x"}
    for name in deployed_names | secrets:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("x")
    app = cdk.App(outdir=str(tmp_path / "out"))
    stack = cdk.Stack(app, "Test")
    LambdaHandler(stack, "Handler", code=source, runtime=lambda_.Runtime.NODEJS_22_X)
    app.synth()
    (asset,) = (tmp_path / "out").glob("asset.*")
    deployed = {p.relative_to(asset).as_posix() for p in asset.rglob("*") if p.is_file()}
    assert deployed == deployed_names


@pytest.mark.parametrize("runtime", [lambda_.Runtime.NODEJS_22_X, lambda_.Runtime.PYTHON_3_13])
@pytest.mark.parametrize("output", ["cdk.out", "build/[out]"])
def test_the_output_of_cdk_synth_is_not_source(
    tmp_path: Path, runtime: lambda_.Runtime, output: str
) -> None:
    """Otherwise each synthesis packages the one before, and gives another hash."""
    (tmp_path / "index.js").write_text("x")
    (tmp_path / "index.py").write_text("def handler(event, context): ...")
    keys = []
    for _ in range(2):
        app = cdk.App(outdir=str(tmp_path / output), analytics_reporting=False)
        stack = cdk.Stack(app, "Test")
        LambdaHandler(stack, "Handler", code=tmp_path, runtime=runtime)
        keys.append(properties(synth(stack), FUNCTION)["Code"]["S3Key"])
        app.synth()
    assert keys[0] == keys[1]


def test_an_invalid_zip_file_is_refused(stack: cdk.Stack, tmp_path: Path) -> None:
    (tmp_path / "code.zip").write_text("x")
    assert "`code` must be a file in the format of zip" in refused(
        lambda: LambdaHandler(stack, "Handler", code=tmp_path / "code.zip")
    )


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_an_artifact_over_the_limit_of_lambda_is_refused(
    stack: cdk.Stack, tmp_path: Path, kind: str
) -> None:
    (tmp_path / "code").mkdir()
    with (tmp_path / "code/model.bin").open("wb") as file:
        file.truncate(251 << 20)
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "code.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(tmp_path / "code/model.bin", "model.bin")
    path = tmp_path / ("code" if kind == "folder" else "code.zip")
    message = refused(
        lambda: LambdaHandler(stack, "Handler", code=path, runtime=lambda_.Runtime.NODEJS_22_X)
    )
    assert "`code` must be 250 MiB at most with all its requirements, unzipped" in message


def test_a_pipe_in_a_node_folder_is_refused_and_not_read(stack: cdk.Stack, tmp_path: Path) -> None:
    (tmp_path / "index.js").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    assert "a file that is not a regular one: 'pipe'" in refused(
        lambda: LambdaHandler(stack, "Handler", code=tmp_path, runtime=lambda_.Runtime.NODEJS_22_X)
    )
