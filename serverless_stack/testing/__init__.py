"""Tests of CDK stacks, with the constructs of this library or without.

Snapshots of templates, reviews of their changes, and assertions. The pytest plugin provides the
fixtures `cdk_app`, `cdk_stack`, `stack_factory`, `synth` and `template_snapshot`. The names here
load on first use. `review` is a package, with the function `review.review(before, after)`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from serverless_stack.testing import review
    from serverless_stack.testing.assertions import (
        assert_compliant,
        assert_deployable,
        assert_least_privilege,
        assert_no_replacement,
        assert_stateful_unchanged,
    )
    from serverless_stack.testing.plugin import NewStack, Synth
    from serverless_stack.testing.snapshots.scrubbing import Scrubbed, ScrubError, scrub
    from serverless_stack.testing.snapshots.snapshot import TemplateSnapshot
    from serverless_stack.testing.stack_factory import StackFactory
    from serverless_stack.testing.templates import template_of

__all__ = [
    "NewStack",
    "ScrubError",
    "Scrubbed",
    "StackFactory",
    "Synth",
    "TemplateSnapshot",
    "assert_compliant",
    "assert_deployable",
    "assert_least_privilege",
    "assert_no_replacement",
    "assert_stateful_unchanged",
    "review",
    "scrub",
    "template_of",
]

_MODULES = {
    "NewStack": "plugin",
    "ScrubError": "snapshots.scrubbing",
    "Scrubbed": "snapshots.scrubbing",
    "StackFactory": "stack_factory",
    "Synth": "plugin",
    "TemplateSnapshot": "snapshots.snapshot",
    "assert_compliant": "assertions",
    "assert_deployable": "assertions",
    "assert_least_privilege": "assertions",
    "assert_no_replacement": "assertions",
    "assert_stateful_unchanged": "assertions",
    "scrub": "snapshots.scrubbing",
    "template_of": "templates",
}


def __getattr__(name: str) -> object:
    if name == "review":
        return import_module(f"{__name__}.review")
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
