"""Why a response is a 5xx, and where the log is: told in headers, because bodies are those of AWS.

The text of a function's exception is only in its log: whoever calls an API may read the headers.
"""

from collections.abc import MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .exchange import Send

ERROR_HEADER = b"X-Serverless-Stack-Error"
LOG_HEADER = b"X-Serverless-Stack-Log"
GATEWAY_ERRORS = frozenset({500, 502, 503, 504})
# Errors of Lambda itself, whose texts contain nothing of the function's.
LAMBDA_ERRORS = ("Function.", "Runtime.", "Sandbox.")


@dataclass(frozen=True)
class Problem:
    """Why a request failed.

    Attributes:
        why: One line.
        function: The function whose log has more, or an empty text.
    """

    why: str
    function: str = ""


_current: ContextVar[list[Problem]] = ContextVar("serverless_stack_problems")


def report_problem(problem: Problem) -> None:
    """Remember why the current request fails."""
    _current.get([]).append(problem)


def function_problem(function: str, error: object) -> Problem:
    """Return the problem of a failed function.

    Args:
        function: Its name or ARN.
        error: The failure that Lambda returns.
    """
    fields = error if isinstance(error, dict) else {}
    kind = str(fields.get("errorType") or "an error")
    text = f": {fields.get('errorMessage')}" if kind.startswith(LAMBDA_ERRORS) else ""
    name = function_name(function)
    return Problem(f"the function {name} failed with {kind}{text}", name)


def function_name(function: str) -> str:
    """Return the name in a function's name or ARN."""
    return function.split(":function:")[-1].partition(":")[0]


def with_problem(send: Send, logs: Path) -> Send:
    """Return ``send`` with the headers for 5xx responses, and watch the current request.

    Args:
        send: The ASGI send callable.
        logs: The folder of the logs.
    """
    problems: list[Problem] = []
    _current.set(problems)

    async def send_with_problem(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and message["status"] in GATEWAY_ERRORS:
            headers = [*message.get("headers", [])]
            log = logs
            if problems:
                headers.append((ERROR_HEADER, _one_line(problems[-1].why)))
                function = problems[-1].function
                log = logs / "functions" / f"{function}.log" if function else logs / "emulator.log"
            message = {**message, "headers": [*headers, (LOG_HEADER, _one_line(str(log)))]}
        await send(message)

    return send_with_problem


def _one_line(text: str) -> bytes:
    printable = "".join(char if char.isprintable() else " " for char in text)
    return printable.strip()[:500].encode("latin-1", "replace")
