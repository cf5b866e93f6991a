"""`serverless-stack local`: the commands of the local cloud."""

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from serverless_stack.cli.commands.local import output as local_output
from serverless_stack.cli.errors import handled
from serverless_stack.cli.terminal import report_for
from serverless_stack.local.cdk.commands import account_variables
from serverless_stack.local.cloud import DEFAULT_NAME, LocalCloud
from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes import lifecycle

NOT_RUNNING_STATUS = 3

app = typer.Typer(
    help="Deploy the CDK app of this folder to a cloud on this machine, without an AWS account.",
    no_args_is_help=True,
)

AppDir = Annotated[
    Path, typer.Option("--app-dir", help="The folder of the CDK app, with its cdk.json.")
]
Name = Annotated[str, typer.Option("--name", help="Which cloud of the app; it may have several.")]
GatewayPort = Annotated[
    int, typer.Option("--gateway-port", help="Port of the AWS endpoint; 0: any free one.")
]
ApiPort = Annotated[int, typer.Option("--api-port", help="Port of the APIs; 0: any free one.")]
CdnPort = Annotated[
    int, typer.Option("--cdn-port", help="Port of the distributions; 0: any free one.")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show all that the CDK CLI writes.")]
Stacks = Annotated[
    list[str] | None, typer.Argument(help="Names or patterns of the stacks.", show_default="all")
]


@app.command()
def up(
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    gateway_port: GatewayPort = 0,
    api_port: ApiPort = 0,
    cdn_port: CdnPort = 0,
) -> None:
    """Start the local cloud; nothing is deployed yet."""
    console = Console()
    with handled():
        cloud = LocalCloud.start(
            app_dir,
            name=name,
            report=report_for(console, verbose=False),
            gateway_port=gateway_port,
            api_port=api_port,
            cdn_port=cdn_port,
        )
        if not cloud.started_here:
            console.print(f"The local cloud `{name}` runs already.")
        local_output.show_cloud(console, cloud)
        local_output.show_next(console, cloud, "deploy", "down")


@app.command()
def deploy(
    stacks: Stacks = None,
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    gateway_port: GatewayPort = 0,
    api_port: ApiPort = 0,
    cdn_port: CdnPort = 0,
    ephemeral: Annotated[
        bool, typer.Option("--ephemeral", help="Take the cloud down at the end, for CI.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Deploy by the real CDK CLI; the local cloud is started when it does not run."""
    console = Console()
    with handled():
        if ephemeral and lifecycle.running(app_dir.resolve(), name) is not None:
            raise LocalCloudError(
                f"`--ephemeral` needs a cloud of its own, but `{name}` runs already: "
                "give another `--name`, or stop it by `serverless-stack local down`"
            )
        cloud = LocalCloud.start(
            app_dir,
            name=name,
            report=report_for(console, verbose=verbose),
            gateway_port=gateway_port,
            api_port=api_port,
            cdn_port=cdn_port,
        )
        finished = False
        try:
            result = cloud.deploy(stacks or ())
            finished = True
        except LocalCloudError:
            finished = not ephemeral  # it stays, so that one can look at what failed
            raise
        finally:
            if cloud.started_here and not finished:
                cloud.stop()
        local_output.show_deployment(console, result)
        if ephemeral:
            cloud.stop()
            console.print("The local cloud was taken down.")
        else:
            local_output.show_next(console, cloud, "status", "destroy", "down")


@app.command()
def destroy(
    stacks: Stacks = None,
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    verbose: Verbose = False,
) -> None:
    """Destroy the deployed stacks; the local cloud still runs."""
    console = Console()
    with handled():
        report = report_for(console, verbose=verbose)
        LocalCloud.attach(app_dir, name=name, report=report).destroy(stacks or ())


@app.command()
def status(
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what runs and what is deployed; status 0 when it runs, 3 when not."""
    console = Console()
    with handled():
        folder = app_dir.resolve()
        if lifecycle.running(folder, name) is None:
            local_output.show_stopped(console, folder, name, as_json=as_json)
            raise typer.Exit(NOT_RUNNING_STATUS)
        cloud = LocalCloud.attach(folder, name=name)
        local_output.show_status(console, cloud, as_json=as_json)


@app.command()
def down(app_dir: AppDir = Path("."), name: Name = DEFAULT_NAME) -> None:
    """Stop the local cloud and remove all that was in it."""
    console = Console()
    with handled():
        if lifecycle.stop(app_dir.resolve(), name):
            console.print(f"The local cloud `{name}` is down; nothing of it is left.")
        else:
            console.print(f"The local cloud `{name}` does not run.")


@app.command()
def env(app_dir: AppDir = Path("."), name: Name = DEFAULT_NAME) -> None:
    """Print shell lines that lead `aws` and boto3 there: eval "$(serverless-stack local env)"."""
    with handled():
        variables = LocalCloud.attach(app_dir, name=name).environment()
        for unwanted in account_variables(os.environ):
            if unwanted not in variables:
                typer.echo(f"unset {unwanted}")
        for variable, value in variables.items():
            typer.echo(f"export {variable}={shlex.quote(value)}")
