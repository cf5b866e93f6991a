"""Types of the arguments and results of MiniStack's functions."""

from collections.abc import Callable
from typing import Any

Properties = dict[str, Any]
"""A CloudFormation resource's properties, resolved."""

Record = dict[str, Any]
"""A resource as MiniStack stores it."""

Headers = dict[str, Any]
"""Response headers. A list of values is sent as one header for each value."""

Response = tuple[int, Headers, bytes]
"""Status, headers and body."""

Provisioned = tuple[str, Record]
"""A CloudFormation resource's physical id and attributes."""

Handlers = dict[str, Callable[..., Any]]
"""The create, update and delete functions of a CloudFormation resource type."""
