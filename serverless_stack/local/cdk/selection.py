"""The stacks that names and patterns select, as the CDK CLI understands them."""

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

from serverless_stack._shared.text import did_you_mean
from serverless_stack.local.cdk.assembly import Stack
from serverless_stack.local.errors import LocalCloudError

_GLOB = re.compile(r"[*?\[{!+@(]")


def select(stacks: Sequence[Stack], names: Sequence[str]) -> list[Stack]:
    """Return the stacks that names and patterns select, with those that they depend on.

    Raises:
        LocalCloudError: A name selects no stack.
    """
    if not names:
        return list(stacks)
    selected: list[Stack] = []
    for name in names:
        matching = [stack for stack in stacks if _matches(stack, name)]
        if not matching and _GLOB.search(name):
            return list(stacks)  # a pattern that only the CDK CLI understands
        if not matching:
            raise LocalCloudError(_unknown(name, stacks))
        selected += matching
    return _with_dependencies(selected, stacks)


def _matches(stack: Stack, name: str) -> bool:
    return any(fnmatchcase(known, name) for known in (stack.name, *stack.aliases))


def _unknown(name: str, stacks: Sequence[Stack]) -> str:
    known = [stack.name for stack in stacks]
    hint = did_you_mean(name, known) or ";"
    return f"the app has no stack `{name}`{hint} its stacks are: {', '.join(known) or 'none'}"


def _with_dependencies(selected: Sequence[Stack], stacks: Sequence[Stack]) -> list[Stack]:
    by_id = {stack.id: stack for stack in stacks}
    found: dict[str, Stack] = {}
    waiting = list(selected)
    while waiting:
        stack = waiting.pop()
        if stack.id not in found:
            found[stack.id] = stack
            waiting += [by_id[name] for name in stack.dependencies if name in by_id]
    return [stack for stack in stacks if stack.id in found]
