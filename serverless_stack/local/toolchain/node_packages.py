"""The `node_modules` of a cloud, which its Node.js functions find in a folder above theirs."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from serverless_stack.local.cdk.assembly import Stack
from serverless_stack.local.progress import Phases
from serverless_stack.local.toolchain.install import node_modules
from serverless_stack.local.toolchain.sdk import packages_of


def provide(cloud: Path, stacks: Sequence[Stack], phases: Phases) -> None:
    """Install the packages of the AWS SDK that the functions of stacks import.

    The packages of earlier deployments stay, because their functions stay.

    Args:
        cloud: The folder of the cloud.
        stacks: The stacks to deploy.
        phases: Receives the progress.

    Raises:
        CommandError: The packages cannot be installed.
        PrerequisitesError: Node.js 20 or newer, or npm, is missing.
    """
    link = cloud / "node_modules"
    present = _present(link)
    packages = {*present, *packages_of(stacks)}
    if packages == present:
        return
    with phases.phase("AWS SDK"):
        phases.detail("installing clients for Node.js functions, once")
        folder = node_modules(sorted(packages))
        temporary = cloud / f"node_modules.{os.getpid()}"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(folder)
        temporary.replace(link)


def _present(link: Path) -> set[str]:
    try:
        root = json.loads((link.resolve().parent / "package.json").read_text("utf-8"))
    except FileNotFoundError:
        return set()
    return set(root["dependencies"])
