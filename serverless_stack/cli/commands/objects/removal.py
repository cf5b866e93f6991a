"""`serverless-stack rm`: delete objects."""

from typing import Annotated

import typer

from serverless_stack.cli import aws_options
from serverless_stack.cli import options as aws
from serverless_stack.cli.commands.objects.outcomes import exit_on_failure, progress_of, show
from serverless_stack.cli.output import Output
from serverless_stack.operations import objects
from serverless_stack.operations.objects import Remote

COMMAND_CLASS = aws_options.ObjectCommand

Object = Annotated[str, typer.Argument(help="s3://bucket/key", show_default=False)]


def rm(
    context: typer.Context,
    place: Object,
    recursive: aws_options.Recursive = False,
    include: aws_options.Include = None,
    exclude: aws_options.Exclude = None,
    dry_run: aws.DryRun = False,
    quiet: aws.Quiet = False,
    parallel: aws_options.Parallel = 8,
    as_json: aws.Json = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Delete an object, or all below a prefix with --recursive. Versions stay, where there are any.

    Example: serverless-stack rm s3://my-bucket/tmp/ --recursive --exclude '*.log'

    JSON: actions, skipped, done, failures.

    Exit status: 0 if all was deleted, 1 if some failed or there is no such object, 2 on invalid
    input or an error of AWS.
    """
    with aws.account(region, profile):
        where = objects.place(place)
        if not isinstance(where, Remote):
            raise ValueError(f"an object must be s3://bucket/key, got: {place!r}")
        filters = aws_options.filters(context)
        output = Output(as_json, quiet)
        with output.working(f"listing {place}"):
            plan = objects.plan_removal(
                where, recursive=recursive, filters=filters, parallel=parallel
            )
        outcome = None
        if not dry_run:
            with progress_of(output, len(plan.steps), "deleting") as progress:
                outcome = objects.remove(plan, parallel=parallel, progress=progress)
        show(output, plan, outcome, "deleted")
    exit_on_failure(plan, outcome)
