"""`serverless-stack cp` and `mv`: copy and move files and objects."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from serverless_stack.cli import aws_options
from serverless_stack.cli import options as aws
from serverless_stack.cli.commands.objects.outcomes import exit_on_failure, progress_of, show
from serverless_stack.cli.output import Output
from serverless_stack.operations import objects
from serverless_stack.operations.objects import STREAM, ObjectProperties, Place, Remote

COMMAND_CLASS = aws_options.ObjectCommand

Source = Annotated[
    str, typer.Argument(help="A file, a folder, s3://bucket/key, or - (cp).", show_default=False)
]
Destination = Annotated[
    str, typer.Argument(help="A file, a folder, s3://bucket/key, or - (cp).", show_default=False)
]
NoOverwrite = Annotated[
    bool, typer.Option("--no-overwrite", help="Leave what exists at the destination.")
]
ContentType = Annotated[
    str, typer.Option("--content-type", help="The media type. Default: by the extension.")
]
CacheControl = Annotated[str, typer.Option("--cache-control", help="Cache-Control.")]
Disposition = Annotated[str, typer.Option("--content-disposition", help="Content-Disposition.")]
Encoding = Annotated[str, typer.Option("--content-encoding", help="Content-Encoding.")]
Language = Annotated[str, typer.Option("--content-language", help="Content-Language.")]
Metadata = Annotated[
    list[str] | None,
    typer.Option("--metadata", metavar="KEY=VALUE[,…]", help="Metadata. May be repeated."),
]
Encryption = Annotated[
    str, typer.Option("--sse", help="AES256, aws:kms or aws:kms:dsse. Default: the bucket's.")
]
KmsKey = Annotated[str, typer.Option("--sse-kms-key-id", help="The KMS key.")]
ExpectedSize = Annotated[
    int | None,
    typer.Option("--expected-size", min=1, help="Bytes of a stream, if over 78 GiB."),
]


def cp(
    context: typer.Context,
    source: Source,
    destination: Destination,
    recursive: aws_options.Recursive = False,
    include: aws_options.Include = None,
    exclude: aws_options.Exclude = None,
    no_overwrite: NoOverwrite = False,
    content_type: ContentType = "",
    cache_control: CacheControl = "",
    content_disposition: Disposition = "",
    content_encoding: Encoding = "",
    content_language: Language = "",
    expires: aws_options.Expires = None,
    metadata: Metadata = None,
    storage_class: aws_options.StorageClass = "",
    sse: Encryption = "",
    sse_kms_key_id: KmsKey = "",
    expected_size: ExpectedSize = None,
    dry_run: aws.DryRun = False,
    quiet: aws.Quiet = False,
    parallel: aws_options.Parallel = 8,
    as_json: aws.Json = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Copy a file or object, or a folder or prefix with --recursive.

    Example: serverless-stack cp report.pdf s3://my-bucket/reports/ --storage-class STANDARD_IA

    JSON: actions, skipped, done, failures.

    Exit status: 0 if all was copied, 1 if some failed, 2 on invalid input or an error of AWS.
    """
    with aws.account(region, profile):
        properties = ObjectProperties(
            content_type,
            cache_control,
            content_disposition,
            content_encoding,
            content_language,
            expires,
            _metadata(metadata or []),
            storage_class,
            sse,
            sse_kms_key_id,
        )
        places = objects.place(source), objects.place(destination)
        _check(places, properties)
        if STREAM in places:
            if recursive or dry_run or as_json or include or exclude:
                raise ValueError(
                    "a stream must be copied without --recursive, --dry-run, --json and filters"
                )
            _stream(places, properties, overwrite=not no_overwrite, expected_size=expected_size)
            return
        _transfer(
            places,
            context,
            properties,
            move=False,
            recursive=recursive,
            overwrite=not no_overwrite,
            output=Output(as_json, quiet),
            dry_run=dry_run,
            parallel=parallel,
        )


