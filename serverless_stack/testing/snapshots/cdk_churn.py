"""Values in CDK's templates that change with code, versions and machines."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from serverless_stack.testing.templates import PATH_KEY

ASSET = "<asset>"
HASH = "HASH"
ASSET_HASH = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{64}(?![0-9A-Za-z])")

LISTED = (
    f"hashes of assets -> {ASSET}; in names of parameters -> the resource that uses the asset",
    f"hashes of contents in names of API deployments and function versions -> {HASH}",
    "inline code of functions -> <code>",
    "runtime, handler and description of CDK's own functions -> <runtime>, <handler>, ...",
    "bootstrap version, CDK's analytics and lists of regions -> <bootstrap version>, ...",
    "metadata of CDK: left out; paths of constructs are comments",
)

_FUNCTION = "AWS::Lambda::Function"
_VERSIONED_TYPES = ("AWS::ApiGateway::Deployment", "AWS::Lambda::Version")
_VERSIONED = re.compile(r"(.+)([0-9a-f]{32})")
# Other stacks do not have the resource, but a reference to it or an export's name.
_REFERRED = re.compile(r"((?:CurrentVersion|Deployment)[0-9A-F]{8})[0-9a-f]{32}")
_EXPORT = re.compile(rf"(ExportsOutput(?:Ref|FnGetAtt)\w*?{HASH}\w*?)[0-9A-F]{{8}}\b")
_ANY_HASH = re.compile(r"[0-9a-f]{64}")

# Functions that CDK adds for its custom resources, by logical id or description.
_OWN_IDS = re.compile(
    r"CustomResourceProviderHandler[0-9A-F]{8}$"
    r"|679f53fac002430cb0da5b7982bd2287"  # AwsCustomResource
    r"|aae0aa3c5b4d4f87b02d85b201efdd8a"  # log retention
    r"|050a0587b7544547bf325f094a3db834"  # bucket notifications
    r"|8693BB64968944B69AAFB0CC9EB8756C"  # bucket deployment
    r"|8693BB64968944B69AAFB0CC9EB8757C"  # EventBridge logs
    r"|b4cf1abd4e4f4bc699441af7ccd9ec37"  # SSM and pipelines
    r"|8a0c93f3dbef4b71ac137aaf2048ce7e"  # calls to another region
    r"|224e77f9a32e4b4dac32983477abba16",  # SES spam filter
    re.IGNORECASE,
)
_OWN_DESCRIPTIONS = re.compile(
    r"AWS CDK resource provider framework - |(onEvent|isComplete) handler for EKS "
)
_RUNTIME_MAPS = ("LatestNodeRuntimeMap", "DefaultCrNodeVersionMap")


def resources(template: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the resources without loops such as `Fn::ForEach::Topics`, which are lists."""
    for name, resource in template.get("Resources", {}).items():
        if isinstance(resource, dict):
            yield name, resource


def remove_metadata(template: dict[str, Any]) -> None:
    """Remove metadata of assets and of CDK, except for construct paths."""
    for _, resource in resources(template):
        metadata = resource.get("Metadata")
        if not isinstance(metadata, dict):
            continue
        for key in list(metadata):
            if key.startswith(("aws:cdk:", "aws:asset:")) and key != PATH_KEY:
                del metadata[key]
        if not metadata:
            del resource["Metadata"]


def names(template: dict[str, Any]) -> Iterator[tuple[re.Pattern[str], str]]:
    """Return patterns and replacements for names, wherever they are used."""
    versioned = {
        match[1]
        for name, resource in resources(template)
        if resource.get("Type") in _VERSIONED_TYPES and (match := _VERSIONED.fullmatch(name))
    }
    if versioned:
        stems = "|".join(re.escape(stem) for stem in sorted(versioned, key=lambda s: (-len(s), s)))
        yield re.compile(rf"({stems})[0-9a-f]{{32}}"), rf"\1{HASH}"
    yield _REFERRED, rf"\1{HASH}"
    yield _EXPORT, rf"\1{HASH}"
    yield from _parameters(template)


def _parameters(template: dict[str, Any]) -> Iterator[tuple[re.Pattern[str], str]]:
    """Return replacements that name parameters of assets after a resource that uses them."""
    hashes = {
        found[0]: name
        for name in template.get("Parameters", {})
        if (found := _ANY_HASH.search(name))
    }
    if not hashes:
        return
    # Functions first: they say more about an asset than a policy that reads it.
    users = sorted(
        resources(template), key=lambda each: (each[1].get("Type") != _FUNCTION, each[0])
    )
    texts = {name: json.dumps(resource) for name, resource in users}
    used = defaultdict(list)
    for each in hashes:
        user = next((name for name, text in texts.items() if each in text), "Unused")
        used[user].append(each)
    for user, of_user in used.items():
        of_user.sort(key=lambda each: (texts.get(user, "").find(each), each))
        for number, each in enumerate(of_user, start=1):
            label = user if number == 1 else f"{user}{number}"
            # The rest of the name ends in a hash, or in an attribute and a hash.
            tail = "(S3Bucket|S3VersionKey|ArtifactHash)[0-9A-F]{8}"
            yield re.compile(rf"(?<=AssetParameters){each}{tail}"), rf"{label}\1"


def replace_own_code(template: dict[str, Any]) -> None:
    """Replace the inline code of functions, and runtime and handler of CDK's own functions."""
    for name, resource in resources(template):
        properties = resource.get("Properties")
        if resource.get("Type") != _FUNCTION or not isinstance(properties, dict):
            continue
        code = properties.get("Code")
        if isinstance(code, dict) and "ZipFile" in code:
            code["ZipFile"] = "<code>"
        if _OWN_IDS.search(name) or _OWN_DESCRIPTIONS.match(str(properties.get("Description"))):
            # The description may name the bucket that was created first.
            for key in ("Runtime", "Handler", "Description"):
                if key in properties:
                    properties[key] = f"<{key.lower()}>"


def replace_versions(template: dict[str, Any]) -> None:
    """Replace values that depend on the versions of CDK and of the bootstrap stack."""
    rule = template.get("Rules", {}).get("CheckBootstrapVersion")
    if rule:
        rule["Assertions"] = [{"Assert": "<bootstrap version>"}]
    for _, resource in resources(template):
        if resource.get("Type") == "AWS::CDK::Metadata":
            resource["Properties"] = {"Analytics": "<analytics>"}
    if "CDKMetadataAvailable" in template.get("Conditions", {}):
        template["Conditions"]["CDKMetadataAvailable"] = "<regions>"
    for name in _RUNTIME_MAPS:
        if name in template.get("Mappings", {}):
            template["Mappings"][name] = {"<region>": {"value": "<runtime>"}}
