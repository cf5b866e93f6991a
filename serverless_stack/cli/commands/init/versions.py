"""What a new project requires: the versions that are installed here."""

import importlib.metadata
import json

from serverless_stack.local.toolchain.cdk import VERSION as CDK_VERSION

_LIBRARY = "serverless-stack"
_EXTRAS = "operations,testing"


def versions() -> dict[str, str]:
    """Return the values of the template that are versions and requirements."""
    return {
        "cdk": CDK_VERSION,
        "library": library_requirement(),
        **{name: importlib.metadata.version(name) for name in ("aws-cdk-lib", "constructs")},
    }


def library_requirement() -> str:
    """Return the requirement that installs this library as it was installed here.

    It has the URL if it came from one, such as that of a wheel, and the version otherwise.
    """
    distribution = importlib.metadata.distribution(_LIBRARY)
    name = f"{_LIBRARY}[{_EXTRAS}]"
    origin = distribution.read_text("direct_url.json")  # PEP 610
    if origin is None:
        return f"{name}=={distribution.version}"
    document = json.loads(origin)
    url = str(document["url"])
    vcs = document.get("vcs_info")
    if vcs is not None:
        url = f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    if "subdirectory" in document:
        url = f"{url}#subdirectory={document['subdirectory']}"
    return f"{name} @ {url}"


def is_local(requirement: str) -> bool:
    """Return whether only this machine can install a requirement."""
    return " @ file:" in requirement
