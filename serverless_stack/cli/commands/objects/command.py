"""`serverless-stack ls` and `presign`: lists of objects and buckets, and presigned URLs."""

import enum
from typing import Annotated

import typer

from serverless_stack._shared.content.keys import S3_SCHEME, bucket_and_key
from serverless_stack.cli import options as aws
from serverless_stack.cli.commands.objects.lists import (
    binary_size,
    bucket_list,
    decimal_size,
    object_list,
    version_list,
)
from serverless_stack.cli.output import Output, print_json
from serverless_stack.cli.statuses import ExitStatus
from serverless_stack.operations.objects.buckets import list_buckets
from serverless_stack.runtime.objects import ObjectReader, ObjectStore


class Method(enum.Enum):
    """The method of a presigned URL."""

    GET = "get"
    PUT = "put"
    POST = "post"


Place = Annotated[
    str, typer.Argument(help="s3://bucket/prefix. Default: list the buckets.", show_default=False)
]
Object = Annotated[str, typer.Argument(help="s3://bucket/key", show_default=False)]
Recursive = Annotated[bool, typer.Option("--recursive", help="List what is in folders as well.")]
HumanReadable = Annotated[
    bool, typer.Option("--human-readable", help="Sizes in KiB, MiB and so on.")
]
Query = Annotated[
    str,
    typer.Option(
        "--query", metavar="JMESPATH", help="Print this of the JSON, such as 'objects[].key'."
    ),
]
Limit = Annotated[int, typer.Option("--limit", min=1, help="The maximum number to list.")]
Versions = Annotated[
    bool, typer.Option("--versions", help="List all versions and delete markers, latest first.")
]
MethodOption = Annotated[Method, typer.Option("--method", help="The method of the URL.")]
ExpiresIn = Annotated[int, typer.Option("--expires-in", help="Seconds of life, up to 7 days.")]
ContentType = Annotated[str, typer.Option("--content-type", help="The media type of an upload.")]
Size = Annotated[int | None, typer.Option("--size", help="The exact size of a PUT in bytes.")]
MaxSize = Annotated[int, typer.Option("--max-size", help="The maximum size of a POST in bytes.")]
Disposition = Annotated[
    str, typer.Option("--response-content-disposition", help="Content-Disposition of the response.")
]


def ls(
    place: Place = "",
    recursive: Recursive = False,
    versions: Versions = False,
    limit: Limit = 1000,
    human_readable: HumanReadable = False,
    as_json: aws.Json = False,
    quiet: aws.Quiet = False,
    query: Query = "",
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """List objects, or all their versions, or the buckets of the account.

    Example: serverless-stack ls s3://my-bucket/site/ --recursive

    JSON: buckets; of a bucket prefixes, and objects or versions.

    Exit status: 0 if any object or bucket matched, 1 if none, 2 on invalid input or an error of
    AWS.
    """
    output = Output(as_json or bool(query), quiet)
    with aws.account(region, profile), output.working("listing"):
        shown = binary_size if human_readable else decimal_size
        if place in ("", S3_SCHEME):
            result = bucket_list(list_buckets(), limit)
        else:
            bucket, prefix = _bucket_and_key(place)
            listed = version_list if versions else object_list
            delimiter = "" if recursive else "/"
            result = listed(ObjectReader(bucket), prefix, delimiter, limit, shown)
        content = _queried(result.content, query)
    if output.as_json:
        print_json(content)
    output.list_console.print(result.table)
    output.line(result.summary)
    if result.is_empty:
        raise typer.Exit(ExitStatus.FAILED)


def _queried(content: dict[str, object], query: str) -> object:
    """Return what an expression of JMESPath selects, as the AWS CLI does it.

    Raises:
        ValueError: It is no expression.
    """
    if not query:
        return content
    import jmespath  # type: ignore[import-untyped]

    found: object = jmespath.search(query, content)
    return found


def presign(
    place: Object,
    method: MethodOption = Method.GET,
    expires_in: ExpiresIn = 3600,
    content_type: ContentType = "application/octet-stream",
    max_size: MaxSize = 100 * 1024 * 1024,
    size: Size = None,
    response_content_disposition: Disposition = "",
    as_json: aws.Json = False,
    quiet: aws.Quiet = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Print a presigned URL; for POST, JSON with the fields of the form.

    Example: serverless-stack presign s3://my-bucket/report.pdf --expires-in 600

    JSON: method, url, expires_in; for POST also fields.

    Exit status: 0 if printed, 2 on invalid input or an error of AWS.
    """
    output = Output(as_json, quiet)
    with aws.account(region, profile):
        bucket, key = _bucket_and_key(place)
        store = ObjectStore(bucket)
        fields: dict[str, str] | None = None
        if method is Method.GET:
            disposition = response_content_disposition
            headers = {"Content-Disposition": disposition} if disposition else {}
            url = store.presigned_get(key, expires_in=expires_in, response_headers=headers)
        elif method is Method.PUT:
            url = store.presigned_put(
                key, content_type=content_type, size=size, expires_in=expires_in
            )
        else:
            form = store.presigned_post(
                key, max_size=max_size, content_type=content_type, expires_in=expires_in
            )
            url, fields = form.url, dict(form.fields)
        document = {"method": method.value.upper(), "url": url, "expires_in": expires_in}
        form_fields = {} if fields is None else {"fields": fields}
        Output(as_json or fields is not None).document(document | form_fields)
        if fields is None:
            output.line(url)


def _bucket_and_key(place: str) -> tuple[str, str]:
    bucket, key = bucket_and_key(place)
    if not place.startswith(S3_SCHEME) or not bucket:
        raise ValueError(f"an object must be s3://bucket/key, got: {place!r}")
    return bucket, key
