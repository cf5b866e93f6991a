"""Outputs of stacks in another region: MiniStack looks for them in the region of the reader.

``Fn::GetStackOutput`` in the CloudFormation template reference.
"""

from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services.cloudformation import changesets, engine, handlers, stacks

FUNCTION = "Fn::GetStackOutput"


def apply() -> None:
    """Apply this module's patches."""
    stock = engine._resolve_refs

    def resolve(value: Any, *context: Any) -> Any:
        if not isinstance(value, dict) or not isinstance(value.get(FUNCTION), dict):
            return stock(value, *context)
        names = {name: stock(part, *context) for name, part in value[FUNCTION].items()}
        with request_scope(get_account_id(), str(names.get("Region") or get_region())):
            return stock({FUNCTION: names}, *context)

    for module in (engine, changesets, handlers, stacks):  # each has imported the name
        module._resolve_refs = resolve
