"""Who asks S3, and where it is, as far as the environment alone says it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# What these say is understood here; any other variable of AWS is left to botocore.
_UNDERSTOOD = {
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_S3",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_EXECUTION_ENV",
    "AWS_PAGER",
    "AWS_CA_BUNDLE",
}
_PROXIES = {"http_proxy", "https_proxy", "all_proxy"}
_PLAIN_REGION = re.compile(r"(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d")


@dataclass(frozen=True)
class Access:
    """Who asks, and whom: what the environment says.

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
    """What the environment says, or None if botocore should find it out.

    Args:
        environment: The variables.
        home: The home folder: a configuration of AWS in it may say more.
    """
    get = environment.get
    region = get("AWS_DEFAULT_REGION", "")
    understood = all(
        name in _UNDERSTOOD or not (name.startswith("AWS_") or name.lower() in _PROXIES)
        for name, value in environment.items()
        if value
    )
    found = Access(
        get("AWS_ACCESS_KEY_ID", ""),
        get("AWS_SECRET_ACCESS_KEY", ""),
        get("AWS_SESSION_TOKEN", ""),
        region,
        get("AWS_ENDPOINT_URL_S3") or get("AWS_ENDPOINT_URL", ""),
        get("AWS_CA_BUNDLE", ""),
    )
    plain = (
        understood
        and found.key_id
        and found.secret
        and get("AWS_REGION", region) == region
        and (_PLAIN_REGION.fullmatch(region) and not region.startswith("us-gov"))
        and not (home / ".aws" / "config").exists()
    )
    return found if plain else None


def environment_access() -> Access | None:
    """What the environment of this process says."""
    return access(os.environ, Path.home())
