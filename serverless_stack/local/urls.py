"""The URLs of the APIs, distributions and functions of a local cloud."""

import json
from dataclasses import dataclass

URLS_PATH = "/_serverless_stack/urls"
"""The path of the URLs at the AWS endpoint."""
AGE_PATH = "/_serverless_stack/age"
"""The path at the AWS endpoint that makes buckets older."""
CONSOLE_PATH = "/_serverless_stack/console"
"""The path at the AWS endpoint that returns a link to the console."""


@dataclass(frozen=True)
class Api:
    """A stage of a deployed API."""

    id: str
    name: str
    stage: str
    url: str


@dataclass(frozen=True)
class Distribution:
    """A deployed CloudFront distribution."""

    id: str
    domain: str
    url: str


@dataclass(frozen=True)
class FunctionUrl:
    """The URL of a deployed function."""

    id: str
    name: str
    url: str


@dataclass(frozen=True)
class Urls:
    """The URLs of a local cloud."""

    apis: tuple[Api, ...]
    distributions: tuple[Distribution, ...]
    functions: tuple[FunctionUrl, ...] = ()


def parse_urls(body: bytes) -> Urls:
    """Return the URLs from the emulator's response."""
    content = json.loads(body)
    return Urls(
        apis=tuple(Api(a["id"], a["name"], a["stage"], a["url"]) for a in content["apis"]),
        distributions=tuple(
            Distribution(d["id"], d["domain"], d["url"]) for d in content["distributions"]
        ),
        functions=tuple(FunctionUrl(f["id"], f["name"], f["url"]) for f in content["functions"]),
    )
