"""The environment variables, log stream and layers of a function's process."""

import os
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from ..process_guard import RUN_VARIABLE

MARKS = ("SERVERLESS_STACK_HOME", RUN_VARIABLE)
"""The variables by which the processes of this cloud are found. A function does not see them."""

INHERITED = (*MARKS, "PATH", "SSL_CERT_FILE", "SYSTEMROOT")


def stream_name(config: dict[str, Any]) -> str:
    """Return a name for a new log stream, in Lambda's format."""
    version = config.get("Version", "$LATEST")
    return f"{datetime.now(UTC):%Y/%m/%d}/[{version}]{uuid.uuid4().hex}"


def layer_archives(config: dict[str, Any]) -> list[bytes]:
    """Return the zip files of a function's layers, in order.

    Raises:
        ValueError: A layer version does not exist.
    """
    archives = []
    for layer in config.get("Layers") or []:
        archive = lambda_svc._resolve_layer_zip(layer)
        if not archive:
            arn = layer if isinstance(layer, str) else layer.get("Arn")
            raise ValueError(f"the layer has no content: {arn}")
        archives.append(archive)
    return archives


def environment_variables(
    config: dict[str, Any], code: Path, opt: Path | None, folder: str, stream: str
) -> dict[str, str]:
    """Return Lambda's variables, those of the function, and a few for the local cloud.

    Args:
        config: The function's configuration.
        code: The folder of its code: ``LAMBDA_TASK_ROOT``.
        opt: The folder of its layers, if any.
        folder: The replacement for ``/tmp``, which each environment has for itself on AWS.
        stream: The log stream.
    """
    name = config.get("FunctionName", "")
    arn = config.get("FunctionArn", "")
    region = arn.split(":")[3]
    group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}"
    logging = config.get("LoggingConfig") or {}
    own = (config.get("Environment") or {}).get("Variables") or {}
    reserved = lambda_runtime._RESERVED_RUNTIME_ENV_VARS
    variables = {key: os.environ[key] for key in INHERITED if key in os.environ}
    variables.update(
        {
            "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"],
            "HOME": folder,
            "TMPDIR": folder,
            "LANG": "en_US.UTF-8",
            "PYTHONIOENCODING": "utf-8",
            "TZ": ":UTC",
        }
    )
    if opt is not None:
        variables["_SERVERLESS_STACK_OPT"] = str(opt)
        variables["PATH"] = f"{variables.get('PATH', '')}{os.pathsep}{opt / 'bin'}"
        variables["LD_LIBRARY_PATH"] = str(opt / "lib")
    variables.update({k: str(v) for k, v in own.items() if k not in reserved and k not in MARKS})
    variables.update(lambda_runtime.execution_credentials(config))
    if logging.get("LogFormat") == "JSON":  # "Log formats": Python's runtime reads both
        variables["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        variables["AWS_LAMBDA_LOG_LEVEL"] = logging.get("ApplicationLogLevel") or "INFO"
    variables.update(
        {
            "AWS_DEFAULT_REGION": region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', '')}",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": config.get("Version", "$LATEST"),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": group,
            "AWS_LAMBDA_LOG_STREAM_NAME": stream,
            "AWS_REGION": region,
            "LAMBDA_TASK_ROOT": str(code),
            "_HANDLER": config.get("Handler", ""),
        }
    )
    return variables
