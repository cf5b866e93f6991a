"""The settings of a CDK app in its folder: `cdk.json` and `cdk.context.json`."""

from __future__ import annotations

import json
from pathlib import Path

from serverless_stack.testing.template_text import SourceError

CDK_JSON = "cdk.json"
CDK_CONTEXT = "cdk.context.json"


def context_of(folder: Path, label: str, *, lookups: Path | None = None) -> dict[str, object]:
    """Return the context and feature flags of an app, as `cdk synth` reads them.

    Args:
        folder: The folder of the app. Files that it does not have count as empty.
        label: The name of the folder for messages.
        lookups: The cdk.context.json to use if the folder has none.

    Raises:
        SourceError: A file is not a JSON object.
    """
    context: dict[str, object] = {}
    if (folder / CDK_JSON).is_file():
        stored = read_json(folder / CDK_JSON, label).get("context")
        context |= stored if isinstance(stored, dict) else {}
    looked_up = folder / CDK_CONTEXT
    if not looked_up.is_file() and lookups is not None:
        looked_up = lookups
    return context | (read_json(looked_up, label) if looked_up.is_file() else {})


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
