"""`serverless-stack diagram`: a picture of a synthesized application."""

import enum
from pathlib import Path
from typing import Annotated

import typer

from serverless_stack import diagrams
from serverless_stack._shared.text import counted, did_you_mean
from serverless_stack.checks.integrations import assembly
from serverless_stack.cli import templates
from serverless_stack.cli.commands.diagram.files import Style, require_format, write
from serverless_stack.cli.errors import handled
from serverless_stack.cli.options import Json, Quiet
from serverless_stack.cli.output import Output, fail
from serverless_stack.cli.statuses import ExitStatus
from serverless_stack.diagrams import StackTemplate
from serverless_stack.testing.template_text import SourceError


class Direction(enum.Enum):
    """Where requests go."""

    AUTO = "auto"
    RIGHT = "right"
    DOWN = "down"


Targets = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="TARGET",
        help="A cloud assembly, a template (JSON or YAML), or a folder of templates.",
        show_default=str(templates.DEFAULT),
    ),
]
OutputFile = Annotated[
    Path,
    typer.Option(
        "--output", "-o", metavar="FILE", help="The file: .svg, .html, .mmd (Mermaid) or .d2."
    ),
]
Stacks = Annotated[
    list[str] | None,
    typer.Option("--stack", metavar="STACK", help="Draw only this stack. Repeatable."),
]
All = Annotated[
    bool,
    typer.Option("--all", help="Draw alarms, keys, log groups, endpoints and the like as well."),
]
Title = Annotated[
    str | None, typer.Option("--title", help="The title.", show_default="the stacks' names")
]
To = Annotated[
    Direction, typer.Option("--direction", help="Where requests go; auto is what fits a screen.")
]
IconFolder = Annotated[
    Path | None,
    typer.Option("--icons", metavar="FOLDER", help="The folder of AWS's icons, unzipped."),
]


def diagram(
    targets: Targets = None,
    output_file: OutputFile = Path("stack.html"),
    stacks: Stacks = None,
    details: All = False,
    title: Title = None,
    direction: To = Direction.AUTO,
    icons: IconFolder = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draw the synthesized application.

    Example: serverless-stack diagram -o stack.svg (all stacks that `cdk synth` wrote to cdk.out)

    Example: serverless-stack diagram template.yaml -o stack.mmd (for Markdown, without Node.js)

    JSON: output, resources, boxes, connections, stacks.

    Exit status: 0 if written, 1 if the layout or the file failed,
    2 if a template cannot be read or an option is invalid.
    """
    output = Output(as_json, quiet)
    require_format(output_file)
    with handled():
        read = [each for target in targets or [templates.DEFAULT] for each in _read(target)]
        chosen = _selected(read, stacks or [])
        try:
            graph = diagrams.graph(chosen, title=title, details=details)
        except ValueError as error:
            raise SourceError(str(error)) from error
        write(graph, output_file, Style(direction.value, icons), output)
    boxes = sum(bool(node.members) for node in graph.nodes)
    output.document(
        {
            "output": output_file,
            "resources": graph.resources,
            "boxes": boxes,
            "connections": len(graph.edges),
            "stacks": sorted(stack.name for stack in chosen),
        }
    )
    resources = counted(graph.resources, "resource")
    output.line(f"{output_file}: {resources} in {boxes} {'box' if boxes == 1 else 'boxes'}")


def _read(target: Path) -> list[StackTemplate]:
    templates.require_present(target)
    if not target.is_dir():
        return [StackTemplate("", templates.read(target))]
    if not (target / assembly.MANIFEST).is_file():
        inside = target / templates.DEFAULT
        if not (inside / assembly.MANIFEST).is_file():
            found = templates.in_folder(target)
            return [StackTemplate(path.stem, template) for path, template in found]
        target = inside
    try:
        return diagrams.stacks_of(target)
    except (OSError, ValueError, RecursionError) as error:
        raise SourceError(f"{target} cannot be read as a cloud assembly: {error}") from error


def _selected(stacks: list[StackTemplate], names: list[str]) -> list[StackTemplate]:
    """Return the stacks of some names, with their nested stacks."""
    known = sorted(stack.name for stack in stacks)
    missing = [name for name in names if name not in known]
    if missing:
        hint = did_you_mean(missing[0], known) or ";"
        fail(
            f"there is no stack {missing[0]}{hint} there is: {', '.join(known)}", ExitStatus.REFUSED
        )
    if not names:
        return stacks
    return [
        stack
        for stack in stacks
        if any(stack.name == name or stack.name.startswith(f"{name}/") for name in names)
    ]
