"""Values that a shell completes."""

import json
from pathlib import Path

import typer


def stack_names(context: typer.Context, incomplete: str) -> list[str]:
    """Return the stacks of the last synthesis that begin with what was typed.

    Args:
        context: The command, with `--app-dir` if it was given.
        incomplete: What was typed.
    """
    folder = Path(context.params.get("app_dir") or ".")
    try:
        manifest = json.loads((folder / "cdk.out" / "manifest.json").read_text("utf-8"))
        artifacts = manifest["artifacts"].items()
        names = [
            str(artifact.get("displayName", name)).split(" ")[0]
            for name, artifact in artifacts
            if artifact["type"] == "aws:cloudformation:stack"
        ]
    except (OSError, ValueError, LookupError, AttributeError):
        return []  # a shell shows nothing, rather than an error
    return sorted(name for name in names if name.startswith(incomplete))
