"""The CORS headers of a handler's answers: those that its ``ProxyApi`` was given as ``cors``.

API Gateway answers preflights and its own errors by itself. What a function behind it returns
passes unchanged, so the function has to send the headers, too::

    from serverless_stack.runtime.cors import with_cors

    @with_cors
    def handler(event, context):
        return {"statusCode": 200, "body": "{}"}
"""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import TypeVar, cast

from serverless_stack._shared import contract
from serverless_stack._shared.cors import VARY, CorsRules, origin_problems

__all__ = ["Cors", "with_cors"]

_Answer = TypeVar("_Answer")


class Cors:
    """Which pages may read the answers of a handler.

    Args:
        origins: The origins of the pages, such as ``https://example.com``; ``*`` for all.
        credentials: Whether answers to requests with cookies may be read.
        expose: The headers that pages may read, beside those that they always may.

    Raises:
        ValueError: No browser sends such an origin, or credentials go with all origins, which
            browsers refuse.
    """

    def __init__(
        self, origins: Sequence[str], *, credentials: bool = False, expose: Sequence[str] = ()
    ) -> None:
        if isinstance(origins, str) or not isinstance(origins, Sequence):
            raise ValueError(f"`origins` must be a list of origins, got: {origins!r}")
        for origin in origins:
            if not isinstance(origin, str):
                raise ValueError(f"`origins` must be a list of origins, got: {list(origins)!r}")
            for message in origin_problems(origin, "origins"):
                raise ValueError(message)
        if credentials and "*" in origins:
            raise ValueError("`origins` must name each origin with `credentials`, got: '*'")
        self._rules = CorsRules(tuple(origins), credentials, tuple(expose))

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> "Cors":
        """Return the rules of the ``ProxyApi`` in front of the function.

        Args:
            environment: The variables. Default: those of the process.

        Returns:
            Rules that allow no page of another origin, if the API has no ``cors``.

        Raises:
            ValueError: The variable has something else in it.
        """
        variables = os.environ if environment is None else environment
        rules = CorsRules.from_text(variables.get(contract.CORS, ""))
        cors = cls(())
        cors._rules = rules  # checked at synthesis; an error here would fail every request
        return cors

    def headers(self, event: object) -> dict[str, str]:
        """Return the CORS headers of the answer to a request.

        Args:
            event: The event of the function, from a REST API, an HTTP API or a function URL.
        """
        return dict(self._rules.headers(_origin(event)))

    def add_to(self, answer: _Answer, event: object) -> _Answer:
        """Return an answer with the CORS headers; those that it has already stay.

        Args:
            answer: What the handler returns. Anything but a mapping with ``statusCode`` is returned
                as it is.
            event: The event of the function.
        """
        if not isinstance(answer, dict) or "statusCode" not in answer:
            return answer
        completed: dict[str, object] = answer
        headers = dict(answer.get("headers") or {})
        present = {str(name).lower(): name for name in headers}
        multiple = {str(name).lower(): values for name, values in _multi(answer).items()}
        for name, value in self.headers(event).items():
            lower = name.lower()
            if name == VARY and (lower in present or lower in multiple):
                given = headers.pop(present[lower]) if lower in present else None
                values = [*([given] if given else []), *multiple.get(lower, ())]
                completed = _without(completed, lower)
                headers[name] = ", ".join(_with(values, value))
            elif lower not in present and lower not in multiple:
                headers[name] = value
        return cast(_Answer, {**completed, "headers": headers})


def with_cors(handler: Callable[..., _Answer]) -> Callable[..., _Answer]:
    """Add the CORS headers of the API to the answers of a handler.

    An exception passes: API Gateway answers it with 502 and the same headers.

    Args:
        handler: The handler, with the event as its first argument.
    """
    rules: list[Cors] = []

    @wraps(handler)
    def answering(event: object, *arguments: object, **named: object) -> _Answer:
        if not rules:
            rules.append(Cors.from_env())
        return rules[0].add_to(handler(event, *arguments, **named), event)

    return answering


def _origin(event: object) -> str | None:
    headers = event.get("headers") if isinstance(event, Mapping) else None
    if not isinstance(headers, Mapping):
        return None
    return next((str(v) for k, v in headers.items() if str(k).lower() == "origin"), None)


def _multi(answer: Mapping[str, object]) -> Mapping[str, Sequence[str]]:
    headers = answer.get("multiValueHeaders")
    return cast(Mapping[str, Sequence[str]], headers) if isinstance(headers, Mapping) else {}


def _without(answer: dict[str, object], name: str) -> dict[str, object]:
    """Return an answer without one of its headers of several values."""
    if not _multi(answer):
        return answer
    kept = {key: values for key, values in _multi(answer).items() if key.lower() != name}
    return {**answer, "multiValueHeaders": kept}


def _with(values: Sequence[str], value: str) -> list[str]:
    """Return the items of a header's values with one more, unless it is there."""
    items = [item.strip() for text in values for item in text.split(",") if item.strip()]
    is_there = value.lower() in (item.lower() for item in items) or "*" in items
    return items if is_there else [*items, value]
