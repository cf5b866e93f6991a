"""Rules that FIFO queues and FIFO topics share."""

import re
from collections.abc import Iterable, Iterator

from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation

_SUFFIX = ".fifo"


def is_standard(resource: Resource, flag: str) -> bool:
    """Return whether a queue or topic is not FIFO, by default or by its flag."""
    return resource.boolean(flag) is False or resource.get(flag) is None


def check_fifo_name(resource: Resource, path: str, flag: str, longest: int) -> Iterator[Violation]:
    """Yield violations in the name of a queue or topic, which says whether it is FIFO."""
    name = resource.text(path)
    if name is None:
        return
    length = longest - len(_SUFFIX)
    plain = "[A-Za-z0-9_-]"
    if not re.fullmatch(rf"{plain}{{1,{longest}}}|{plain}{{1,{length}}}\.fifo", name):
        requirement = f"have 1 to {longest} letters, digits, hyphens and underscores, or end in "
        yield violation(path, f"{requirement}{_SUFFIX} if it is FIFO", name)
    if resource.boolean(flag) and not name.endswith(_SUFFIX):
        yield violation(path, f"end with {_SUFFIX} with `{flag}`", name, name[:length] + _SUFFIX)
    if name.endswith(_SUFFIX) and is_standard(resource, flag):
        requirement = f"be true for a name that ends with {_SUFFIX}"
        yield violation(flag, requirement, resource.boolean(flag), "true")


def check_fifo_settings(resource: Resource, flag: str, paths: Iterable[str]) -> Iterator[Violation]:
    """Yield the settings of a standard queue or topic that only FIFO ones have."""
    for path in paths if is_standard(resource, flag) else ():
        value = resource.get(path)
        if value is not None and resource.boolean(path) is not False:
            yield violation(path, f"be absent without {flag}", value)
