"""`serverless-stack local`: the commands of the local cloud."""

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from serverless_stack.cli.commands.local import output as local_output
from serverless_stack.cli.commands.local.console import console
from serverless_stack.cli.commands.local.options import Name, Parameters, Stacks
from serverless_stack.cli.commands.local.watch import watch
from serverless_stack.cli.errors import handled
from serverless_stack.cli.options import AppDir, Context, Json, Quiet, pairs
from serverless_stack.cli.output import Output
from serverless_stack.cli.statuses import ExitStatus
from serverless_stack.local.cdk.commands import account_variables
from serverless_stack.local.cloud import DEFAULT_NAME, LocalCloud
from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes import lifecycle

app = typer.Typer(
    help="Deploy a CDK app to this machine, without an AWS account.",
    no_args_is_help=True,
)

GatewayPort = Annotated[
    int, typer.Option("--gateway-port", help="The port of the AWS endpoint; 0 for a free one.")
]
ApiPort = Annotated[int, typer.Option("--api-port", help="The port of the APIs; 0 for a free one.")]
CdnPort = Annotated[
    int, typer.Option("--cdn-port", help="The port of the distributions; 0 for a free one.")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show the output of the CDK CLI.")]


@app.command()
def up(
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    gateway_port: GatewayPort = 0,
    api_port: ApiPort = 0,
    cdn_port: CdnPort = 0,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Start the local cloud without deploying anything.

    Example: serverless-stack local up --gateway-port 4566

    JSON: running, name, app_dir, home, pid, uptime_seconds, endpoint_url, ports, urls,
    function_urls, stacks.

    Exit status: 0 if it runs, 1 if it failed, 2 if something is missing, 130 after Ctrl-C.
    """
    output = Output(as_json, quiet)
    with handled():
        cloud = LocalCloud.start(
            app_dir,
            name=name,
            report=output.report(),
            gateway_port=gateway_port,
            api_port=api_port,
            cdn_port=cdn_port,
        )
        if not cloud.started_here:
            output.line(f"The local cloud `{name}` is already running.")
        if as_json:
            local_output.show_status(output, cloud)
            return
        local_output.show_cloud(output.console, cloud)
        local_output.show_next(output.console, cloud, "deploy", "down")


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
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Deploy the app with the CDK CLI. Start the local cloud if it is not running.

    Example: serverless-stack local deploy Shop --context stage=dev

    JSON: phases, outputs, urls, function_urls.

    Exit status: 0 if deployed, 1 if it failed, 2 if something is missing, 130 after Ctrl-C.
    """
    output = Output(as_json, quiet)
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
            report=output.report(verbose=verbose),
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
        local_output.show_deployment(output, result)
        if ephemeral:
            cloud.stop()
            output.line("The local cloud was stopped.")
        else:
            local_output.show_next(output.console, cloud, "console", "status", "destroy", "down")


app.command()(watch)
app.command()(console)


@app.command()
def destroy(
    stacks: Stacks = None,
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    verbose: Verbose = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Destroy the deployed stacks. The local cloud continues to run.

    Example: serverless-stack local destroy Shop

    JSON: phases.

    Exit status: 0 if destroyed, 1 if it failed or no cloud is running, 130 after Ctrl-C.
    """
    output = Output(as_json, quiet)
    with handled():
        report = output.report(verbose=verbose)
        cloud = LocalCloud.attach(app_dir, name=name, report=report)
        cloud.destroy(stacks or ())
        output.document({"phases": local_output.content_of(cloud.phases)})


@app.command()
def status(
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show the state, stacks and URLs.

    Example: serverless-stack local status --json | jq -r '.urls.distributions[].url'

    JSON: running, name, app_dir; if it runs also home, pid, uptime_seconds, endpoint_url, ports,
    urls, function_urls, stacks.

    Exit status: 0 if the cloud is running, 3 if not.
    """
    output = Output(as_json, quiet)
    with handled():
        folder = app_dir.resolve()
        if lifecycle.running(folder, name) is None:
            local_output.show_stopped(output, folder, name)
            raise typer.Exit(ExitStatus.NOT_RUNNING)
        cloud = LocalCloud.attach(folder, name=name)
        local_output.show_status(output, cloud)


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
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make the objects of buckets older, and apply the lifecycle rules.

    Example: serverless-stack local age 30d

    JSON: buckets.

    Exit status: 0 if done, 1 if there is no such bucket or no cloud is running, 2 on an invalid
    duration.
    """
    output = Output(as_json, quiet)
    days = local_output.days_of(by)
    with handled():
        report = LocalCloud.attach(app_dir, name=name).age(days, bucket=bucket)
        local_output.show_ageing(output, report, by)


@app.command()
def down(
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Stop the local cloud, and remove everything in it.

    Example: serverless-stack local down

    JSON: name, app_dir, stopped.

    Exit status: 0 if it does not run any more, 1 if it cannot be stopped.
    """
    output = Output(as_json, quiet)
    with handled():
        folder = app_dir.resolve()
        with output.working("stopping the local cloud"):
            stopped = lifecycle.stop(folder, name)
        output.document({"name": name, "app_dir": folder, "stopped": stopped})
        done = "was stopped and removed" if stopped else "is not running"
        output.line(f"The local cloud `{name}` {done}.")


@app.command()
def env(
    app_dir: AppDir = Path("."),
    name: Name = DEFAULT_NAME,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Print variables for the AWS CLI and boto3, as a shell reads them.

    Example: eval "$(serverless-stack local env)"

    JSON: variables, unset.

    Exit status: 0 if printed, 1 if no cloud is running.
    """
    output = Output(as_json, quiet)
    with handled():
        variables = LocalCloud.attach(app_dir, name=name).environment()
        unset = [other for other in account_variables(os.environ) if other not in variables]
        output.document({"variables": variables, "unset": unset})
        for conflicting in unset:
            output.line(f"unset {conflicting}")
        for variable, value in variables.items():
            output.line(f"export {variable}={shlex.quote(value)}")
