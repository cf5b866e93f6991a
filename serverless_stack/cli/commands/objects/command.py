"""`serverless-stack ls` and `presign`: looking at objects, and URLs for them."""

import enum
import json
from typing import Annotated

import typer
from rich.console import Console

from serverless_stack.cli import options as aws
from serverless_stack.cli.commands.objects.lists import object_list, version_list
from serverless_stack.runtime.objects import ObjectReader, ObjectStore

NOTHING_STATUS = 1


class Method(enum.Enum):
    """What a presigned URL lets somebody do."""

    GET = "get"
    PUT = "put"
    POST = "post"


Place = Annotated[str, typer.Argument(help="s3://bucket/prefix", show_default=False)]
Object = Annotated[str, typer.Argument(help="s3://bucket/key", show_default=False)]
Recursive = Annotated[bool, typer.Option("--recursive", help="What is in folders as well.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="The most objects or versions to list.")]
Versions = Annotated[
    bool, typer.Option("--versions", help="All versions and delete markers, latest first.")
]
MethodOption = Annotated[Method, typer.Option("--method", help="What the URL is for.")]
ExpiresIn = Annotated[int, typer.Option("--expires-in", help="Seconds, up to 7 days.")]
ContentType = Annotated[str, typer.Option("--content-type", help="The media type of an upload.")]
Size = Annotated[int | None, typer.Option("--size", help="The exact bytes of a PUT.")]
MaxSize = Annotated[int, typer.Option("--max-size", help="The most bytes of a POST.")]
Disposition = Annotated[
    str, typer.Option("--response-content-disposition", help="Content-Disposition of the answer.")
]


def ls(
    place: Place,
    recursive: Recursive = False,
    versions: Versions = False,
    limit: Limit = 1000,
    as_json: aws.Json = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """List objects, or all their versions. Status 0: some. 1: none. 2: refused."""
    with aws.account(region, profile):
        bucket, prefix = _parted(place)
        listed = version_list if versions else object_list
        found = listed(ObjectReader(bucket), prefix, "" if recursive else "/", limit)
        if as_json:
            typer.echo(json.dumps(found.content, indent=2))
        else:
            console = Console()
            console.print(found.table)
            console.print(found.summary)
    if found.is_empty:
        raise typer.Exit(NOTHING_STATUS)


def presign(
    place: Object,
    method: MethodOption = Method.GET,
    expires_in: ExpiresIn = 3600,
    content_type: ContentType = "application/octet-stream",
    max_size: MaxSize = 100 * 1024 * 1024,
    size: Size = None,
    response_content_disposition: Disposition = "",
    as_json: aws.Json = False,
    region: aws.Region = None,
    profile: aws.Profile = None,
) -> None:
    """Print a URL by which anybody reads or writes an object for a while; for POST, JSON."""
    with aws.account(region, profile):
        bucket, key = _parted(place)
        store = ObjectStore(bucket)
        fields: dict[str, str] | None = None
        if method is Method.GET:
            named = {"Content-Disposition": response_content_disposition}
            headers = {name: value for name, value in named.items() if value}
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
        if not as_json and fields is None:
            typer.echo(url)
            return
        made = {"method": method.value.upper(), "url": url, "expires_in": expires_in}
        typer.echo(json.dumps(made if fields is None else {**made, "fields": fields}, indent=2))


def _parted(place: str) -> tuple[str, str]:
    bucket, _slash, key = place.removeprefix("s3://").partition("/")
    if not place.startswith("s3://") or not bucket:
        raise ValueError(f"a place must be s3://bucket/key, got: {place!r}")
    return bucket, key
