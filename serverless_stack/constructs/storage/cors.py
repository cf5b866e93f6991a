"""BucketCors: which web pages use a bucket in the browser."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aws_cdk import Duration
from aws_cdk import aws_s3 as s3

from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services import s3 as rules
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.durations import seconds_problems

_MAX_AGE_SECONDS = (0, 86_400)  # browsers keep a preflight no longer


@dataclass(frozen=True)
class BucketCors:
    """Which web pages read and write objects in the browser, with presigned URLs and forms.

    CORS is no permission: the requests must be signed as well. S3 names the page's origin in its
    answers and accepts credentials, unless the rule is for ``*`` ("Elements of a CORS
    configuration").

    Attributes:
        origins: The origins of the pages, such as ``https://example.com`` or
            ``https://*.example.com``, or ``*`` for all.
        methods: The methods, among GET, HEAD, PUT, POST and DELETE.
        headers: The request headers that pages may send, such as ``content-type``; ``*`` in each
            once at most.
        expose: The response headers that pages may read, such as ``ETag``.
        max_age: How long browsers keep the answer to a preflight, 0-86400 seconds.
    """

    origins: Sequence[str]
    methods: Sequence[str] = ("GET", "HEAD")
    headers: Sequence[str] = ()
    expose: Sequence[str] = ()
    max_age: Duration = field(default_factory=lambda: Duration.hours(1))

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    def uploads(cls, *origins: str) -> "BucketCors":
        """Return the rule for pages that upload with ``presigned_post`` or ``presigned_put``.

        They may send the headers of uploads, and read the ETag and the version in the answer.

        Args:
            origins: The origins of the pages.
        """
        headers = ("cache-control", "content-disposition", "content-type", "x-amz-*")
        methods = ("GET", "HEAD", "POST", "PUT")
        return cls(origins, methods, headers, ("ETag", "x-amz-version-id"))


def cors_rules(cors: Sequence[BucketCors]) -> list[s3.CorsRule]:
    """Return the rules as CDK takes them.

    Args:
        cors: Which pages may use the bucket.
    """
    return [
        s3.CorsRule(
            allowed_origins=list(rule.origins),
            allowed_methods=[s3.HttpMethods(method) for method in rule.methods],
            allowed_headers=list(rule.headers) or None,
            exposed_headers=list(rule.expose) or None,
            max_age=rule.max_age.to_seconds(),
        )
        for rule in cors
    ]


def cors_problems(cors: Sequence[BucketCors]) -> list[str]:
    """Check which web pages may use a bucket.

    Args:
        cors: The rules.
    """
    problems = Problems()
    if len(cors) > rules.MAX_CORS_RULES:
        problems.fail(f"`cors` must be {rules.MAX_CORS_RULES} rules at most, got: {len(cors)}")
    for rule in cors:
        problems.add(rules.cors_origin_problems(rule.origins, "cors.origins"))
        problems.add(rules.cors_method_problems(rule.methods, "cors.methods"))
        problems.add(rules.cors_header_problems(rule.headers, "cors.headers"))
        problems.add(rules.cors_header_problems(rule.expose, "cors.expose", wildcards=False))
        problems.add(seconds_problems("cors.max_age", rule.max_age, *_MAX_AGE_SECONDS))
    return problems.messages
