"""Execution environments of Python functions."""

import base64
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from serverless_stack.local.emulator.lambda_.records import digest_of
from tests.local.emulator.conftest import Emulator, Json, function, zipped


def make(cloud: Emulator, stack: str, code: str, **properties: object) -> str:
    return cloud.deploy(stack, function(code, **properties), Name={"Ref": "Function"})["Name"]


def invoke(cloud: Emulator, name: str, event: object = None) -> tuple[str | None, Json]:
    answer = cloud.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    return answer.get("FunctionError"), json.loads(answer["Payload"].read())


def from_zip(
    cloud: Emulator, name: str, files: dict[str, str | bytes], **settings: object
) -> dict[str, Any]:
    found: dict[str, Any] = cloud.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": zipped(files)},
        **settings,
    )
    return found


def logged(cloud: Emulator, group: str) -> list[tuple[str, list[str]]]:
    """Return the streams of a group with their messages."""
    logs = cloud.client("logs")
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    found = []
    for stream in streams:
        name = stream["logStreamName"]
        events = logs.get_log_events(logGroupName=group, logStreamName=name, startFromHead=True)
        found.append((name, [event["message"] for event in events["events"]]))
    return found


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_context_and_environment(cloud: Emulator) -> None:
    code = """
import os, sys

def handler(event, context):
    return {
        "event": event,
        "name": context.function_name,
        "memory": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn,
        "group": context.log_group_name,
        "left": context.get_remaining_time_in_millis(),
        "id": context.aws_request_id,
        "variables": dict(os.environ),
        "path": sys.path,
    }
"""
    variables = {"OWN": "é", "AWS_REGION_HINT": "x"}
    name = make(cloud, "fn-context", code, MemorySize=512, Environment={"Variables": variables})
    failure, found = invoke(cloud, name, {"a": "ü"})
    assert failure is None
    assert found["event"] == {"a": "ü"}
    assert (found["name"], found["memory"]) == (name, "512")
    assert found["arn"].endswith(f":function:{name}")
    assert found["group"] == f"/aws/lambda/{name}"
    assert 0 < found["left"] <= 5000
    assert len(found["id"]) == 36
    environment = found["variables"]
    assert environment["OWN"] == "é"
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == name
    assert environment["AWS_REGION"] == "us-east-1"
    assert environment["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{cloud.gateway}"
    assert environment["LAMBDA_TASK_ROOT"] == found["path"][0]
    foreign = [key for key in environment if key.startswith(("SERVERLESS_", "GATEWAY_", "_SERV"))]
    assert foreign == []


def test_only_packages_of_the_runtime_are_importable(cloud: Emulator) -> None:
    code = """
import importlib.util

def handler(event, context):
    return [name for name in event if importlib.util.find_spec(name)]
"""
    name = make(cloud, "fn-packages", code)
    there = ["boto3", "botocore", "s3transfer", "urllib3", "dateutil", "jmespath", "six"]
    assert invoke(cloud, name, [*there, "ministack", "cryptography", "yaml"]) == (None, there)


def test_boto3_reaches_the_cloud(cloud: Emulator) -> None:
    code = """
import boto3

s3 = boto3.client("s3")

def handler(event, context):
    s3.put_object(Bucket=event, Key="k", Body=b"v")
    return s3.get_object(Bucket=event, Key="k")["Body"].read().decode()
"""
    cloud.client("s3").create_bucket(Bucket="fn-boto3")
    name = make(cloud, "fn-boto3", code, Timeout=20)
    assert invoke(cloud, name, "fn-boto3") == (None, "v")


def test_failures_keep_type_message_and_trace(cloud: Emulator) -> None:
    code = "def handler(event, context):\n    return {}[event]\n"
    failure, body = invoke(cloud, make(cloud, "fn-fails", code), "key")
    assert failure == "Unhandled"
    assert (body["errorType"], body["errorMessage"]) == ("KeyError", "'key'")
    assert "return {}[event]" in "".join(body["stackTrace"])


@pytest.mark.parametrize(
    ("stack", "code", "kind", "message"),
    [
        ("fn-import", "import nowhere", "Runtime.ImportModuleError", "No module named 'nowhere'"),
        ("fn-missing", "other = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing"),
        ("fn-json", "def handler(e, c): return {1, 2}", "Runtime.MarshalError", "marshal"),
        ("fn-exit", "import os\ndef handler(e, c): os._exit(3)", "Runtime.ExitError", "status 3"),
        ("fn-top", "raise ValueError('at import')", "ValueError", "at import"),
    ],
)
def test_broken_functions(cloud: Emulator, stack: str, code: str, kind: str, message: str) -> None:
    failure, body = invoke(cloud, make(cloud, stack, code))
    assert failure == "Unhandled"
    assert body["errorType"] == kind
    assert message in body["errorMessage"]


def test_timeout_ends_the_environment(cloud: Emulator) -> None:
    code = """
import os, time
print("pid", os.getpid())

def handler(event, context):
    time.sleep(event)
    return os.getpid()
"""
    name = make(cloud, "fn-timeout", code, Timeout=1)
    _failure, first = invoke(cloud, name, 0)
    failure, body = invoke(cloud, name, 60)
    assert failure == "Unhandled"
    assert body["errorMessage"].endswith("Task timed out after 1.00 seconds")
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    assert invoke(cloud, name, 0)[1] != first


def test_warm_environments_are_reused(cloud: Emulator) -> None:
    code = """
import os
count = 0

def handler(event, context):
    global count
    count += 1
    return [os.getpid(), count]
"""
    name = make(cloud, "fn-warm", code)
    calls = [invoke(cloud, name)[1] for _ in range(3)]
    assert [count for _pid, count in calls] == [1, 2, 3]
    cloud.client("lambda").update_function_code(
        FunctionName=name, ZipFile=zipped({"index.py": "def handler(e, c): return 'new'"})
    )
    assert invoke(cloud, name) == (None, "new")


def test_a_function_in_use_is_started_when_its_stack_is_updated(
    cloud: Emulator, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    code = """
import pathlib
print("loaded")
pathlib.Path({path!r}).touch()

def handler(event, context):
    print("called")
    return {answer!r}
"""
    name = make(cloud, "fn-started", code.format(path=os.devnull, answer="old"))
    assert invoke(cloud, name) == (None, "old")
    make(cloud, "fn-started", code.format(path=str(started), answer="new"))
    wait_until(started.exists)  # nobody calls it
    assert invoke(cloud, name) == (None, "new")
    _stream, messages = max(logged(cloud, f"/aws/lambda/{name}"))
    assert [text for text in messages if text in ("loaded", "called")] == ["loaded", "called"]


def test_an_update_lets_requests_finish(cloud: Emulator, tmp_path: Path) -> None:
    code = """
import os, pathlib, time

def handler(event, context):
    if event:
        pathlib.Path(event, "begun").touch()
        while not pathlib.Path(event, "updated").exists():
            time.sleep(0.02)
    return [{answer!r}, os.getpid()]
"""
    name = make(cloud, "fn-busy", code.format(answer="old"))
    with ThreadPoolExecutor() as pool:
        request = pool.submit(invoke, cloud, name, str(tmp_path))
        wait_until((tmp_path / "begun").exists)
        make(cloud, "fn-busy", code.format(answer="new"))
        failure, (answer, _) = invoke(cloud, name)
        assert (failure, answer) == (None, "new")
        (tmp_path / "updated").touch()
        failure, (answer, process) = request.result()
    assert (failure, answer) == (None, "old")
    wait_until(lambda: not Path(f"/proc/{process}").exists())


def test_output_is_complete_and_in_order(cloud: Emulator) -> None:
    code = """
import logging, os, subprocess, sys
print("at import")

def handler(event, context):
    print("out")
    print("err", file=sys.stderr)
    subprocess.run(["echo", "child"], check=True)
    logging.getLogger().warning("logged")
    sys.stdout.write("no line end")
"""
    name = make(cloud, "fn-output", code)
    for _ in range(2):
        assert invoke(cloud, name) == (None, None)
    ((stream, messages),) = logged(cloud, f"/aws/lambda/{name}")
    assert "[$LATEST]" in stream
    kinds = [line.split(" ")[0].split("\t")[0] for line in messages]
    once = ["out", "err", "child", "[WARNING]", "no", "END", "REPORT"]
    assert kinds == ["START", "at", *once, "START", *once]
    assert messages[5].endswith("\tlogged")
    file = cloud.home / "logs" / "functions" / f"{name}.log"
    assert file.read_text(encoding="utf-8").splitlines() == messages


def test_log_group_of_the_template_is_used(cloud: Emulator) -> None:
    resources = function(
        "def handler(event, context): print('hello')",
        LoggingConfig={"LogGroup": {"Ref": "Logs"}},
        TracingConfig={"Mode": "Active"},
    )
    resources["Logs"] = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 14}}
    outputs = cloud.deploy("fn-logs", resources, Name={"Ref": "Function"}, Logs={"Ref": "Logs"})
    invoke(cloud, outputs["Name"])
    ((_stream, messages),) = logged(cloud, outputs["Logs"])
    assert "hello" in messages
    groups = cloud.client("logs").describe_log_groups(logGroupNamePrefix=outputs["Logs"])
    assert groups["logGroups"][0]["retentionInDays"] == 14
    config = cloud.client("lambda").get_function_configuration(FunctionName=outputs["Name"])
    assert config["TracingConfig"] == {"Mode": "Active"}


