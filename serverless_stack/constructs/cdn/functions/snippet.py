"""Snippet: a piece of JavaScript that becomes a part of the one CloudFront Function of an event."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Literal, TypeAlias

from aws_cdk import aws_cloudfront as cloudfront

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.arguments import check_fields, check_types

ViewerEvent: TypeAlias = Literal["viewer-request", "viewer-response"]

JAVASCRIPT = Path(__file__).parent / "js"
"""The folder of the JavaScript files of this library."""
HANDLER = re.compile(r"^[ \t]*(async\s+)?function\s+handler\s*\(", re.MULTILINE)
"""How a source defines its handler."""
_UNSUPPORTED = re.compile(r"^\s*export\b", re.MULTILINE)


class Stage(IntEnum):
    """Where a snippet runs among those of its event, from the first to the last."""

    AUTH = 10
    """Who may send the request at all."""
    REDIRECTS = 20
    """Other hosts, other paths, trailing slashes."""
    MAINTENANCE = 30
    """The page that replaces all others for a while."""
    REWRITE = 40
    """Which object answers a path."""
    RELEASE = 50
    """Which of several builds the object is taken from."""
    HEADERS = 60
    """Headers and cookies."""


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """JavaScript for the viewer's request or response, written as a CloudFront Function.

    The source defines ``function handler(event, parameters)``, which may be ``async``, and
    returns what a CloudFront Function returns: the request, to go on with it, or a response,
    which ends the viewer's request. Returning nothing goes on with the event's own. A function
    that you have runs unchanged; ``parameters`` is what it has no use for.

    CloudFront runs one function per event of a behavior, so all snippets of a behavior and event
    are composed into one ("Restrictions on CloudFront Functions"). Those that are not ``async``
    have a scope of their own.

    Attributes:
        name: What tells the snippets of a behavior apart in messages.
        source: The JavaScript, for the runtime cloudfront-js-2.0.
        stage: Where it runs among the snippets of its event.
        event: ``viewer-request`` or ``viewer-response``.
        parameters: The second argument of the handler; what JSON can say, and tokens in texts.
        key_value_store: The store that ``cf.kvs()`` opens. A function can have one.
        library: Sources of functions that the handler calls; equal ones are there once.
    """

    name: str
    source: str
    stage: Stage
    event: ViewerEvent = "viewer-request"
    parameters: Mapping[str, object] = field(default_factory=dict)
    key_value_store: cloudfront.IKeyValueStore | None = None
    library: Sequence[str] = ()

    @classmethod
    @check_types
    def file(
        cls,
        path: str | Path,
        *,
        event: ViewerEvent = "viewer-request",
        stage: Stage = Stage.REWRITE,
        parameters: Mapping[str, object] | None = None,
        key_value_store: cloudfront.IKeyValueStore | None = None,
    ) -> Snippet:
        """Return a snippet of a file of yours.

        Args:
            path: The file. It defines ``function handler(event)``, as a CloudFront Function does.
            event: ``viewer-request`` or ``viewer-response``.
            stage: Where it runs; after the snippets of this library that have the same stage.
            parameters: The second argument of the handler; what JSON can say. Default: ``{}``.
            key_value_store: The store that ``cf.kvs()`` opens. Default: none.

        Raises:
            ValueError: If there is no such file, or it defines no handler.
        """
        file = Path(path)
        problems = Problems("Snippet.file")
        if not file.is_file():
            problems.fail(f"`path` must be a file, got: {str(path)!r}")
            problems.raise_if_any()
        source = file.read_text(encoding="utf-8")
        problems.add(source_problems(source, str(path)))
        problems.raise_if_any()
        return cls(
            name=file.name,
            source=source,
            stage=stage,
            event=event,
            parameters=parameters or {},
            key_value_store=key_value_store,
        )

    def __post_init__(self) -> None:
        """Check the fields."""
        check_fields(self)
        try:
            json.dumps(dict(self.parameters), allow_nan=False)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"`parameters` must be what JSON can say, got: {self.parameters!r} ({error}) "
                f"(in Snippet {self.name})"
            ) from None

    @property
    def is_async(self) -> bool:
        """Whether the handler is asynchronous."""
        found = HANDLER.search(self.source)
        return found is not None and found[1] is not None


def packaged(
    name: str,
    stage: Stage,
    parameters: Mapping[str, object] | None = None,
    *,
    event: ViewerEvent = "viewer-request",
    library: tuple[str, ...] = (),
    key_value_store: cloudfront.IKeyValueStore | None = None,
) -> Snippet:
    """Return a snippet of this library.

    Args:
        name: Its file in ``functions/js``, without the suffix.
        stage: Where it runs.
        parameters: The second argument of its handler.
        event: ``viewer-request`` or ``viewer-response``.
        library: The files of the functions that it calls, without the suffix.
        key_value_store: The store that ``cf.kvs()`` opens.
    """
    return Snippet(
        name=name,
        source=_javascript(name),
        stage=stage,
        event=event,
        parameters=parameters or {},
        key_value_store=key_value_store,
        library=tuple(map(_javascript, library)),
    )


def _javascript(name: str) -> str:
    return (JAVASCRIPT / f"{name}.js").read_text(encoding="utf-8")


def source_problems(source: str, name: str) -> list[str]:
    """List why JavaScript cannot be a part of a CloudFront Function.

    Args:
        source: The JavaScript.
        name: The file, as the caller wrote it.
    """
    problems = Problems()
    problems.require(
        HANDLER.search(source),
        f"`path` must be a file that defines `function handler(event)`, got: {name!r}",
    )
    problems.require(
        not _UNSUPPORTED.search(source),
        f"`path` must be a file without `export`, which CloudFront Functions do not have, "
        f"got: {name!r}",
    )
    return problems.messages
