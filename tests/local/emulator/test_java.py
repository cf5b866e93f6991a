"""Java functions on the JDK of this machine: every kind of handler, JSON, failures, layers."""

import os
import subprocess
from pathlib import Path

import pytest

from serverless_stack.local.emulator.lambda_.jdk import find_jdk
from tests.local.emulator.assemblies import packed
from tests.local.emulator.conftest import Emulator, Json, function, rest_api, start, stop, zipped
from tests.local.emulator.test_lambda_ import invoke, logged

needs_jdk = pytest.mark.skipif(
    find_jdk() is None and "CI" not in os.environ, reason="there is no JDK"
)

# The interfaces of aws-lambda-java-core, which a function has in its own jar.
CORE = {
    "Context": "public interface Context { String getAwsRequestId(); String getFunctionName();"
    " int getRemainingTimeInMillis(); int getMemoryLimitInMB(); LambdaLogger getLogger(); }",
    "LambdaLogger": "public interface LambdaLogger { void log(String message); }",
    "RequestHandler": "public interface RequestHandler<I, O> { O handleRequest(I i, Context c); }",
    "RequestStreamHandler": "import java.io.*; public interface RequestStreamHandler {"
    " void handleRequest(InputStream i, OutputStream o, Context c) throws IOException; }",
}
SHOP = """
package shop;
import com.amazonaws.services.lambda.runtime.*;
import java.io.*;
import java.util.*;

public class Shop {
    private int calls;

    public static class Item {
        private String name;
        private int count;
        public String getName() { return name; }
        public void setName(String value) { name = value; }
        public int getCount() { return count; }
        public void setCount(int value) { count = value; }
    }

    public static class Order {
        private List<Item> items;
        private Map<String, Double> prices = new LinkedHashMap<>();
        public Kind kind;
        public boolean isPaid() { return true; }
        public List<Item> getItems() { return items; }
        public void setItems(List<Item> value) { items = value; }
        public Map<String, Double> getPrices() { return prices; }
        public void setPrices(Map<String, Double> value) { prices = value; }
    }

    public enum Kind { GIFT, PLAIN }
    public record Answer(String name, int calls, List<String> notes) {}

    public Answer pojo(Map<String, Object> event) {
        return new Answer((String) event.get("name"), ++calls, List.of("ü", "\\"quoted\\""));
    }
    public Order bean(Order order, Context context) {
        context.getLogger().log("for " + context.getFunctionName());
        order.getPrices().put("sum", order.getItems().get(0).getCount() * 1.5);
        return order;
    }
    public long number(long value) { return value + 1; }
    public static String fixed() { return "fixed"; }
    public Map<String, Object> proxy(Map<String, Object> event) {
        String body = event.get("httpMethod") + " " + event.get("path");
        return Map.of("statusCode", 201, "body", body, "headers", Map.of("x-by", "java"));
    }
    public void fails(Object event) { throw new IllegalStateException("at work"); }
    public void sleeps(Object event) throws Exception { Thread.sleep(60000); }
    public void ends(Object event) { System.exit(3); }

    public static class Typed implements RequestHandler<Item, String> {
        public String handleRequest(Item item, Context context) {
            return item.getName() + " " + context.getMemoryLimitInMB()
                + " " + (context.getRemainingTimeInMillis() > 0);
        }
    }
    public static class Streams implements RequestStreamHandler {
        public void handleRequest(InputStream i, OutputStream o, Context c) throws IOException {
            o.write("{\\"got\\": ".getBytes()); i.transferTo(o); o.write('}');
        }
    }
    public static class Broken { public Broken() { throw new RuntimeException("at init"); }
        public void handle(Object event) {} }
}
"""