def test_json_logs_from_a_level_on(cloud: Emulator) -> None:
    code = """
import logging

def handler(event, context):
    print("as it is")
    logging.getLogger("shop").info("left out")
    try:
        {}["key"]
    except KeyError:
        logging.getLogger("shop").exception("kept")
"""
    settings = {"LogFormat": "JSON", "ApplicationLogLevel": "WARN"}
    name = make(cloud, "fn-json-logs", code, LoggingConfig=settings)
    invoke(cloud, name)
    ((_stream, messages),) = logged(cloud, f"/aws/lambda/{name}")
    assert messages[1] == "as it is"
    start, kept, report = (json.loads(line) for line in messages if line.startswith("{"))
    assert (start["type"], report["type"]) == ("platform.start", "platform.report")
    assert report["record"]["metrics"]["memorySizeMB"] == 128
    assert (kept["level"], kept["message"], kept["logger"]) == ("ERROR", "kept", "shop")
    assert (kept["errorType"], kept["requestId"]) == ("KeyError", start["record"]["requestId"])


def test_layers_are_at_opt(cloud: Emulator) -> None:
    client = cloud.client("lambda")
    script = "#!/usr/bin/env python3\nimport sys\nprint('ran', *sys.argv[1:])\n"
    layers = [
        {"python/shared.py": "VALUE = 'first'", "bin/tool": script, "data.txt": "data"},
        {"python/shared.py": "VALUE = 'second'"},
    ]
    arns = [
        client.publish_layer_version(
            LayerName=f"layer-{index}", Content={"ZipFile": zipped(dict(files))}
        )["LayerVersionArn"]
        for index, files in enumerate(layers)
    ]
    code = """
import subprocess
import shared

def handler(event, context):
    ran = subprocess.run(["/opt/bin/tool", "x"], capture_output=True, text=True, check=True)
    with open("/opt/data.txt") as stream:
        return [shared.VALUE, ran.stdout, stream.read()]
"""
    from_zip(cloud, "fn-layers", {"index.py": code}, Layers=arns)
    assert invoke(cloud, "fn-layers") == (None, ["second", "ran x\n", "data"])


