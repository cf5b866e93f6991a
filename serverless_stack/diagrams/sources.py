"""The templates that a diagram is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from serverless_stack.checks.integrations import assembly


@dataclass(frozen=True)
class StackTemplate:
    """The template of a stack or nested stack.

    Attributes:
        name: The construct path of the stack, such as `Prod/Shop`; empty for a template alone.
        template: The template, as parsed from JSON or YAML.
        constructs: The construct paths of its resources, by logical id. Default: those in the
            resources' metadata.
        file: The name of its file, by which a parent's template refers to it.
    """

    name: str
    template: Mapping[str, object]
    constructs: Mapping[str, str] = field(default_factory=dict)
    file: str = ""


def stacks_of(folder: Path) -> list[StackTemplate]:
    """Return the templates of a cloud assembly (`cdk.out`), with nested stacks and stages.

    Args:
        folder: The folder with the `manifest.json`.

    Raises:
        OSError: A file of the assembly cannot be read.
        ValueError: A file of the assembly is invalid.
    """
    return [
        StackTemplate(each.name, each.read(), each.constructs, each.path.name)
        for each in assembly.templates(folder)
    ]
