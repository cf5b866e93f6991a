"""Who asks S3, and where it is, as far as the environment and plain files say it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# What these say is understood here, or has nothing to do with S3; any other variable of AWS is left
# to botocore.
_UNDERSTOOD = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EXECUTION_ENV",
    "AWS_PAGER",
    "AWS_DEFAULT_OUTPUT",
    "AWS_MAX_ATTEMPTS",
    "AWS_RETRY_MODE",
    "AWS_CA_BUNDLE",
}
_OF_OTHERS = ("AWS_ENDPOINT_URL_", "AWS_CLI_", "AWS_LAMBDA_")
_PROXIES = {"http_proxy", "https_proxy", "all_proxy"}
_PLAIN_REGION = re.compile(r"(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d")
_PLAIN_OPTIONS = {"region", "output", "max_attempts", "retry_mode"}
_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")


@dataclass(frozen=True)
class Access:
    """Who asks, and whom.

    Attributes:
        key_id: The access key.
        secret: Its secret.
        token: The token of temporary credentials, or "".
        region: The region that requests are signed for.
        endpoint: The endpoint of S3, or "" for that of the region.
        authorities: A file of certificates to trust, or "" for those of the machine.
    """

    key_id: str
    secret: str
    token: str
    region: str
    endpoint: str
    authorities: str = ""


def access(environment: Mapping[str, str], home: Path) -> Access | None:
    """What the environment and the plain part of AWS's files say, or None if botocore has to look.

    Args:
        environment: The variables.
        home: The home folder, in which there may be a configuration of AWS.
    """
    if not all(map(_understood, (name for name, value in environment.items() if value))):
        return None
    config, keys = _default(home, "config"), _default(home, "credentials")
    if config is None or keys is None:
        return None
    get = environment.get
    region = get("AWS_DEFAULT_REGION") or config.get("region", "")
    key_id, secret, token = (get(name.upper(), "") for name in _KEYS)
    if not key_id and not secret:
        key_id, secret, token = (keys.get(name, "") for name in _KEYS)
    plain = (
        key_id
        and secret
        and all(name in _PLAIN_OPTIONS or name.startswith("cli_") for name in config)
        and all(name in _KEYS for name in keys)
        and get("AWS_REGION", region) == region
        and (_PLAIN_REGION.fullmatch(region) and not region.startswith("us-gov"))
    )
    endpoint = get("AWS_ENDPOINT_URL_S3") or get("AWS_ENDPOINT_URL", "")
    found = Access(key_id, secret, token, region, endpoint, get("AWS_CA_BUNDLE", ""))
    return found if plain else None


def _understood(name: str) -> bool:
    if name.startswith("AWS_"):
        return name in _UNDERSTOOD or name.startswith(_OF_OTHERS)
    return name.lower() not in _PROXIES


def _default(home: Path, name: str) -> dict[str, str] | None:
    """The default profile in one of AWS's files; None if it is not plain."""
    path = home / ".aws" / name
    if not path.exists():
        return {}
    from configparser import Error, RawConfigParser

    parser = RawConfigParser()  # as botocore
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (Error, OSError, UnicodeDecodeError):
        return None  # botocore tells what is wrong with it
    sections = [section for section in parser.sections() if "default" in section]
    if sections not in ([], ["default"]):
        return None
    return dict(parser.items("default")) if sections else {}


def environment_access() -> Access | None:
    """What the environment of this process says."""
    return access(os.environ, Path.home())
