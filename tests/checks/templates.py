"""Templates that AWS accepts: our snapshots, plain CDK, and those written by hand."""

from functools import cache
from pathlib import Path

from serverless_stack.testing.review.sources import files
from serverless_stack.testing.snapshots import rendering

TESTS = Path(__file__).parents[1]
REGION = "eu-west-1"

Template = dict[str, object]


@cache
def snapshots() -> dict[str, Template]:
    """The template snapshots of this repository, by their paths."""
    return {
        str(path.relative_to(TESTS)): rendering.parse(path.read_text())
        for path in sorted(TESTS.rglob("__snapshots__/**/*.template.yaml"))
    }


@cache
def hand_written() -> dict[str, Template]:
    """The hand-written templates, by their names."""
    return {
        path.name: dict(stack.template)
        for path in sorted((TESTS / "testing" / "stacks" / "templates").iterdir())
        for stack in files.read(path)
    }


def plain_cdk(folder: Path) -> dict[str, Template]:
    """The stacks of plain CDK, synthesised below a folder."""
    from tests.testing.stacks import catalog  # loads all of CDK

    handler = folder / "handler"
    handler.mkdir(parents=True)
    (handler / "index.py").write_text("def handler(event, context): return 1\n")
    assembly = catalog.app(handler, folder / "out").synth().directory
    return {stack.name: dict(stack.template) for stack in files.read(Path(assembly))}
