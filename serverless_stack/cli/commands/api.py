"""`serverless-stack api`: the deployments of a REST API, rollback, and promotion of a canary."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from serverless_stack._shared.text import visible_line
from serverless_stack.cli import options as aws
from serverless_stack.cli.output import Output, fail, table
from serverless_stack.operations.releases import (
    Api,
    Change,
    ReleaseError,
    Stage,
    apply,
    find_api,
    plan_promotion,
    plan_rollback,
)
from serverless_stack.operations.releases.model import read_api

app = typer.Typer(
    no_args_is_help=True, help="Show the deployments of a REST API, and choose what a stage serves."
)

Place = Annotated[
    str, typer.Argument(metavar="STACK/API", help="The stack and the path of the ProxyApi in it.")
]
StageName = Annotated[str | None, typer.Option("--stage", help="The stage, if there are several.")]
To = Annotated[str | None, typer.Option("--to", metavar="ID", help="The deployment to serve.")]


@app.command()
def deployments(
    place: Place,
    as_json: aws.Json = False,
    quiet: aws.Quiet = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """List the deployments of an API, newest first, and the stages that serve them.

    Example: serverless-stack api deployments Shop/Api

    JSON: api, name, deployments, stages.

    Exit status: 0 if listed, 2 on invalid input or an error of AWS.
    """
    output = Output(as_json, quiet)
    with aws.account(region, profile):
        with output.working(f"reading {place}"):
            api = _read(place)
        output.document(_document(api))
        deployments = table("deployment", "created", "served by", "description")
        for deployment in api.deployments:
            deployments.add_row(
                deployment.id,
                f"{deployment.created:%Y-%m-%d %H:%M:%S}",
                ", ".join(_servers(api, deployment.id)),
                Text(visible_line(deployment.description)),
            )
        output.list_console.print(deployments)


@app.command()
def rollback(
    place: Place,
    stage: StageName = None,
    to: To = None,
    dry_run: aws.DryRun = False,
    as_json: aws.Json = False,
    quiet: aws.Quiet = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Point a stage back to the deployment before its own, or take the requests from its canary.

    Functions are not rolled back: a deployment has routes, models and settings, not their code.
    Revert the change in your code as well, and deploy it.

    Example: serverless-stack api rollback Shop/Api

    JSON: change, api, stage, before, after, operations.

    Exit status: 0 if changed, 1 if there is nothing to go back to or the stage was changed
    meanwhile, 2 on invalid input or an error of AWS.
    """
    with aws.account(region, profile):
        _run(
            place,
            lambda api: plan_rollback(api, stage, to),
            Output(as_json, quiet),
            dry_run=dry_run,
        )


@app.command()
def promote(
    place: Place,
    stage: StageName = None,
    dry_run: aws.DryRun = False,
    as_json: aws.Json = False,
    quiet: aws.Quiet = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Make the canary of a stage its release: all requests get its deployment and variables.

    Example: serverless-stack api promote Shop/Api

    JSON: change, api, stage, before, after, operations.

    Exit status: 0 if changed, 1 if there is no canary or the stage was changed meanwhile, 2 on
    invalid input or an error of AWS.
    """
    with aws.account(region, profile):
        _run(place, lambda api: plan_promotion(api, stage), Output(as_json, quiet), dry_run=dry_run)


def _read(place: str) -> Api:
    import boto3

    return read_api(boto3.client("apigateway"), find_api(boto3.client("cloudformation"), place))


def _run(place: str, plan: Callable[[Api], Change], output: Output, *, dry_run: bool) -> None:
    """Plan a change, make it, and report it."""
    import boto3

    try:
        with output.working(f"changing {place}"):
            change = plan(_read(place))
            after = None if dry_run else apply(boto3.client("apigateway"), change)
    except ReleaseError as error:
        fail(str(error))
    document = {
        "change": change.kind,
        "api": change.api_id,
        "stage": change.stage.name,
        "before": asdict(change.stage),
        "after": None if after is None else asdict(after),
        "operations": change.operations,
    }
    output.document(document)
    before = "would change" if dry_run else "changed"
    output.line(f"{place}: {before} the stage {change.stage.name}: {_summary(change)}")
    if not dry_run:
        output.line(_ADVICE[change.kind])


_ADVICE = {
    "rollback": (
        "The stack still has the deployment that was taken back: revert the change in your code, "
        "and deploy it."
    ),
    "stop_canary": "The next deployment with a change of the API turns the canary on again.",
    "promote": "The next deployment with a change of the API is a new canary.",
}


def _summary(change: Change) -> str:
    if change.kind == "stop_canary" and change.stage.canary is not None:
        return f"no more requests to the canary {change.stage.canary.deployment_id}"
    return f"{change.stage.deployment_id} -> {change.deployment_id}"


def _servers(api: Api, deployment_id: str) -> list[str]:
    return [name for stage in api.stages.values() for name in _uses(stage, deployment_id)]


def _uses(stage: Stage, deployment_id: str) -> list[str]:
    names = [stage.name] if stage.deployment_id == deployment_id else []
    canary = stage.canary
    if canary is not None and canary.deployment_id == deployment_id and not stage.is_promoted:
        names.append(f"{stage.name} canary {canary.percent:g} %")
    return names


def _document(api: Api) -> dict[str, object]:
    return {
        "api": api.id,
        "name": api.name,
        "deployments": [
            {
                **asdict(item),
                "created": item.created.isoformat(),
                "served_by": _servers(api, item.id),
            }
            for item in api.deployments
        ],
        "stages": [asdict(stage) for stage in api.stages.values()],
    }
