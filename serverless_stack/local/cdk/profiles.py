"""The AWS profile that an app names: it leads to the local cloud as well."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path


def write_profiles(app_dir: Path, home: Path, aws_environment: Mapping[str, str]) -> dict[str, str]:
    """Write the profile of the app's cdk.json to files of this cloud.

    Args:
        app_dir: The folder of the app.
        home: The folder of the cloud.
        aws_environment: The variables that lead to the local cloud.

    Returns:
        The variables that select these files instead of the user's.
    """
    config, credentials = home / "aws-config", home / "aws-credentials"
    names = _profiles(app_dir)
    region = aws_environment["AWS_REGION"]
    _write(config, (f"[profile {name}]\nregion = {region}\n" for name in names))
    keys = (
        f"aws_access_key_id = {aws_environment['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {aws_environment['AWS_SECRET_ACCESS_KEY']}\n"
    )
    _write(credentials, (f"[{name}]\n{keys}" for name in names))
    return {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}


def _profiles(app_dir: Path) -> list[str]:
    """Return the profiles that the CDK CLI reads from its configuration files."""
    names = []
    for path in (app_dir / "cdk.json", Path.home() / ".cdk.json"):
        try:
            name = json.loads(path.read_text("utf-8")).get("profile")
        except (OSError, ValueError, AttributeError):
            continue  # the CLI says what is wrong with it
        if isinstance(name, str) and name.isprintable() and "]" not in name:
            names.append(name)
    return list(dict.fromkeys(names))


def _write(path: Path, sections: Iterable[str]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as sink:
        sink.writelines(sections)
