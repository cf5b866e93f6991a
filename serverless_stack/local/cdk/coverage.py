"""What a CDK app uses and the local cloud does not model, found before the deployment."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from serverless_stack.local.cdk.assembly import Stack

_RUNTIMES = ("java", "python", "nodejs", "provided")
_BEHAVIOUR_FEATURES = {
    "TrustedSigners": "signers of AWS accounts: their signatures are refused",
}


def unmodelled(stacks: Sequence[Stack], types: Collection[str]) -> list[str]:
    """Return what prevents a deployment to the local cloud, a line for each resource.

    Args:
        stacks: The stacks to deploy.
        types: The resource types that the local cloud models.
    """
    lines = []
    for stack in stacks:
        functions = []
        for template in stack.templates:
            for path, kind, properties in template.resources():
                if not kind.startswith("Custom::") and kind not in types:
                    lines.append(f"{kind} ({path})")
                if kind == "AWS::Lambda::Function" and properties.get("PackageType") == "Image":
                    functions.append(path)
        lines += [f"functions of container images ({path})" for path in functions]
        if stack.images and not functions:
            lines.append(f"container images, which Docker builds ({stack.name})")
    return list(dict.fromkeys(lines))


def ignored(stacks: Sequence[Stack], types: Mapping[str, bool]) -> list[str]:
    """Return what the local cloud deploys, but does not do, a line for each use.

    Args:
        stacks: The stacks to deploy.
        types: The resource types that the local cloud deploys, and whether they have an effect.
    """
    lines = []
    for stack in stacks:
        for template in stack.templates:
            for path, kind, properties in template.resources():
                lines += [f"{feature} ({path})" for feature in _features(kind, properties)]
                if types.get(kind) is False:
                    lines.append(f"{kind}: a record without effect ({path})")
    return list(dict.fromkeys(lines))


def _features(kind: str, properties: Mapping[str, object]) -> Iterator[str]:
    if kind == "AWS::Lambda::Function":
        runtime = properties.get("Runtime")
        if isinstance(runtime, str) and not runtime.startswith(_RUNTIMES):
            yield f"the runtime {runtime}: calls of the function fail"
        if _mapping(properties.get("SnapStart")).get("ApplyOn") == "PublishedVersions":
            yield "SnapStart: every environment loads the code itself"
    elif kind in ("AWS::Lambda::Alias", "AWS::Lambda::Version"):
        if properties.get("ProvisionedConcurrencyConfig"):
            yield "provisioned concurrency: environments start when they are called"
    elif kind == "AWS::ApiGateway::Method":
        if _mapping(properties.get("Integration")).get("ResponseTransferMode") == "STREAM":
            yield "response streaming of REST APIs: calls of the function fail"
    elif kind == "AWS::CloudFront::Distribution":
        config = _mapping(properties.get("DistributionConfig"))
        behaviours = [config.get("DefaultCacheBehavior"), *_list(config.get("CacheBehaviors"))]
        for behaviour in map(_mapping, behaviours):
            yield from (text for name, text in _BEHAVIOUR_FEATURES.items() if behaviour.get(name))
        if config.get("ViewerMtlsConfig"):
            yield "client certificates of viewers: a distribution asks for none"
        if config.get("WebACLId"):
            yield (
                "AWS WAF in front of a distribution: only rates, IP sets and countries are checked"
            )


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
