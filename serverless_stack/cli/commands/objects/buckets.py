"""`serverless-stack mb` and `rb`: create and delete buckets."""

import sys
from typing import Annotated

import typer

from serverless_stack._shared.text import counted
from serverless_stack.checks.services.s3.limits.naming import bucket_name_problems
from serverless_stack.cli import options as aws
from serverless_stack.cli.output import Output, fail
from serverless_stack.operations import objects
from serverless_stack.operations.content.errors import ContentError
from serverless_stack.operations.objects import Remote

Bucket = Annotated[str, typer.Argument(help="s3://bucket", show_default=False)]
Force = Annotated[bool, typer.Option("--force", help="Delete its objects as well.")]
Versions = Annotated[
    bool, typer.Option("--versions", help="With --force: delete all versions for good.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def mb(
    bucket: Bucket,
    as_json: aws.Json = False,
    quiet: aws.Quiet = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Create a private bucket. For an application, deploy a StorageBucket instead.

    Example: serverless-stack mb s3://my-bucket --region eu-central-1

    JSON: bucket, created.

    Exit status: 0 if created, 1 if it is yours already, 2 on invalid input or an error of AWS.
    """
    with aws.account(region, profile):
        name = _name(bucket)
        problems = bucket_name_problems(name, "bucket")
        if problems:
            raise ValueError("; ".join(problems))
        try:
            objects.create_bucket(name)
        except ContentError as error:
            fail(str(error))
        output = Output(as_json, quiet)
        output.document({"bucket": name, "created": True})
        output.line(f"s3://{name} created")


def rb(
    bucket: Bucket,
    force: Force = False,
    versions: Versions = False,
    yes: Yes = False,
    as_json: aws.Json = False,
    quiet: aws.Quiet = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Delete a bucket, with --force also what is in it: it asks for the name then.

    Example: serverless-stack rb s3://my-bucket --force

    JSON: bucket, deleted, objects.

    Exit status: 0 if deleted, 1 if it is not empty or was not confirmed, 2 on invalid input or an
    error of AWS.
    """
    with aws.account(region, profile):
        name = _name(bucket)
        if versions and not force:
            raise ValueError("`--versions` must be used with `--force`")
        if force and not yes:
            if not _is_terminal():
                raise ValueError("`--force` deletes data: without a terminal, it needs `--yes`")
            if typer.prompt(f"Type {name} to delete it and all that is in it", err=True) != name:
                fail("nothing was deleted: the name is another one")
        output = Output(as_json, quiet)
        try:
            with output.working(f"deleting s3://{name}"):
                count = objects.delete_bucket(name, force=force, versions=versions)
        except ContentError as error:
            fail(str(error))
        output.document({"bucket": name, "deleted": True, "objects": count})
        gone = f" with {counted(count, 'object')}" if count else ""
        output.line(f"s3://{name} deleted{gone}")


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _name(text: str) -> str:
    place = objects.place(text)
    if not isinstance(place, Remote) or place.key.strip("/"):
        raise ValueError(f"a bucket must be s3://bucket, got: {text!r}")
    return place.bucket
