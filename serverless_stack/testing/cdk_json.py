"""The settings of a CDK app: `cdk.json` and `cdk.context.json` in its folder, `~/.cdk.json`."""

from __future__ import annotations

import json
from pathlib import Path

from serverless_stack.testing.template_text import SourceError

CDK_JSON = "cdk.json"
CDK_CONTEXT = "cdk.context.json"
USER_CDK_JSON = ".cdk.json"


def context_of(folder: Path, label: str, *, lookups: Path | None = None) -> dict[str, object]:
    """Return the context and feature flags of an app, as `cdk synth` reads them.

    `cdk.json` takes precedence over `cdk.context.json`, and that over the user's `~/.cdk.json`.

    Args:
        folder: The folder of the app. Files that it does not have count as empty.
        label: The name of the folder for messages.
        lookups: The cdk.context.json to use if the folder has none.

    Raises:
        SourceError: A file is not a JSON object.
    """
    looked_up = folder / CDK_CONTEXT
    if not looked_up.is_file() and lookups is not None:
        looked_up = lookups
    return {
        **_context(Path.home() / USER_CDK_JSON, "the home folder"),
        **(read_json(looked_up, label) if looked_up.is_file() else {}),
        **_context(folder / CDK_JSON, label),
    }


def _context(path: Path, label: str) -> dict[str, object]:
    """Return the context in a `cdk.json`, if there is one."""
    stored = read_json(path, label).get("context") if path.is_file() else None
    return stored if isinstance(stored, dict) else {}


def read_json(path: Path, label: str) -> dict[str, object]:
    """Return the JSON object in a file.

    Args:
        path: The file.
        label: The name of its folder for messages.

    Raises:
        SourceError: The file is not a JSON object.
    """
    try:
        content = json.loads(path.read_text("utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"the {path.name} of {label} is not JSON: {error}") from error
    if not isinstance(content, dict):
        raise SourceError(f"the {path.name} of {label} must be a JSON object")
    return content
