"""The layers of a function: whether they fit it, and how large they are with its code."""

from collections.abc import Sequence

from aws_cdk import aws_lambda as lambda_

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.runtimes import name_of
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.function.artifacts import staged_artifact
from serverless_stack.constructs.function.source import MAX_UNZIPPED_BYTES, size_problems

_MAX_LAYERS = 5  # "Lambda quotas"
_MIB = 1024**2


def layer_problems(
    layers: Sequence[lambda_.ILayerVersion],
    runtime: lambda_.Runtime,
    architecture: lambda_.Architecture,
) -> list[str]:
    """Check the layers of a function.

    Args:
        layers: The layers.
        runtime: The runtime of the function.
        architecture: Its instruction set.

    Returns:
        One message per problem.
    """
    problems = Problems()
    if len(layers) > _MAX_LAYERS:
        problems.fail(f"`layers` must have {_MAX_LAYERS} layers at most, got: {len(layers)}")
    paths = [path_of(layer) for layer in layers]
    repeated = sorted({path for path in paths if paths.count(path) > 1})
    if repeated:
        problems.fail(f"`layers` must have each layer once, got again: {', '.join(repeated)}")
    for layer in layers:
        runtimes = [item.name for item in layer.compatible_runtimes or ()]
        if runtimes and name_of(runtime) not in runtimes:
            problems.fail(
                f"`layers` must fit {name_of(runtime)}, got: {path_of(layer)}, which is for "
                f"{', '.join(runtimes)}"
            )
        if isinstance(layer, lambda_.LayerVersion):
            # CDK keeps the architectures of a layer in its resource only.
            raw = layer.node.default_child
            names = getattr(raw, "compatible_architectures", None) or ()
            if names and name_of(architecture) not in names:
                problems.fail(
                    f"`layers` must fit {name_of(architecture)}, got: {path_of(layer)}, which is "
                    f"for {', '.join(names)}"
                )
    return problems.messages


def size_problems_with(size: int, layers: Sequence[lambda_.ILayerVersion]) -> list[str]:
    """Check the unzipped size of a package with its layers, as far as they are of this app.

    Args:
        size: The size of the package in bytes.
        layers: The layers.

    Returns:
        One message per problem.
    """
    sizes = _sizes(layers)
    if size + sum(sizes) <= MAX_UNZIPPED_BYTES or size > MAX_UNZIPPED_BYTES or not sizes:
        return size_problems(size)
    return [
        f"`code` and `layers` must be {MAX_UNZIPPED_BYTES // _MIB} MiB at most together, "
        f"unzipped, got: {size / _MIB:.1f} MiB and {sum(sizes) / _MIB:.1f} MiB"
    ]


def room_beside(layers: Sequence[lambda_.ILayerVersion]) -> int:
    """Return the largest size of a package in bytes, unzipped, with layers.

    Args:
        layers: The layers, of which those of this app count.
    """
    return MAX_UNZIPPED_BYTES - sum(_sizes(layers))


def _sizes(layers: Sequence[lambda_.ILayerVersion]) -> list[int]:
    artifacts = [staged_artifact(layer) for layer in layers]
    return [artifact.size for artifact in artifacts if artifact is not None]
