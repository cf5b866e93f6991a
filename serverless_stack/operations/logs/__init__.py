"""The logs of Lambda functions: find a function by any of its names, read and follow its events."""

from serverless_stack.operations.logs.events import LogEvent, LogReader
from serverless_stack.operations.logs.functions import (
    Function,
    FunctionNotFound,
    functions_of,
    log_group,
    select,
)

__all__ = [
    "Function",
    "FunctionNotFound",
    "LogEvent",
    "LogReader",
    "functions_of",
    "log_group",
    "select",
]
