"""Writing a diagram into a file, in the format of its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from serverless_stack import diagrams
from serverless_stack.cli.output import Output, fail, print_text
from serverless_stack.cli.statuses import ExitStatus
from serverless_stack.diagrams import Graph, Icons
from serverless_stack.local.errors import CommandError, PrerequisitesError
from serverless_stack.local.toolchain.layouts import layout_engine

Direction = Literal["auto", "right", "down"]
FORMATS = (".svg", ".html", ".mmd", ".d2")
STDOUT = Path("-")
_NO_NODE = "Mermaid and D2 need no Node.js: name a file that ends with .mmd or .d2"


@dataclass(frozen=True)
class Style:
    """How a diagram is drawn.

    Attributes:
        direction: Where requests go.
        icons: The folder with AWS's icons. Default: the library's own glyphs.
    """

    direction: Direction = "auto"
    icons: Path | None = None


def require_format(path: Path, option: str = "--output") -> None:
    """End the command unless a file can be written in the format of its name."""
    if path.suffix.lower() not in FORMATS:
        formats = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"
        fail(f"`{option}` must end with {formats}, got: {path}", ExitStatus.REFUSED)
    if not path.absolute().parent.is_dir():
        fail(f"the folder of `{option}` must exist, got: {path}", ExitStatus.REFUSED)


def write(graph: Graph, path: Path, style: Style, output: Output) -> None:
    """Write a diagram.

    Args:
        graph: The diagram.
        path: The file.
        style: How it is drawn.
        output: Shows the progress.

    Raises:
        OSError: The file cannot be written.
        typer.Exit: It cannot be drawn; the message was printed.
    """
    suffix = path.suffix.lower()
    direction: Literal["right", "down"] = "right" if style.direction == "auto" else style.direction
    if suffix == ".mmd":
        text = diagrams.to_mermaid(graph, direction)
    elif suffix == ".d2":
        text = diagrams.to_d2(graph, direction)
    else:
        icons = _icons(style.icons)
        drawing = _drawing(graph, style.direction, output)
        draw = diagrams.to_html if suffix == ".html" else diagrams.to_svg
        text = draw(drawing, icons=icons)
    # JSON may have halves of surrogate pairs, which no encoding has.
    path.write_bytes(text.encode("utf-8", "replace"))


def _icons(folder: Path | None) -> Icons | None:
    try:
        return None if folder is None else Icons(folder)
    except ValueError as error:
        fail(f"`--icons`: {error}", ExitStatus.REFUSED)


def _drawing(graph: Graph, direction: Direction, output: Output) -> diagrams.Drawing:
    try:
        with output.working("drawing"):
            return diagrams.layout(graph, layout_engine(), direction)
    except PrerequisitesError as error:
        _print_problems("a picture needs Node.js, for its layout", error.problems)
        fail(_NO_NODE, ExitStatus.REFUSED)
    except CommandError as error:
        _print_problems("", [error.log.expandtabs()] if error.log else [])
        fail(f"{error}; {_NO_NODE}")
    except diagrams.LayoutError as error:
        fail(str(error))


def _print_problems(title: str, problems: Sequence[str]) -> None:
    for text in ([f"{title}:"] if title else []) + [f"- {problem}" for problem in problems]:
        print_text(text)
