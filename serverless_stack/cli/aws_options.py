"""Options that the AWS CLI's commands have as well: filters in their order, dates, and refusals."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

import typer
from typer.core import TyperCommand

from serverless_stack.operations.content.filters import Filter

if TYPE_CHECKING:
    from typer._click import Context

_FILTERS: Final = "serverless_stack.filters"
_NO_ACLS: Final = (
    '{option} is not available: ACLs are disabled for buckets since April 2023 ("Controlling '
    'ownership of objects and disabling ACLs for your bucket"); share objects by a distribution, a '
    "bucket policy or `serverless-stack presign`"
)


class ObjectCommand(TyperCommand):
    """A command with `--include` and `--exclude`, whose order counts, and without ACLs."""

    refused: ClassVar = ("--acl", "--grants")

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        """Parse the arguments, and keep the filters in their order."""
        for argument in args[: args.index("--")] if "--" in args else args:
            option = argument.partition("=")[0]
            if option in self.refused:
                raise typer.BadParameter(_NO_ACLS.format(option=option), ctx)
        _values, _rest, order = self.make_parser(ctx).parse_args(args=list(args))
        rest = super().parse_args(ctx, args)
        values = {name: iter(ctx.params.get(name) or ()) for name in ("include", "exclude")}
        ctx.meta[_FILTERS] = [
            Filter(next(values[str(option.name)]), option.name == "include")
            for option in order
            if option.name in values
        ]
        return rest


def filters(context: typer.Context) -> list[Filter]:
    """Return the filters of a command in the order in which they were given."""
    found: list[Filter] = context.meta.get(_FILTERS, [])
    return found


def date(text: str) -> datetime:
    """Read a date of ISO 8601, such as ``2014-10-01T20:30:00Z``; without a zone it is in UTC.

    Raises:
        typer.BadParameter: It is none.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        message = f"a date must be like 2014-10-01T20:30:00Z, got: {text}"
        raise typer.BadParameter(message) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


Recursive = Annotated[
    bool, typer.Option("--recursive", help="All that is in the folder or below the prefix.")
]
Include = Annotated[
    list[str] | None,
    typer.Option(
        "--include",
        metavar="GLOB",
        help="Only these keys; after --exclude: these all the same. May be repeated.",
    ),
]
Exclude = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="GLOB",
        help="All but these keys. Of the filters that match, the last decides. May be repeated.",
    ),
]
Expires = Annotated[
    datetime | None,
    typer.Option("--expires", metavar="DATE", parser=date, help="Expires, in UTC without a zone."),
]
StorageClass = Annotated[
    str, typer.Option("--storage-class", metavar="CLASS", help="Such as STANDARD_IA.")
]
Parallel = Annotated[int, typer.Option("--parallel", min=1, help="The number of files at a time.")]
