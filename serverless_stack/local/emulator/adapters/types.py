"""The shapes that MiniStack's functions take and give, under names."""

from collections.abc import Callable
from typing import Any

Properties = dict[str, Any]
"""A CloudFormation resource's properties, resolved."""

Record = dict[str, Any]
"""A resource as MiniStack stores it."""

Headers = dict[str, Any]
"""Response headers; a list of values is a header that is sent more than once."""

Response = tuple[int, Headers, bytes]
"""Status, headers and body."""

Provisioned = tuple[str, Record]
"""A CloudFormation resource's physical id and attributes."""

Handlers = dict[str, Callable[..., Any]]
"""The create, update and delete functions of a CloudFormation resource type."""
