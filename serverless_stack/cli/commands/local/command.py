"""`serverless-stack local`: the commands of the local cloud."""

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from serverless_stack.cli.commands.local import output as local_output
from serverless_stack.cli.errors import handled
from serverless_stack.cli.options import pairs
from serverless_stack.cli.terminal import report_for
from serverless_stack.local.cdk.commands import account_variables
from serverless_stack.local.cloud import DEFAULT_NAME, LocalCloud
from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes import lifecycle

NOT_RUNNING_STATUS = 3

app = typer.Typer(
    help="Deploy a CDK app to this machine, without an AWS account.",
    no_args_is_help=True,
)

AppDir = Annotated[
    Path, typer.Option("--app-dir", help="The folder of the CDK app, with its cdk.json.")
]
Name = Annotated[str, typer.Option("--name", help="The name of the cloud.")]
GatewayPort = Annotated[
    int, typer.Option("--gateway-port", help="The port of the AWS endpoint; 0 for a free one.")
]
ApiPort = Annotated[int, typer.Option("--api-port", help="The port of the APIs; 0 for a free one.")]
CdnPort = Annotated[
    int, typer.Option("--cdn-port", help="The port of the distributions; 0 for a free one.")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show the output of the CDK CLI.")]
Stacks = Annotated[
    list[str] | None, typer.Argument(help="Names or patterns of the stacks.", show_default="all")
]

Context = Annotated[
    list[str] | None,
    typer.Option(
        "--context", "-c", metavar="KEY=VALUE", help="A context value for the CDK app. Repeatable."
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


@app.command()
def up(
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    gateway_port: GatewayPort = 0,
    api_port: ApiPort = 0,
    cdn_port: CdnPort = 0,
) -> None:
    """Start the local cloud without deploying anything."""
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
            console.print(f"The local cloud `{name}` is already running.", markup=False)
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
        bool, typer.Option("--ephemeral", help="Stop the cloud at the end, for CI.")
    ] = False,
    context: Context = None,
    parameters: Parameters = None,
    verbose: Verbose = False,
) -> None:
    """Deploy the app with the CDK CLI. Start the local cloud if it is not running."""
    console = Console()
    with handled():
        context_values = pairs("--context", context or ())
        parameter_values = pairs("--parameters", parameters or ())
        if ephemeral and lifecycle.running(app_dir.resolve(), name) is not None:
            raise LocalCloudError(
                f"`--ephemeral` requires a new cloud, but `{name}` is already running: "
                "pass another `--name`, or stop it with `serverless-stack local down`"
            )
        cloud = LocalCloud.start(
            app_dir,
            name=name,
            report=report_for(console, verbose=verbose),
            gateway_port=gateway_port,
            api_port=api_port,
            cdn_port=cdn_port,
        )
        keep_running = False
        try:
            result = cloud.deploy(stacks or (), context=context_values, parameters=parameter_values)
            keep_running = True
        except LocalCloudError:
            keep_running = not ephemeral  # keep it running, so that the failure can be inspected
            raise
        finally:
            if cloud.started_here and not keep_running:
                cloud.stop()
        local_output.show_deployment(console, result)
        if ephemeral:
            cloud.stop()
            console.print("The local cloud was stopped.")
        else:
            local_output.show_next(console, cloud, "status", "destroy", "down")


@app.command()
def destroy(
    stacks: Stacks = None,
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    verbose: Verbose = False,
) -> None:
    """Destroy the deployed stacks. The local cloud continues to run."""
    console = Console()
    with handled():
        report = report_for(console, verbose=verbose)
        LocalCloud.attach(app_dir, name=name, report=report).destroy(stacks or ())


@app.command()
def status(
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the state, stacks and URLs. Exit status: 0 if the cloud is running, 3 if not."""
    console = Console()
    with handled():
        folder = app_dir.resolve()
        if lifecycle.running(folder, name) is None:
            local_output.show_stopped(console, folder, name, as_json=as_json)
            raise typer.Exit(NOT_RUNNING_STATUS)
        cloud = LocalCloud.attach(folder, name=name)
        local_output.show_status(console, cloud, as_json=as_json)


@app.command()
def age(
    by: Annotated[
        str, typer.Argument(metavar="DURATION", help="By how much, such as 30d, 12h or 2w.")
    ],
    bucket: Annotated[
        str | None, typer.Option("--bucket", help="The name of one bucket.", show_default="all")
    ] = None,
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make the objects of buckets older, and apply the lifecycle rules."""
    console = Console()
    days = local_output.days_of(by)
    with handled():
        report = LocalCloud.attach(app_dir, name=name).age(days, bucket=bucket)
        local_output.show_ageing(console, report, by, as_json=as_json)


@app.command()
def down(app_dir: AppDir = Path("."), name: Name = DEFAULT_NAME) -> None:
    """Stop the local cloud, and remove everything in it."""
    console = Console()
    with handled():
        if lifecycle.stop(app_dir.resolve(), name):
            console.print(f"The local cloud `{name}` was stopped and removed.")
        else:
            console.print(f"The local cloud `{name}` is not running.")


@app.command()
def env(app_dir: AppDir = Path("."), name: Name = DEFAULT_NAME) -> None:
    """Print variables for the AWS CLI and boto3: eval "$(serverless-stack local env)"."""
    with handled():
        variables = LocalCloud.attach(app_dir, name=name).environment()
        for conflicting in account_variables(os.environ):
            if conflicting not in variables:
                typer.echo(f"unset {conflicting}")
        for variable, value in variables.items():
            typer.echo(f"export {variable}={shlex.quote(value)}")