WHEEL = "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp312-cp312-manylinux_2_28_aarch64\n"


def foreign(name: str, version: str) -> dict[str, str | bytes]:
    """Return the files of a distribution that was built for Lambda and does not load here."""
    folder = f"{name}-{version}.dist-info"
    return {
        f"{folder}/WHEEL": WHEEL,
        f"{folder}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{name}/__init__.py": "raise ImportError('built for another machine')",
    }


def record(overlays: Path, files: dict[str, str | bytes], requirements: str) -> None:
    """Write down what a package was made from, as `LambdaHandler` does."""
    content = {
        "source": str(overlays / "requirements.txt"),
        "file_name": "requirements.txt",
        "text": requirements,
        "variables": {},
    }
    folder = overlays.parent / "requirements"
    folder.mkdir(exist_ok=True)
    (folder / f"{digest_of(zipped(files))}.json").write_text(json.dumps(content))


def test_compiled_dependencies_are_overlaid(cloud: Emulator, overlays: Path) -> None:
    code = """
import markupsafe
from importlib.metadata import version
from markupsafe import _speedups

def handler(event, context):
    return [version("markupsafe"), str(markupsafe.escape("<"))]
"""
    files = {"index.py": code, **foreign("markupsafe", "3.0.2")}
    record(overlays, files, "markupsafe==3.0.2\n")
    from_zip(cloud, "fn-overlay", files, Timeout=30)
    assert invoke(cloud, "fn-overlay") == (None, ["3.0.2", "&lt;"])


