"""The script in the process of a Python function, which loads the handler and calls it.

The interpreter has no site-packages. Invocations are read from stdin, a JSON document in each
line, and results are written to a pipe of their own. The output of the handler and of C code goes
to stdout and stderr, which are one pipe. A marker line on it ends the output of an invocation.
"""

import builtins
import importlib
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

Handler = Callable[[Any, Any], Any]
OPT = "/opt/"
MARKS = ("SERVERLESS_STACK_HOME", "SERVERLESS_STACK_RUN")


class LambdaContext:
    """The context of an invocation: the second argument of a handler."""

    client_context = None
    identity = None

    def __init__(self, invocation: Mapping[str, Any]) -> None:
        environment = os.environ
        self.aws_request_id = str(invocation["request_id"])
        self.invoked_function_arn = str(invocation["arn"])
        self.function_name = environment["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = environment["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = environment["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = environment["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.tenant_id = None
        self._deadline = time.time() + float(invocation["seconds"])

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the function's timeout."""
        return max(0, int((self._deadline - time.time()) * 1000))

    def log(self, message: object) -> None:
        """Write a message to the function's log."""
        sys.stdout.write(str(message))


class LambdaLogging(logging.StreamHandler[Any]):
    """The logging handler of Lambda's runtime, in its text format."""

    request_id = ""

    def __init__(self) -> None:
        super().__init__(sys.stdout)
        form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(request_id)s\t%(message)s\n"
        formatter = logging.Formatter(form, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        self.setFormatter(formatter)
        self.terminator = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the invocation's id to the record, and ask the filters that loggers have added."""
        record.request_id = self.request_id
        return super().filter(record)


class JsonFormatter(logging.Formatter):
    """The JSON format of Lambda's runtime: one object for each message."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the message with its time, level, logger and request."""
        shown: dict[str, Any] = {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": LambdaLogging.request_id,
        }
        if record.exc_info and record.exc_info[0] is not None:
            kind, error, trace = record.exc_info
            shown["stackTrace"] = traceback.format_list(traceback.extract_tb(trace))
            shown["errorType"] = kind.__name__
            shown["errorMessage"] = str(error)
        return json.dumps(shown, ensure_ascii=False, default=str) + "\n"


def set_up_logging() -> None:
    """Log as Lambda's runtime does: text for people, or JSON from a level on."""
    handler, root = LambdaLogging(), logging.getLogger()
    if os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON":
        handler.setFormatter(JsonFormatter())
        level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "INFO")
        root.setLevel(
            {"TRACE": 5, "FATAL": logging.CRITICAL, "WARN": logging.WARNING}.get(level, level)
        )
    root.addHandler(handler)


def failure(error: BaseException) -> dict[str, Any]:
    """Return an exception as Lambda returns it to callers."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename != __file__]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": "",
        "stackTrace": traceback.format_list(own),
    }


def load_handler(name: str) -> Handler:
    """Import ``module.function``, whose module may be written with slashes.

    Raises:
        ImportError: The module does not exist. The message is Lambda's.
        AttributeError: The module has no such function. The message is Lambda's.
    """
    module_name, _, function = name.rpartition(".")
    module_name = module_name.replace("/", ".")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise ImportError(f"Unable to import module '{module_name}': {error}") from error
    handler: Handler | None = getattr(module, function, None)
    if handler is None:
        raise AttributeError(f"Handler '{function}' missing on module '{module_name}'")
    return handler


def serve_layers(opt: str) -> None:
    """Redirect ``/opt``, where only a container could mount layers, to the unpacked layers.

    This applies to files that the function opens and programs that it starts.
    """
    popen = subprocess.Popen.__init__
    open_file = builtins.open

    def real(path: Any) -> Any:
        if isinstance(path, str) and path.startswith(OPT):
            found = os.path.join(opt, path[len(OPT) :])
            if os.path.exists(found):
                return found
        return path

    def start(self: Any, args: Any, *rest: Any, **options: Any) -> None:
        if isinstance(args, (list, tuple)) and args:
            program = real(args[0])
            if program is not args[0]:
                args = [*interpreter(str(program)), program, *args[1:]]
        popen(self, args, *rest, **options)

    def interpreter(program: str) -> list[str]:
        with open_file(program, "rb") as stream:
            first = stream.readline()
        return [sys.executable] if first.startswith(b"#!") and b"python" in first else []

    def open_real(file: Any, *rest: Any, **options: Any) -> Any:
        return open_file(real(file), *rest, **options)

    subprocess.Popen.__init__ = start  # type: ignore[method-assign]
    builtins.open = open_real


def hide_marks() -> None:
    """Hide the variables that mark processes of this cloud, but pass them to all child processes.

    They are removed from Python's copy of the environment only. Child processes get C's, unless
    the function passes another environment.
    """
    marks = {name: os.environ[name] for name in MARKS if name in os.environ}
    for name in marks:
        del os.environ._data[os.environ.encodekey(name)]  # type: ignore[attr-defined]
    popen = subprocess.Popen.__init__

    def start(self: Any, args: Any, *rest: Any, **options: Any) -> None:
        if options.get("env") is not None:
            options["env"] = {**options["env"], **marks}
        popen(self, args, *rest, **options)

    subprocess.Popen.__init__ = start  # type: ignore[method-assign]


def answer(handler: Handler, invocation: Mapping[str, Any]) -> dict[str, Any]:
    """Call the handler, and return its result or failure."""
    trace_id = invocation.get("trace_id")
    if trace_id:
        os.environ["_X_AMZN_TRACE_ID"] = str(trace_id)
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    LambdaLogging.request_id = str(invocation["request_id"])
    try:
        result = handler(invocation["event"], LambdaContext(invocation))
    except BaseException as error:
        # SystemExit as well: on AWS it ends the environment and is reported as a failure.
        return {"error": {**failure(error), "requestId": invocation["request_id"]}}
    try:
        return {"result": json.dumps(result, ensure_ascii=False)}
    except (TypeError, ValueError) as error:
        message = f"Unable to marshal response: {error}"
        return {"error": {"errorMessage": message, "errorType": "Runtime.MarshalError"}}


def receive(requests: BinaryIO, lines: "queue.SimpleQueue[bytes]") -> None:
    """Read invocations from stdin. End the process when the emulator has ended."""
    for line in requests:
        lines.put(line)
    os._exit(0)


def main(answers: BinaryIO, marker: str) -> None:
    """Load the handler, and serve invocations."""

    def send(document: Mapping[str, Any]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(1, f"{marker}\n".encode())
        answers.write(json.dumps(document).encode() + b"\n")
        answers.flush()

    requests = os.fdopen(os.dup(0), "rb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    opt = os.environ.pop("_SERVERLESS_STACK_OPT", "")
    sys.path[:0] = [entry for entry in os.environ.pop("_SERVERLESS_STACK_PATH").split(os.pathsep)]
    hide_marks()
    if opt:
        serve_layers(opt)
    set_up_logging()
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except ImportError as error:
        send({"error": {**failure(error), "errorType": "Runtime.ImportModuleError"}})
        return
    except AttributeError as error:
        send({"error": {**failure(error), "errorType": "Runtime.HandlerNotFound"}})
        return
    except BaseException as error:
        send({"error": failure(error)})
        return
    send({"ready": True})
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=receive, args=(requests, lines), daemon=True).start()
    while True:
        send(answer(handler, json.loads(lines.get())))


if __name__ == "__main__":
    main(os.fdopen(int(sys.argv[1]), "wb"), sys.argv[2])
