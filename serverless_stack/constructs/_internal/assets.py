"""What a folder has that must not become part of an asset: the output of ``cdk synth``."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from serverless_stack.constructs._internal.once import once_per_object

if TYPE_CHECKING:  # a package is made without loading CDK
    from aws_cdk import Stage
    from constructs import IConstruct

CLOUD_ASSEMBLY_FILES = {"cdk.out", "manifest.json"}


def synth_outputs(scope: "IConstruct", folder: Path) -> list[str]:
    """Return the folders in a folder that ``cdk synth`` writes, relative to it.

    They change with each synthesis, so that an asset with them would have another hash each time.

    Args:
        scope: Any construct of the app that is being synthesized.
        folder: The folder of an asset.
    """
    from serverless_stack.constructs._internal.tree import stage_of

    stage = stage_of(scope)
    outputs = {path for path in folder.iterdir() if is_cloud_assembly(path)}
    if stage is not None:
        outputs.add(Path(_asset_folder(stage)))
    here = folder.resolve()
    resolved = [path.resolve() for path in outputs]
    return sorted(path.relative_to(here).as_posix() for path in resolved if here in path.parents)


@once_per_object
def _asset_folder(stage: "Stage") -> str:
    return stage.asset_outdir


def is_cloud_assembly(folder: Path) -> bool:
    """Return whether a folder has been written by ``cdk synth``."""
    return all((folder / name).is_file() for name in CLOUD_ASSEMBLY_FILES)


def ignore_pattern(path: str) -> str:
    """Return a pattern for CDK's ignore modes that matches this path only."""
    return re.sub(r"([\\*?\[\]{}()!#@+|^$])", r"\\\1", path)
