"""Cache tags and skew protection: templates and refusals."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_stack.constructs import (
    Behavior,
    Cdn,
    ContentDeployment,
    EdgeAuth,
    Invalidation,
    Site,
    StorageBucket,
)
from tests.constructs.templates import Json, all_of, new_app, properties, refused, synth, warnings

HOUR = cdk.Duration.hours(1)


@pytest.fixture(scope="module")
def template(site: Path) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    bucket = StorageBucket(stack, "Bucket")
    cdn = Cdn(stack, "Cdn", bucket=bucket, origin_path="/site", site=Site.pages(), cache_tags=True)
    ContentDeployment(
        stack,
        "Content",
        source=site,
        bucket=bucket,
        distributions=[cdn],
        tags={"*.html": "page", "index.html": ["home", "Start"]},
        documents=["sw.js", "*.htm"],
        skew_protection=HOUR,
    )
    Invalidation(stack, "Tags", distributions=[cdn], tags=["home", "product-42"], trigger="1")
    return synth(stack)


def config_of(template: Json) -> dict[str, Any]:
    config: dict[str, Any] = properties(template, "AWS::CloudFront::Distribution")[
        "DistributionConfig"
    ]
    return config


def test_the_distribution_reads_the_header_of_s3_metadata(template: Json) -> None:
    assert config_of(template)["CacheTagConfig"] == {"HeaderName": "x-amz-meta-cache-tag"}


def test_tags_are_passed_to_the_functions(template: Json) -> None:
    content = properties(template, "Custom::ContentDeployment")
    assert content["Tags"] == [
        {"Pattern": "*.html", "Tags": ["page"]},
        {"Pattern": "index.html", "Tags": ["home", "Start"]},
    ]
    invalidation = properties(template, "Custom::Invalidation")
    assert (invalidation["Paths"], invalidation["Tags"]) == ([], ["home", "product-42"])


def test_skew_protection_joins_the_functions_of_the_site(template: Json) -> None:
    content = properties(template, "Custom::ContentDeployment")
    assert content["KeepsBuilds"] == "true"
    assert content["Documents"] == ["sw.js", "*.htm", "*.html"]
    behavior = config_of(template)["DefaultCacheBehavior"]
    events = [each["EventType"] for each in behavior["FunctionAssociations"]]
    assert events == ["viewer-request", "viewer-response"]
    functions = all_of(template, "AWS::CloudFront::Function")
    codes = [each["Properties"]["FunctionCode"] for each in functions]
    (request,) = [code for code in codes if "parameters.folder" in code]
    assert "isFile" in request  # with the rewriting of the site before it
    assert request.index("isFile(uri") < request.index("parameters.folder")
    assert '"seconds":3600' in request
    assert len(codes) == 2


class Stack(cdk.Stack):
    """A stack in which constructs are refused, so that nothing is added to it."""

    def __init__(self) -> None:
        super().__init__(new_app(), "Test")
        self.bucket = StorageBucket(self, "Bucket")
        self.tagged = Cdn(self, "Tagged", bucket=self.bucket, cache_tags=True)
        self.plain = Cdn(self, "Plain", bucket=self.bucket)

    def deploy(self, site: Path, cdn: object, name: str = "Content", **options: object) -> None:
        distributions: Any = [cdn] if cdn is not None else []
        arguments: Any = {"distributions": distributions, **options}
        ContentDeployment(self, name, source=site, bucket=self.bucket, **arguments)

    def invalidate(self, cdn: Cdn, tags: Sequence[str], paths: Sequence[str] = ()) -> None:
        Invalidation(self, "Invalidation", distributions=[cdn], trigger="1", tags=tags, paths=paths)


@pytest.fixture(scope="module")
def refusing() -> Stack:
    return Stack()


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({"*.html": "a b"}, "`tags['*.html']` must have visible ASCII characters without spaces"),
        ({"*.html": "a,b"}, "got: 'a,b'; several tags are several items"),
        ({"*.html": "ü"}, "got: 'ü'"),
        ({"*.html": "#a"}, "`tags['*.html']` must not begin with `#`"),
        ({"*.html": "a*"}, "tags have no wildcard, got: 'a*'"),
        ({"*.html": ["x" * 257]}, "must have at most 256 characters, got: 257"),
        ({"*.html": []}, "`tags['*.html']` must have at least one tag, got: none"),
        ({"/a": "x"}, "`tags` must have globs on paths without a slash before them, got: '/a'"),
        ({"*": [f"t{n}" for n in range(51)]}, "`tags` must be at most 50 for an object, got: 51"),
        ({"*": [f"{n}{'x' * 250}" for n in range(9)]}, "which S3 keeps in its metadata, got: "),
        ({"*.html": 5}, "`tags['*.html']` must be"),
    ],
)
def test_tags_that_are_refused(
    refusing: Stack, site: Path, tags: Mapping[str, object], message: str
) -> None:
    assert message in refused(lambda: refusing.deploy(site, refusing.tagged, tags=tags))


def test_tags_need_a_distribution_that_reads_them(refusing: Stack, site: Path) -> None:
    expected = "`tags` must go with distributions that read them, got: Test/Plain without"
    plain = refusing.plain
    assert expected in refused(lambda: refusing.deploy(site, plain, tags={"*": "all"}))
    assert expected in refused(lambda: refusing.invalidate(plain, tags=["a"]))


@pytest.mark.parametrize(
    ("tags", "paths", "message"),
    [
        ([], [], "`paths` must have at least one path, got: none"),
        (["a b"], [], "`tags` must have visible ASCII characters"),
        (["a"], ["b"], "`paths` must begin with a slash, got: 'b'"),
        ([f"t{n}" for n in range(3000)], ["/"], "must be at most 3,000 together, got: 3,001"),
    ],
)
def test_invalidations_that_are_refused(
    refusing: Stack, tags: Sequence[str], paths: Sequence[str], message: str
) -> None:
    assert message in refused(lambda: refusing.invalidate(refusing.tagged, tags=tags, paths=paths))


@pytest.mark.parametrize(
    ("duration", "message"),
    [
        (cdk.Duration.seconds(59), "`skew_protection` must be"),
        (
            cdk.Duration.days(8),
            "`skew_protection` must be at most the `grace_period` of 7 days, after which the pages "
            "of an earlier build are deleted, got: 8 days",
        ),
        (5, "`skew_protection` must be"),
    ],
)
def test_skew_protection_that_is_refused(
    refusing: Stack, site: Path, duration: object, message: str
) -> None:
    assert message in refused(
        lambda: refusing.deploy(site, refusing.plain, skew_protection=duration)
    )


def test_skew_protection_needs_a_cdn(refusing: Stack, site: Path) -> None:
    foreign = cloudfront.Distribution.from_distribution_attributes(
        refusing, "Foreign", distribution_id="E1", domain_name="d1.cloudfront.net"
    )
    expected = "`skew_protection` must go with `distributions` that are a `Cdn` with a bucket, got"
    message = refused(lambda: refusing.deploy(site, foreign, skew_protection=HOUR))
    assert f"{expected}: Test/Foreign" in message
    message = refused(lambda: refusing.deploy(site, None, skew_protection=HOUR))
    assert f"{expected}: none" in message


def test_skew_protection_needs_the_pages_in_the_default_behavior(site: Path) -> None:
    stack = Stack()
    pages = Cdn(stack, "Pages", bucket=stack.bucket, behaviors={"*.html": Behavior("bucket")})
    assert (
        "`skew_protection` must have its pages in the default behavior of Test/Pages, got: the "
        "behavior '*.html', which takes the folder of the builds"
    ) in refused(lambda: stack.deploy(site, pages, skew_protection=HOUR))


def test_skew_protection_goes_with_no_viewer_function_of_lambda(site: Path) -> None:
    stack = Stack()
    auth = EdgeAuth.jwt("https://example.com/", "shop")
    cdn = Cdn(stack, "Members", bucket=stack.bucket, default=Behavior("bucket", auth=auth))
    assert (
        "`skew_protection` must not have a Lambda@Edge function for viewer-request beside the "
        "CloudFront Function"
    ) in refused(lambda: stack.deploy(site, cdn, skew_protection=HOUR))


def test_skew_protection_is_given_once_for_a_cdn(site: Path) -> None:
    stack = Stack()
    tags = {"*.pdf": "document"}
    stack.deploy(site, stack.tagged, skew_protection=HOUR, tags=tags)
    message = refused(
        lambda: stack.deploy(
            site, stack.tagged, "Again", skew_protection=HOUR, destination_key_prefix="docs"
        )
    )
    assert "`skew_protection` must be left out: it was already given for Test/Tagged" in message
    assert "the pattern '*.pdf' of `tags` matches no file" in str(warnings(stack))


def test_copies_of_guarded_pages_are_shown_to_nobody(site: Path) -> None:
    stack = cdk.Stack(new_app(), "Test")
    bucket = StorageBucket(stack, "Bucket")
    auth = EdgeAuth.basic(secretsmanager.Secret(stack, "Secret"))
    files = Behavior("bucket")
    members = Behavior("bucket", auth=auth)
    behaviors = {"/members/*": members, "/img/*": files, "*.css": files}
    cdn = Cdn(stack, "Cdn", bucket=bucket, behaviors=behaviors)
    wide = Cdn(stack, "Wide", bucket=bucket, behaviors={**behaviors, "*.html": files})

    def deploy(front: Cdn) -> ContentDeployment:
        return ContentDeployment(
            stack,
            f"Content{front.node.id}",
            source=site,
            bucket=bucket,
            distributions=[front],
            skew_protection=HOUR,
        )

    deploy(cdn)
    message = refused(lambda: deploy(wide))
    assert "`skew_protection` must go with behaviors that guard all pages" in message
    assert "got: '*.html' of Test/Wide" in message
