"""Answers the pings of ``Warmth.ping`` before the code of the function, which never sees them.

The construct makes ``serverless_stack.runtime.warmth.handler`` the entry point of the function, and
names the function's own one in an environment variable. It is imported with this module, so that
errors of its module are errors of Lambda's INIT phase, as they are without a ping.

A ping is recognized by its token, the id of the stack. No caller of an API, a URL or a queue knows
it, and AWS gives their requests another shape.
"""

import os
import time
from collections.abc import Callable, Mapping
from importlib import import_module

from serverless_stack._shared import contract

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

    Handler = Callable[[Any, Any], Any]

_MAX_HOLD = 1000  # milliseconds


def answer_pings(user_handler: "Handler", token: str) -> "Handler":
    """Return a handler that answers pings itself, and passes everything else on as it is.

    Args:
        user_handler: The handler of the function.
        token: The token of a ping.
    """

    def handler(event: object, context: object) -> object:
        if isinstance(event, dict) and contract.PING_KEY in event and _is_ping(event, token):
            time.sleep(min(event[contract.PING_HOLD_KEY], _MAX_HOLD) / 1000)
            return None
        return user_handler(event, context)

    return handler


def _is_ping(event: Mapping[str, object], token: str) -> bool:
    expected = {contract.PING_KEY, contract.PING_HOLD_KEY}
    hold = event.get(contract.PING_HOLD_KEY)
    return (
        event.keys() == expected
        and bool(token)
        and event[contract.PING_KEY] == token
        and isinstance(hold, int)
        and hold >= 0
    )


if contract.USER_HANDLER in os.environ:
    _module, _, _function = os.environ[contract.USER_HANDLER].rpartition(".")
    _found = getattr(import_module(_module.replace("/", ".")), _function, None)
    if _found is not None:  # otherwise Lambda says that the handler is missing
        handler = answer_pings(_found, os.environ.get(contract.PING_TOKEN, ""))
