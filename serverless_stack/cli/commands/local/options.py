"""Options that the commands of the local cloud share."""

from typing import Annotated

import typer

from serverless_stack.cli.completion import stack_names

Name = Annotated[str, typer.Option("--name", help="The name of the cloud.")]
Stacks = Annotated[
    list[str] | None,
    typer.Argument(
        help="Names or patterns of the stacks.", show_default="all", autocompletion=stack_names
    ),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option(
        "--parameters",
        metavar="[STACK:]NAME=VALUE",
        help="A CloudFormation parameter of the stacks, or of one. Repeatable.",
    ),
]
