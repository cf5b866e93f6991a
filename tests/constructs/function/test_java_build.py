"""Java folders: built by Maven, Gradle or the JDK, once per content, without dates."""

import os
import shutil
import sys
import zipfile
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import LambdaHandler
from serverless_stack.constructs.function.java_build import build_java
from tests.constructs.templates import new_app, properties, refused, synth

FUNCTION = "AWS::Lambda::Function"
ORDERS = "package shop; public class Orders { public String handle(Object event) { return %s; } }"
needs_jdk = pytest.mark.skipif(
    shutil.which("javac") is None and "CI" not in os.environ, reason="there is no JDK"
)
# A class without methods, which `shop.Orders` of the fake builds is.
CLASS = bytes.fromhex(
    "cafebabe0000003d0005070002010001410700040100106a6176612f6c616e672f4f626a656374"
    "0020000100030000000000000000"
)
TOOL = """#!{python}
import pathlib, sys, zipfile, time
pathlib.Path("calls").open("a").write(" ".join(sys.argv) + "\\n")
if pathlib.Path("broken").exists():
    print("\\x1b[1;31m[ERROR]\\x1b[m Cannot access central in offline mode")
    sys.exit(1)
for name in {outputs!r}:
    path = pathlib.Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as jar:
        now = time.localtime()[:6]
        jar.writestr(zipfile.ZipInfo("shop/Orders.class", now), bytes.fromhex("{content}"))
        jar.writestr(zipfile.ZipInfo("META-INF/MANIFEST.MF", now), "Manifest-Version: 1.0\\n")
        text = "#Sat Nov 28 10:00:00 UTC " + str(time.time()) + "\\nversion=1\\n"
        jar.writestr(zipfile.ZipInfo("META-INF/maven/pom.properties", now), text)
"""


def tool(folder: Path, name: str, *outputs: str) -> None:
    folder.mkdir(exist_ok=True)
    text = TOOL.format(python=sys.executable, outputs=outputs, content=CLASS.hex())
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Maven project, and a PATH without any build tool."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("SERVERLESS_STACK_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pom.xml").write_text("<project/>")
    return folder


def calls(project: Path) -> list[str]:
    path = project / "calls"
    lines = path.read_text().splitlines() if path.exists() else []
    return [line.rpartition("/")[2] for line in lines]