def mv(
    context: typer.Context,
    source: Source,
    destination: Destination,
    recursive: aws_options.Recursive = False,
    include: aws_options.Include = None,
    exclude: aws_options.Exclude = None,
    no_overwrite: NoOverwrite = False,
    content_type: ContentType = "",
    cache_control: CacheControl = "",
    content_disposition: Disposition = "",
    content_encoding: Encoding = "",
    content_language: Language = "",
    expires: aws_options.Expires = None,
    metadata: Metadata = None,
    storage_class: aws_options.StorageClass = "",
    sse: Encryption = "",
    sse_kms_key_id: KmsKey = "",
    dry_run: aws.DryRun = False,
    quiet: aws.Quiet = False,
    parallel: aws_options.Parallel = 8,
    as_json: aws.Json = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Move a file or object, or a folder or prefix with --recursive.

    A source is deleted when its copy is complete, and only if it has not changed since.

    Example: serverless-stack mv s3://my-bucket/inbox/ s3://archive/2026/ --recursive

    JSON: actions, skipped, done, failures.

    Exit status: 0 if all was moved, 1 if some failed, 2 on invalid input or an error of AWS.
    """
    with aws.account(region, profile):
        properties = ObjectProperties(
            content_type,
            cache_control,
            content_disposition,
            content_encoding,
            content_language,
            expires,
            _metadata(metadata or []),
            storage_class,
            sse,
            sse_kms_key_id,
        )
        places = objects.place(source), objects.place(destination)
        _check(places, properties)
        _transfer(
            places,
            context,
            properties,
            move=True,
            recursive=recursive,
            overwrite=not no_overwrite,
            output=Output(as_json, quiet),
            dry_run=dry_run,
            parallel=parallel,
        )


def _transfer(
    places: tuple[Place, Place],
    context: typer.Context,
    properties: ObjectProperties,
    *,
    move: bool,
    recursive: bool,
    overwrite: bool,
    output: Output,
    dry_run: bool,
    parallel: int,
) -> None:
    with output.working(f"listing {places[0]}"):
        plan = objects.plan(
            *places,
            recursive=recursive,
            move=move,
            filters=aws_options.filters(context),
            parallel=parallel,
        )
    outcome = None
    if not dry_run:
        with progress_of(output, len(plan.steps), "moving" if move else "copying") as progress:
            outcome = objects.apply(
                plan,
                move=move,
                overwrite=overwrite,
                properties=properties,
                parallel=parallel,
                progress=progress,
            )
    show(output, plan, outcome, "moved" if move else "copied")
    exit_on_failure(plan, outcome)


def _check(places: Sequence[Place], properties: ObjectProperties) -> None:
    """Check that properties are given for what is written to a bucket only.

    Raises:
        ValueError: They are given for a file.
    """
    if properties and not isinstance(places[1], Remote):
        raise ValueError(
            f"headers, metadata, storage class and encryption must be of objects, got: {places[1]}"
        )


def _stream(
    places: tuple[Place, Place],
    properties: ObjectProperties,
    *,
    overwrite: bool,
    expected_size: int | None,
) -> None:
    source, destination = places
    if isinstance(destination, Remote):
        objects.read_stream(
            sys.stdin.buffer,
            destination,
            properties=properties,
            overwrite=overwrite,
            expected_size=expected_size,
        )
    elif isinstance(source, Remote):
        objects.write_stream(source, sys.stdout.buffer)
    else:
        raise ValueError(f"one place must be in a bucket, got: {source} and {destination}")


def _metadata(texts: Sequence[str]) -> Mapping[str, str]:
    """Return metadata as the AWS CLI takes it: pairs with commas between them, or JSON.

    Raises:
        typer.BadParameter: A text is neither.
    """
    if len(texts) == 1 and texts[0].lstrip().startswith("{"):
        found = json.loads(texts[0])
        return {str(name): value for name, value in found.items()}
    return aws.pairs("--metadata", [pair for text in texts for pair in text.split(",") if pair])
