"""Lambda: our execution environments for Python and Java, and logs."""

import json
import subprocess
import time
from datetime import UTC, datetime
from typing import Any, Protocol

from ministack.core import lambda_runtime
from ministack.services import cloudwatch_logs, lambda_svc

from ..activity import ACTIVITY
from ..lambda_.java_worker import MESSAGE as NO_JDK
from ..lambda_.java_worker import JavaWorker, is_java
from ..lambda_.jdk import find_jdk
from ..lambda_.packages import link_runtime_packages
from ..lambda_.worker import FunctionWorker, PythonWorker, WorkerTools
from ..process_guard import ProcessGuard
from ..settings import Settings

Config = dict[str, Any]


class NodeWorker(Protocol):
    """A worker of MiniStack, as far as it is used here."""

    _proc: subprocess.Popen[str]
    _leashed: int


def apply(settings: Settings, guard: ProcessGuard) -> None:
    """Apply this module's patches."""
    tools = WorkerTools(settings, guard, link_runtime_packages(settings.tmp / "runtime"))
    run_own_workers(tools)
    guard_other_workers(guard)
    initialise_for_snap_start()
    refuse_other_runtimes()
    keep_failure_types(tools)
    log_by_environment(tools, settings)


def run_own_workers(tools: WorkerTools) -> None:
    """Run Python and Java functions in workers of our own.

    MiniStack's worker exposes the emulator's packages and environment to a Python function,
    supports neither overlays nor ``/opt``, and waits up to 50 ms for output after each call. It
    runs Java in Docker only.
    """
    choose = lambda_runtime._worker_class_for
    FunctionWorker.tools = tools

    def choose_worker(config: Config) -> type:
        runtime = str(config.get("Runtime", ""))
        if runtime.startswith("python"):
            return PythonWorker
        if is_java(runtime):
            return JavaWorker
        chosen: type = choose(config)
        return chosen

    lambda_runtime._worker_class_for = choose_worker


def initialise_for_snap_start() -> None:
    """Load the handler when a version with SnapStart is published, and wait until it is loaded.

    MiniStack starts the process only. The first call then took the end of the loading for its
    answer.
    """
    ensure = lambda_svc.ensure_spawned

    def ensure_started(worker: lambda_runtime.Worker) -> None:
        if isinstance(worker, FunctionWorker):
            worker.start()
        else:
            ensure(worker)

    lambda_svc.ensure_spawned = ensure_started


def guard_other_workers(guard: ProcessGuard) -> None:
    """Stop MiniStack's own workers (Node.js) with the emulator."""
    spawn = lambda_runtime.Worker._spawn
    discard = lambda_runtime.Worker._discard_tmpdir

    def spawn_leashed(worker: NodeWorker) -> None:
        spawn(worker)
        worker._leashed = worker._proc.pid
        guard.add(worker._leashed)

    def discard_unleashed(worker: NodeWorker) -> None:
        leashed = getattr(worker, "_leashed", None)
        if leashed is not None:
            guard.remove(leashed)
        discard(worker)

    lambda_runtime.Worker._spawn = spawn_leashed
    lambda_runtime.Worker._discard_tmpdir = discard_unleashed


def refuse_other_runtimes() -> None:
    """Refuse .NET, Ruby and container images, and Java without a JDK.

    Without Docker, MiniStack returns a made-up response for all of them.
    """

    def refuse(func: Config, event: object, request_id: str) -> Config:
        config: Config = func.get("config") or func
        runtime = config.get("Runtime") or config.get("PackageType")
        runs_java = is_java(str(runtime))
        if runs_java and find_jdk() is not None:
            result: Config = lambda_svc._execute_function_warm(func, event, request_id)
            return result
        reason = f"the local cloud runs Python, Node.js, Java and provided runtimes, got: {runtime}"
        reason = NO_JDK if runs_java else f"{reason}; deploy this function to AWS"
        message = f"{config['FunctionName']}: {reason}"
        return {
            "body": {"errorMessage": message, "errorType": "Runtime.NotAvailableLocally"},
            "error": True,
            "log": message,
        }

    lambda_svc._execute_function_docker = refuse


