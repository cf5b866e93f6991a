"""The CloudFormation types that MiniStack models with our patches, and its own mistakes in them."""

import functools
import json
import logging
from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import provisioners

from ..settings import Settings
from .foreign_types import RECORDS

logger = logging.getLogger("serverless_stack")

FILE = "resource-types.json"


def apply(settings: Settings) -> None:
    """Apply this module's patches: after those that add types."""
    tell_own_mistakes()
    has_effect = {kind: kind not in RECORDS for kind in sorted(provisioners._RESOURCE_HANDLERS)}
    (settings.home / FILE).write_text(json.dumps(has_effect), encoding="utf-8")


def tell_own_mistakes() -> None:
    """Name the local cloud in the reason of a failure that is a mistake of the emulator.

    MiniStack raises a ValueError to refuse a resource. The bare text of any other exception, such
    as ``'Id'``, says nothing.
    """
    for kind, handlers in provisioners._RESOURCE_HANDLERS.items():
        for action in ("create", "update", "delete"):
            if action in handlers:
                handlers[action] = _telling(kind, action, handlers[action])


def _telling(kind: str, action: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(handler)
    def handle(*arguments: object, **named: object) -> Any:
        try:
            return handler(*arguments, **named)
        except (ArithmeticError, AttributeError, LookupError, TypeError) as error:
            logger.exception("cannot %s a resource of %s", action, kind)
            raise ValueError(
                f"the local cloud failed to {action} this {kind}, which AWS may not: "
                f"{type(error).__name__}: {error}"
            ) from error

    return handle
