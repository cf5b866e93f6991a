"""The command and its options."""

import shlex
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from serverless_stack._shared.text import counted, visible_line
from serverless_stack.cli.commands.init import names, template, versions, writing
from serverless_stack.cli.errors import handled
from serverless_stack.cli.output import Output, fail
from serverless_stack.cli.statuses import ExitStatus


class Ci(Enum):
    """Where the tests of the project run."""

    GITHUB = "github"
    NONE = "none"


@dataclass(frozen=True)
class Choices:
    """What the project is made of."""

    name: str
    redis: bool
    memcached: bool
    ci: Ci

    @property
    def caches(self) -> list[str]:
        """The caches that were asked for."""
        chosen = {"redis": self.redis, "memcached": self.memcached}
        return [cache for cache, wanted in chosen.items() if wanted]


Folder = Annotated[
    Path, typer.Argument(metavar="FOLDER", help="The folder of the project, created if missing.")
]
Name = Annotated[
    str | None, typer.Option("--name", help="The stack's name.", show_default="the folder's")
]
Redis = Annotated[
    bool | None,
    typer.Option(
        "--redis/--no-redis", help="A Redis cache, billed by the hour.", show_default="no"
    ),
]
Memcached = Annotated[
    bool | None,
    typer.Option(
        "--memcached/--no-memcached",
        help="A Memcached cache, billed by the hour.",
        show_default="no",
    ),
]
CiOption = Annotated[
    Ci | None, typer.Option("--ci", help="The workflow for CI.", show_default="github")
]
Merge = Annotated[
    bool,
    typer.Option("--merge", help="Add to a folder with files. Existing files stay as they are."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing: take the defaults.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and ask nothing.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors alone, and ask nothing.")]


def init(
    folder: Folder = Path("."),
    name: Name = None,
    redis: Redis = None,
    memcached: Memcached = None,
    ci: CiOption = None,
    merge: Merge = False,
    yes: Yes = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Create a project that `serverless-stack local deploy` deploys: a page, an API and tests.

    Nothing that exists is overwritten. On a terminal, it asks what the options do not say.

    Example: serverless-stack init shop

    JSON: folder, name, created, kept.

    Exit status: 0 if created, 2 if the folder is not empty or an option is invalid.
    """
    output = Output(as_json, quiet)
    with handled():
        asks = not (yes or output.is_silent) and sys.stdin.isatty() and sys.stdout.isatty()
        place = folder.resolve()
        if name is not None and (problem := names.problem(name)):
            raise typer.BadParameter(problem)
        required = versions.versions()
        try:
            # Before the questions: their answers change neither the folder nor most paths.
            all_files = template.project_files({**required, "stack": "App"}, [], ci=True)
            writing.check_folder(place, list(all_files), merge=merge)
        except writing.FolderError as error:
            fail(str(error), ExitStatus.REFUSED)
        choices = _choices(place, name, redis, memcached, ci, asks=asks)
        values = {**required, "stack": choices.name}
        files = template.project_files(values, choices.caches, ci=choices.ci is Ci.GITHUB)
        written = writing.write(place, files)
        output.document(
            {
                "folder": place,
                "name": choices.name,
                "created": written.created,
                "kept": written.kept,
            }
        )
        if not output.is_silent:
            _show(output, folder, choices, written)
            if versions.is_local(required["library"]):
                output.message(
                    "requirements.txt installs serverless-stack from a path of this machine: "
                    "replace it by the URL of a wheel before you share the project."
                )


def _choices(
    place: Path,
    name: str | None,
    redis: bool | None,
    memcached: bool | None,
    ci: Ci | None,
    *,
    asks: bool,
) -> Choices:
    """Return the options, completed by questions or by the defaults."""
    if name is None:
        name = names.stack_name(place.name)
        while asks:
            name = typer.prompt("Name of the stack", default=name)
            if not (problem := names.problem(name)):
                break
            typer.echo(problem, err=True)
            name = names.stack_name(name)
    if asks:
        if redis is None:
            redis = typer.confirm("Redis cache, billed by the hour on AWS?", default=False)
        if memcached is None:
            memcached = typer.confirm("Memcached cache, billed by the hour on AWS?", default=False)
        if ci is None:
            ci = Ci.GITHUB if typer.confirm("Workflow for GitHub Actions?", default=True) else None
            ci = ci or Ci.NONE
    return Choices(name, bool(redis), bool(memcached), ci or Ci.GITHUB)


def _show(output: Output, folder: Path, choices: Choices, written: writing.Written) -> None:
    """Print what was written, and the commands that follow."""
    console = output.console
    title = Text("Created ").append(choices.name, "bold")
    title.append(visible_line(f" in {folder}: {counted(len(written.created), 'file')}"))
    if written.created:
        console.print(title, soft_wrap=True)
    if written.kept:
        kept = f"These existed and stay as they are: {', '.join(written.kept)}"
        console.print(Text(visible_line(kept)), soft_wrap=True)
    if written.created and choices.name != folder.resolve().name:
        console.print(Text(f"The stack is called {choices.name}: see app.py."))
    commands = [
        ("serverless-stack local deploy", "deploy it to this machine"),
        ("pytest", "test it"),
        ("serverless-stack local down", "stop the local cloud"),
    ]
    if folder.resolve() != Path.cwd():
        commands.insert(0, (f"cd {shlex.quote(str(folder))}", ""))
    width = max(len(command) for command, _purpose in commands)
    console.print()
    console.print(Text("Next", "bold"))
    for command, purpose in commands:
        line = Text("  ").append(visible_line(command).ljust(width), "cyan")
        line.append(f"  {purpose}", "dim").rstrip()
        console.print(line, soft_wrap=True)
