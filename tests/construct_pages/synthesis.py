"""The small examples of the pages, synthesized in this process."""

import contextlib
import os
import runpy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import cx_api as cxapi

EXAMPLES = Path(__file__).parents[2] / "examples" / "constructs"
SHARED = "ServerlessStackShared"

Json = dict[str, Any]


@dataclass(frozen=True)
class Resource:
    """A resource of a template.

    Attributes:
        path: The path of its construct, below the stack.
        body: The resource as it is in the template.
        stack: The name of its stack.
    """

    path: str
    body: Json
    stack: str

    @property
    def kind(self) -> str:
        return str(self.body["Type"])

    @property
    def properties(self) -> Json:
        return dict(self.body.get("Properties", {}))

    @property
    def is_shared(self) -> bool:
        """Whether all constructs of the stack share it."""
        return self.path.startswith(SHARED)

    def is_below(self, construct: str) -> bool:
        """Whether a construct created it; the empty path is the app."""
        return self.path == construct or self.path.startswith(construct and f"{construct}/")


@cache
def assembly_of(example: str) -> cxapi.CloudAssembly:
    """Run an example, and return its cloud assembly."""
    with contextlib.chdir(EXAMPLES):
        app: cdk.App = runpy.run_path(f"{example}.py")["app"]
    return app.synth()


@cache
def resources_of(example: str) -> tuple[Resource, ...]:
    """Run an example, and return the resources of its stacks."""
    return tuple(
        resource
        for stack in sorted(assembly_of(example).stacks, key=lambda stack: str(stack.stack_name))
        for resource in _resources(stack)
    )


def _resources(stack: cxapi.CloudFormationStackArtifact) -> list[Resource]:
    paths = {
        str(entry.data): entry.path.strip("/").partition("/")[2]
        for entry in stack.find_metadata_by_type("aws:cdk:logicalId")
    }
    return [
        Resource(paths.get(logical_id, logical_id), body, stack.stack_name)
        for logical_id, body in stack.template["Resources"].items()
    ]


def names() -> list[str]:
    """List the examples by name."""
    return sorted(name.removesuffix(".py") for name in os.listdir(EXAMPLES) if name[-3:] == ".py")
