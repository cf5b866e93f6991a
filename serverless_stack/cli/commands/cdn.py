"""`serverless-stack cdn`: stage a change of a distribution, promote or discard it."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from serverless_stack.cli import options as aws
from serverless_stack.cli.output import Output, fail
from serverless_stack.operations.staging import (
    Action,
    Clients,
    Release,
    StagingError,
    Step,
    Traffic,
    find_distribution,
    merged,
    plan,
    read_release,
)
from serverless_stack.operations.staging import discard as run_discard
from serverless_stack.operations.staging import promote as run_promote
from serverless_stack.operations.staging import stage as run_stage

app = typer.Typer(
    no_args_is_help=True, help="Try a change of a distribution on some viewers, then on all."
)

Place = Annotated[
    str, typer.Argument(metavar="STACK/CDN", help="The stack and the path of the Cdn in it.")
]
Weight = Annotated[
    float | None, typer.Option("--weight", help="The share of requests, 0.15 at most.")
]
Header = Annotated[
    str | None,
    typer.Option(
        "--header", metavar="NAME=VALUE", help="The header of the requests: aws-cf-cd-… ."
    ),
]
Sticky = Annotated[
    int | None,
    typer.Option(
        "--sticky", metavar="SECONDS", help="How long a viewer stays with what served him."
    ),
]
Changes = Annotated[
    Path | None,
    typer.Option(
        "--changes", metavar="FILE", help="What differs: JSON, merged into the configuration."
    ),
]
OriginPath = Annotated[
    str | None, typer.Option("--origin-path", help="Another origin path of all buckets.")
]


@app.command()
def stage(
    place: Place,
    weight: Weight = None,
    header: Header = None,
    sticky: Sticky = None,
    changes: Changes = None,
    origin_path: OriginPath = None,
    dry_run: aws.DryRun = False,
    as_json: aws.Json = False,
    quiet: aws.Quiet = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Copy a distribution with a change, and send some requests to the copy.

    Run it again to change the copy or its share of requests, or after an error.

    Example: serverless-stack cdn stage Shop/Cdn --weight 0.1 --changes changes.json

    JSON: action, distribution, staging, policy, traffic, steps.

    Exit status: 0 if staged, 1 if CloudFront does not stage this distribution or it was changed
    meanwhile, 2 on invalid input or an error of AWS.
    """
    with aws.account(region, profile):
        name, _equals, value = (header or "").partition("=")
        traffic = Traffic(weight, name, value, sticky)
        patch = _read_changes(changes)
        _run(
            place,
            "stage",
            traffic,
            patch,
            origin_path,
            Output(as_json, quiet),
            dry_run=dry_run,
        )


@app.command()
def promote(
    place: Place,
    dry_run: aws.DryRun = False,
    as_json: aws.Json = False,
    quiet: aws.Quiet = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Replace the configuration of a distribution by that of its copy, for all requests.

    Make the same change in your code, or the next deployment takes it back.

    Example: serverless-stack cdn promote Shop/Cdn

    JSON: action, distribution, staging, policy, traffic, steps.

    Exit status: 0 if promoted, 1 if there is nothing to promote or it was changed meanwhile, 2 on
    invalid input or an error of AWS.
    """
    with aws.account(region, profile):
        _run(place, "promote", None, None, None, Output(as_json, quiet), dry_run=dry_run)


@app.command()
def discard(
    place: Place,
    dry_run: aws.DryRun = False,
    as_json: aws.Json = False,
    quiet: aws.Quiet = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Delete the copy of a distribution; all requests get the distribution itself.

    Example: serverless-stack cdn discard Shop/Cdn

    JSON: action, distribution, staging, policy, traffic, steps.

    Exit status: 0 if deleted, 1 if there is none or it was changed meanwhile, 2 on invalid input
    or an error of AWS.
    """
    with aws.account(region, profile):
        _run(place, "discard", None, None, None, Output(as_json, quiet), dry_run=dry_run)


def _read_changes(file: Path | None) -> dict[str, Any] | None:
    if file is None:
        return None
    try:
        changes = json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"`--changes` must be a file with JSON, got: {file}: {error}") from error
    if not isinstance(changes, dict):
        raise ValueError(f"`--changes` must be a JSON object, got: {file} with another value")
    return changes


def _run(
    place: str,
    action: Action,
    traffic: Traffic | None,
    changes: dict[str, Any] | None,
    origin_path: str | None,
    output: Output,
    *,
    dry_run: bool,
) -> None:
    import boto3

    clients = Clients(boto3.client("cloudfront"), boto3.client("s3"))
    found = find_distribution(boto3.client("cloudformation"), place)
    done: list[str] = []

    def report(line: str) -> None:
        done.append(line)
        output.line(f"{place}: {line}")

    step = Step(report)
    try:
        release = read_release(clients.cloudfront, found)
        patch = _with_origin_path(release, changes, origin_path)
        if dry_run:
            source = release.staging or release.primary
            changed = merged(source.config, patch or {}) != source.config
            done = plan(release, action, traffic) + ["change its configuration"] * changed
        elif action == "stage" and traffic is not None:
            release = run_stage(clients, found, traffic, patch, step)
        elif action == "promote":
            release = run_promote(clients, found, step)
        else:
            release = run_discard(clients, found, step)
    except StagingError as error:
        fail(str(error))
    output.document(_document(release, action, done))
    if dry_run:
        for line in done or ["change nothing"]:
            output.line(f"{place}: would {line}")
    else:
        output.line(_ADVICE[action])


_ADVICE = {
    "stage": (
        "Some requests get the copy now. `serverless-stack cdn promote` makes its configuration "
        "that of all requests, `serverless-stack cdn discard` deletes it."
    ),
    "promote": (
        "All requests get the change. Make it in your code as well, run `serverless-stack cdn "
        "discard`, and deploy."
    ),
    "discard": "All requests get the distribution of the stack.",
}


def _with_origin_path(
    release: Release, changes: dict[str, Any] | None, origin_path: str | None
) -> dict[str, Any] | None:
    """Return the changes with another path for the origins that are buckets."""
    if origin_path is None:
        return changes
    source = release.staging or release.primary
    origins = (changes or {}).get("Origins") or source.config["Origins"]
    items = [
        {**origin, "OriginPath": origin_path} if "S3OriginConfig" in origin else origin
        for origin in origins["Items"]
    ]
    return {**(changes or {}), "Origins": {**origins, "Items": items}}


def _document(release: Release, action: Action, done: list[str]) -> dict[str, object]:
    staging, policy = release.staging, release.policy
    return {
        "action": action,
        "distribution": release.primary.id,
        "staging": staging.id if staging else None,
        "policy": policy.id if policy else None,
        "traffic": policy.config.get("TrafficConfig") if policy else None,
        "steps": done,
    }