def test_compiled_dependencies_without_a_record_are_refused(cloud: Emulator) -> None:
    files = {"index.py": "def handler(e, c): pass", **foreign("markupsafe", "3.0.1")}
    from_zip(cloud, "fn-unrecorded", files, Timeout=30)
    failure, body = invoke(cloud, "fn-unrecorded")
    assert failure == "Unhandled"
    assert "may be a stranger's" in body["errorMessage"]


def test_dependency_without_a_build_is_named(cloud: Emulator, overlays: Path) -> None:
    files = {"index.py": "def handler(e, c): pass", **foreign("markupsafe", "0.0.404")}
    record(overlays, files, "markupsafe==0.0.404\n")
    from_zip(cloud, "fn-no-overlay", files, Timeout=30)
    failure, body = invoke(cloud, "fn-no-overlay")
    assert failure == "Unhandled"
    assert "markupsafe==0.0.404" in body["errorMessage"]
    ((_stream, messages),) = logged(cloud, "/aws/lambda/fn-no-overlay")
    assert any("markupsafe==0.0.404" in message for message in messages)
    assert "markupsafe==0.0.404" in cloud.log()


def test_concurrent_invocations_have_environments_of_their_own(cloud: Emulator) -> None:
    from concurrent.futures import ThreadPoolExecutor

    code = """
import os, time

def handler(event, context):
    time.sleep(0.5)
    return os.getpid()
"""
    name = make(cloud, "fn-parallel", code)
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: invoke(cloud, name), range(3)))
    assert len({pid for _failure, pid in answers}) == 3


def test_tail_of_the_log_comes_with_the_answer(cloud: Emulator) -> None:
    name = make(cloud, "fn-tail", "def handler(event, context): print('visible')")
    answer = cloud.client("lambda").invoke(FunctionName=name, LogType="Tail")
    assert "visible" in base64.b64decode(answer["LogResult"]).decode()


def test_node_functions_run(cloud: Emulator) -> None:
    code = "exports.handler = async (event) => ({ got: event });"
    found = make(cloud, "fn-node", code, Runtime="nodejs22.x")
    for _ in range(50):
        failure, body = invoke(cloud, found, 1)
        if failure is None:
            break
        time.sleep(0.1)
    assert body == {"got": 1}


def test_runtimes_that_need_docker_are_refused(cloud: Emulator) -> None:
    cloud.client("lambda").create_function(
        FunctionName="fn-ruby",
        Runtime="ruby3.4",
        Handler="shop.handle",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": zipped({"shop.rb": "def handle(event:, context:) = event"})},
    )
    failure, body = invoke(cloud, "fn-ruby")
    assert failure == "Unhandled"
    assert "runs Python, Node.js, Java and provided runtimes, got: ruby3.4" in str(body)