@pytest.fixture(scope="module")
def jar(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The classes of all functions, as Lambda takes them."""
    folder = tmp_path_factory.mktemp("java")
    package = "com.amazonaws.services.lambda.runtime"
    sources = {name: f"package {package}; {text}" for name, text in CORE.items()}
    for name, text in {**sources, "Shop": SHOP}.items():
        (folder / f"{name}.java").write_text(text, "utf-8")
    jdk = find_jdk()
    assert jdk is not None
    files = [str(path) for path in folder.glob("*.java")]
    command = [str(jdk / "bin/javac"), "-encoding", "UTF-8", "-d", str(folder / "classes"), *files]
    subprocess.run(command, check=True)
    return packed(folder / "classes", "*.class")


def create(cloud: Emulator, name: str, handler: str, code: bytes, timeout: int = 20) -> str:
    cloud.client("lambda").create_function(
        FunctionName=name,
        Runtime="java21",
        Handler=handler,
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": code},
        MemorySize=256,
        Timeout=timeout,
    )
    return name


@needs_jdk
def test_a_method_of_any_class_keeps_its_state(cloud: Emulator, jar: bytes) -> None:
    name = create(cloud, "java-pojo", "shop.Shop::pojo", jar)
    for calls in (1, 2):
        found = invoke(cloud, name, {"name": "é"})
        notes = ["ü", '"quoted"']
        assert found == (None, {"name": "é", "calls": calls, "notes": notes})


@needs_jdk
@pytest.mark.parametrize(
    ("name", "handler", "event", "expected"),
    [
        (
            "java-bean",
            "shop.Shop::bean",
            {"items": [{"name": "book", "count": 2}], "prices": {"tax": 1}, "kind": "GIFT"},
            {
                "items": [{"name": "book", "count": 2}],
                "prices": {"tax": 1.0, "sum": 3.0},
                "kind": "GIFT",
                "paid": True,
            },
        ),
        ("java-number", "shop.Shop::number", 9007199254740993, 9007199254740994),
        ("java-fixed", "shop.Shop::fixed", None, "fixed"),
        ("java-typed", "shop.Shop$Typed", {"name": "book"}, "book 256 true"),
        ("java-typed-2", "shop.Shop$Typed::handleRequest", {"name": "pen"}, "pen 256 true"),
        ("java-streams", "shop.Shop$Streams", {"a": [1, None]}, {"got": {"a": [1, None]}}),
    ],
)
def test_every_kind_of_handler(
    cloud: Emulator, jar: bytes, name: str, handler: str, event: Json, expected: Json
) -> None:
    assert invoke(cloud, create(cloud, name, handler, jar), event) == (None, expected)
    if name == "java-bean":
        ((_stream, messages),) = logged(cloud, f"/aws/lambda/{name}")
        assert f"for {name}" in messages


@needs_jdk
@pytest.mark.parametrize(
    ("name", "handler", "kind", "message"),
    [
        ("java-fails", "shop.Shop::fails", "java.lang.IllegalStateException", "at work"),
        ("java-ends", "shop.Shop::ends", "Runtime.ExitError", "exit status 3"),
        ("java-sleeps", "shop.Shop::sleeps", "Sandbox.Timedout", "Task timed out after 2.00"),
        ("java-class", "shop.Nope::x", "java.lang.ClassNotFoundException", "not found: shop.Nope"),
        ("java-method", "shop.Shop::nope", "java.lang.NoSuchMethodException", "named nope"),
        ("java-init", "shop.Shop$Broken::handle", "java.lang.RuntimeException", "at init"),
    ],
)
def test_failures_of_java(
    cloud: Emulator, jar: bytes, name: str, handler: str, kind: str, message: str
) -> None:
    seconds = 2 if name == "java-sleeps" else 20
    failure, body = invoke(cloud, create(cloud, name, handler, jar, seconds), {})
    assert failure == "Unhandled"
    assert body["errorType"] == kind
    assert message in body["errorMessage"]
    if name == "java-fails":
        assert body["stackTrace"][0].startswith("shop.Shop.fails(Shop.java:")
        assert not any("serverlessstack" in frame for frame in body["stackTrace"])


@needs_jdk
def test_a_java_function_behind_a_proxy_api(cloud: Emulator, jar: bytes) -> None:
    bucket = cloud.client("s3")
    bucket.create_bucket(Bucket="java-code")
    bucket.put_object(Bucket="java-code", Key="shop.jar", Body=jar)
    code = {"S3Bucket": "java-code", "S3Key": "shop.jar"}
    resources = {
        **function("", Runtime="java17", Handler="shop.Shop::proxy", Code=code, Timeout=20),
        **rest_api(),
    }
    outputs = cloud.deploy("java-api", resources, Api={"Ref": "Api"})
    url = cloud.at_gateway(f"/_aws/execute-api/{outputs['Api']}/prod/orders/1")
    reply = cloud.request("PUT", url)
    assert (reply.status, reply.body) == (201, b"PUT /orders/1")
    assert reply.header("x-by") == "java"


def test_a_cloud_without_a_jdk_says_so(tmp_path: Path, overlays: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    cloud = start(tmp_path / "home", overlays, PATH=str(tools), JAVA_HOME="")
    try:
        failure, body = invoke(
            cloud,
            create(cloud, "java-none", "shop.Shop::pojo", zipped({"shop/Shop.class": b"x"})),
            {},
        )
    finally:
        stop(cloud)
    assert failure == "Unhandled"
    assert body["errorMessage"] == (
        "java-none: the local cloud runs Java functions with a JDK on PATH or at JAVA_HOME, and "
        "finds none"
    )
