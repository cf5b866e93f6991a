"""ErrorPage and Maintenance: the pages that viewers get instead of an error."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration

from serverless_stack.constructs._internal.arguments import check_fields


@dataclass(frozen=True)
class ErrorPage:
    """A page that viewers get for an HTTP status of an origin.

    Attributes:
        status: The status of the origin, such as 404.
        path: The path of the page in the distribution, such as ``/404.html``. Default: the error
            of the origin.
        answer: The status that viewers get. Default: that of the origin.
        ttl: How long CloudFront remembers the error. Default: 10 seconds.
    """

    status: int
    path: str | None = None
    answer: int | None = None
    ttl: Duration | None = None

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)


@dataclass(frozen=True)
class Maintenance:
    """A page that every viewer gets while the distribution is under maintenance.

    Attributes:
        path: The path of the page in the distribution.
        on: Whether viewers get it.
    """

    path: str = "/maintenance.html"
    on: bool = True

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)
