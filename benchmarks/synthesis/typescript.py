"""The twin in TypeScript, compiled once; npm installs what it needs."""

import importlib.metadata
import json
import shutil
import subprocess
from pathlib import Path

from benchmarks.synthesis.processes import APPS

TYPESCRIPT = "5.9.3"
TYPES_OF_NODE = "24.10.0"


def compile_twin(folder: Path) -> Path | None:
    """Install CDK and TypeScript into a folder, and return the compiled twin.

    CDK has the version that Python uses.

    Args:
        folder: The folder.

    Returns:
        The JavaScript file, or None if npm is missing or cannot install.
    """
    npm = shutil.which("npm")
    if npm is None:
        return None
    packages = [
        *(f"{name}@{importlib.metadata.version(name)}" for name in ("aws-cdk-lib", "constructs")),
        f"typescript@{TYPESCRIPT}",
        f"@types/node@{TYPES_OF_NODE}",
    ]
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps({"private": True}))
    installed = subprocess.run(
        [npm, "install", "--silent", "--no-audit", "--no-fund", *packages], cwd=folder, check=False
    )
    if installed.returncode:
        return None
    shutil.copy(APPS / "plain.ts", folder)
    options = ["--strict", "--target", "es2022", "--module", "commonjs", "--skipLibCheck"]
    subprocess.run(
        [folder / "node_modules" / ".bin" / "tsc", *options, "--types", "node", "plain.ts"],
        cwd=folder,
        check=True,
    )
    return folder / "plain.js"