def test_the_jar_of_maven_has_no_dates(project: Path) -> None:
    outputs = ("target/orders-1.jar", "target/original-orders-1.jar", "target/orders-1-sources.jar")
    tool(project.parent / "bin", "mvn", *outputs)
    built = build_java(project, "21")
    assert built is not None
    with zipfile.ZipFile(built) as jar:
        assert jar.namelist()[0] == "META-INF/MANIFEST.MF"
        assert {entry.date_time for entry in jar.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert jar.read("META-INF/maven/pom.properties") == b"version=1\n"
        assert jar.read("shop/Orders.class") == CLASS


def test_the_same_sources_are_built_once(project: Path) -> None:
    tool(project.parent / "bin", "mvn", "target/orders-1.jar")
    first = build_java(project, "21")
    (project / "calls").rename(project.parent / "calls")  # which is not a source
    assert build_java(project, "21") == first
    assert not (project / "calls").exists()
    (project / "Orders.java").write_text("class Orders {}")
    second = build_java(project, "21")
    assert second is not None
    assert second != first
    assert calls(project) == ["mvn -B -q -DskipTests package"]
    # Another build of the same classes gives the same bytes.
    assert first is not None
    assert second.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("build_file", ["build.gradle", "build.gradle.kts"])
def test_the_wrapper_of_a_project_goes_before_the_path(project: Path, build_file: str) -> None:
    (project / "pom.xml").rename(project / build_file)
    tool(project.parent / "bin", "gradle", "build/libs/other.jar")
    outputs = ("build/libs/orders.jar", "build/libs/orders-plain.jar", "build/libs/orders-all.jar")
    tool(project, "gradlew", *outputs)
    assert build_java(project, "21") is not None
    assert calls(project) == ["gradlew --console=plain -q build -x test"]


def test_a_zip_of_gradle_is_preferred_to_a_jar(project: Path) -> None:
    (project / "pom.xml").rename(project / "build.gradle")
    tool(project.parent / "bin", "gradle", "build/libs/orders.jar", "build/distributions/o.zip")
    built = build_java(project, "21")
    assert built is not None
    assert built.suffix == ".zip"


def test_a_missing_tool_is_named(project: Path, stack: cdk.Stack) -> None:
    message = refused(lambda: build_java(project, "21"))
    assert "this machine must have `mvn` to build " in message
    assert "neither it nor mvnw is there" in message


def test_a_failed_build_speaks_for_itself(project: Path) -> None:
    tool(project.parent / "bin", "mvn", "target/orders.jar")
    (project / "broken").touch()
    message = refused(lambda: build_java(project, "21"))
    assert "`code` must be built by `mvn -B -q -DskipTests package`" in message
    assert message.endswith("which says:\n[ERROR] Cannot access central in offline mode")


@pytest.mark.parametrize(("outputs", "names"), [((), "none"), (("a.jar", "b.jar"), "a.jar, b.jar")])
def test_one_jar_must_be_left(project: Path, outputs: tuple[str, ...], names: str) -> None:
    tool(project.parent / "bin", "mvn", *(f"target/{name}" for name in outputs))
    message = refused(lambda: build_java(project, "21"))
    assert "`code` must be a project that makes one file target/*.jar" in message
    assert f"got: {names}; pass the right one as `code`" in message


def test_jars_of_earlier_builds_do_not_count(project: Path) -> None:
    tool(project.parent / "bin", "mvn", "target/orders-2.jar")
    (project / "target").mkdir()
    (project / "target/orders-1.jar").write_text("x")
    os.utime(project / "target/orders-1.jar", (1, 1))
    assert build_java(project, "21") is not None


def test_a_missing_jdk_is_named(project: Path) -> None:
    (project / "pom.xml").rename(project / "Orders.java")
    assert "there is no `javac`" in refused(lambda: build_java(project, "21"))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder of Java sources without a build file."""
    (tmp_path / "src/shop").mkdir(parents=True)
    (tmp_path / "src/shop/Orders.java").write_text(ORDERS % "null")
    (tmp_path / "messages.properties").write_text("hello=Hello\n")
    return tmp_path


@needs_jdk
def test_the_jdk_compiles_a_folder(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    out = tmp_path_factory.mktemp("out")
    app = cdk.App(outdir=str(out))
    stack = cdk.Stack(app, "Test")
    runtime = lambda_.Runtime.JAVA_25
    for name in ("One", "Two"):
        LambdaHandler(stack, name, code=sources, handler="shop.Orders::handle", runtime=runtime)
    app.synth()
    (asset,) = out.glob("asset.*")
    assert (asset / "shop/Orders.class").read_bytes()[:4] == b"\xca\xfe\xba\xbe"
    assert (asset / "messages.properties").is_file()
    assert not (asset / "src").exists()


@needs_jdk
def test_entry_points_of_java_are_read(sources: Path) -> None:
    def message(handler: str) -> str:
        stack = cdk.Stack(new_app(), "Test")
        runtime = lambda_.Runtime.JAVA_21
        return refused(
            lambda: LambdaHandler(stack, "H", code=sources, handler=handler, runtime=runtime)
        )

    assert "and the class has no method 'nope'" in message("shop.Orders::nope")
    assert "has no shop/Nope.class; its classes are: shop.Orders" in message("shop.Nope::handle")
    assert "`handler` must be `package.Class::method` for java21" in message("shop.Orders")
    assert "got: 'index.handler'" in message("index.handler")


@needs_jdk
def test_a_compiler_speaks_for_itself(sources: Path, stack: cdk.Stack) -> None:
    (sources / "src/shop/Orders.java").write_text(ORDERS % "nothing")
    message = refused(
        lambda: LambdaHandler(
            stack,
            "H",
            code=sources,
            handler="shop.Orders::handle",
            runtime=lambda_.Runtime.JAVA_21,
        )
    )
    assert "which says:\nsrc/shop/Orders.java:1: error: cannot find symbol" in message


@needs_jdk
def test_an_implementation_of_an_interface_needs_no_method(sources: Path) -> None:
    text = "package shop; class Task implements Runnable { public void run() {} }"
    (sources / "src/shop/Task.java").write_text(text)
    stack = cdk.Stack(new_app(), "Test")
    LambdaHandler(stack, "H", code=sources, handler="shop.Task", runtime=lambda_.Runtime.JAVA_21)
    assert properties(synth(stack), FUNCTION)["Handler"] == "shop.Task"