def keep_failure_types(tools: WorkerTools) -> None:
    """Return the class, message and stack trace of an exception, as AWS does.

    MiniStack returns ``Runtime.HandlerError`` for every failure, without a stack trace.
    """
    execute = lambda_svc._execute_function_warm

    def execute_keeping_failure(func: Config, event: object, request_id: str) -> Config:
        tools.last.worker = tools.last.failure = None
        name = (func.get("config") or func).get("FunctionName", "unknown")
        ACTIVITY.begin_call(request_id, name, event)
        result: Config = execute(func, event, request_id)
        if result.get("error") and tools.last.failure:
            result["body"] = tools.last.failure
        body = result.get("body")
        error = body.get("errorType") if result.get("error") and isinstance(body, dict) else ""
        ACTIVITY.end_call(request_id, str(result.get("log") or "").splitlines(), str(error or ""))
        return result

    lambda_svc._execute_function_warm = execute_keeping_failure


def log_by_environment(tools: WorkerTools, settings: Settings) -> None:
    """Log to one stream for each environment, as on AWS, and to a file for people.

    MiniStack creates a stream for each invocation.
    """
    emit = lambda_svc._emit_lambda_logs
    folder = settings.logs / "functions"
    folder.mkdir(exist_ok=True)

    def emit_to_stream(
        func: Config,
        request_id: str,
        log_text: str,
        error: bool,
        duration_ms: int,
        *,
        log_source: str | None = None,
    ) -> None:
        config: Config = func.get("config") or func
        worker = getattr(tools.last, "worker", None)
        lines = report(config, request_id, log_text, duration_ms)
        with (folder / f"{config['FunctionName']}.log").open("a", encoding="utf-8") as out:
            out.write("".join(f"{line}\n" for line in lines))
        if worker is None:
            emit(func, request_id, log_text, error, duration_ms, log_source=log_source)
        else:
            append(config, worker.stream, lines)
        tools.last.worker = None

    lambda_svc._emit_lambda_logs = emit_to_stream


def report(config: Config, request_id: str, log_text: str, duration_ms: int) -> list[str]:
    """Return the log lines of an invocation, including those of Lambda itself."""
    version = config.get("Version", "$LATEST")
    if (config.get("LoggingConfig") or {}).get("LogFormat") == "JSON":
        metrics = {
            "durationMs": duration_ms,
            "billedDurationMs": duration_ms,
            "memorySizeMB": config.get("MemorySize", 128),
        }
        return [
            platform_event("start", {"requestId": request_id, "version": version}),
            *log_text.splitlines(),
            platform_event("report", {"requestId": request_id, "metrics": metrics}),
        ]
    return [
        f"START RequestId: {request_id} Version: {version}",
        *log_text.splitlines(),
        f"END RequestId: {request_id}",
        f"REPORT RequestId: {request_id}\tDuration: {duration_ms} ms\t"
        f"Billed Duration: {duration_ms} ms\tMemory Size: {config.get('MemorySize', 128)} MB",
    ]


def platform_event(kind: str, record: Config) -> str:
    """Return a line of Lambda's own in the JSON format ("JSON log format" of system logs)."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"time": now, "type": f"platform.{kind}", "record": record})


def append(config: Config, stream_name: str, lines: list[str]) -> None:
    """Append lines to a function's log group. Create the group and the stream if needed."""
    name = config["FunctionName"]
    group_name = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}"
    now = int(time.time() * 1000)
    groups = cloudwatch_logs._log_groups
    if group_name not in groups:
        groups[group_name] = {
            "arn": cloudwatch_logs._make_group_arn(group_name),
            "creationTime": now,
            "retentionInDays": None,
            "tags": {},
            "subscriptionFilters": {},
            "streams": {},
        }
    stream = groups[group_name]["streams"].setdefault(
        stream_name,
        {
            "events": [],
            "uploadSequenceToken": "1",
            "creationTime": now,
            "firstEventTimestamp": None,
            "lastEventTimestamp": None,
            "lastIngestionTime": None,
        },
    )
    events = [{"timestamp": now, "message": line, "ingestionTime": now} for line in lines]
    cloudwatch_logs._append_log_events(stream, events)
    cloudwatch_logs._fanout_to_subscription_filters(
        group_name, stream_name, [{"timestamp": now, "message": line} for line in lines]
    )
