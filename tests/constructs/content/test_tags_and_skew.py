"""Cache tags and skew protection: templates and refusals."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudfront as cloudfront

from serverless_stack.constructs import Cdn, ContentDeployment, Invalidation, Site, StorageBucket
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
    assert properties(template, "Custom::ContentDeployment")["KeepsBuilds"] == "true"
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


def cdn_of(stack: cdk.Stack, **options: Any) -> Cdn:  # noqa: ANN401
    return Cdn(stack, "Cdn", bucket=StorageBucket(stack, "Bucket"), **options)


def deployed(stack: cdk.Stack, site: Path, cdn: object, **options: Any) -> ContentDeployment:  # noqa: ANN401
    bucket = stack.node.find_child("Bucket")
    assert isinstance(bucket, StorageBucket)
    distributions: Any = [cdn] if cdn is not None else []
    return ContentDeployment(
        stack, "Content", source=site, bucket=bucket, distributions=distributions, **options
    )


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
    stack: cdk.Stack, site: Path, tags: Mapping[str, object], message: str
) -> None:
    cdn = cdn_of(stack, cache_tags=True)
    assert message in refused(lambda: deployed(stack, site, cdn, tags=tags))


def test_tags_need_a_distribution_that_reads_them(stack: cdk.Stack, site: Path) -> None:
    cdn = cdn_of(stack)
    expected = "`tags` must go with distributions that read them, got: Test/Cdn without"
    assert expected in refused(lambda: deployed(stack, site, cdn, tags={"*": "all"}))
    assert expected in refused(
        lambda: Invalidation(stack, "Tags", distributions=[cdn], tags=["a"], trigger="1")
    )


def test_tags_that_match_nothing_are_warned_of(stack: cdk.Stack, site: Path) -> None:
    deployed(stack, site, cdn_of(stack, cache_tags=True), tags={"*.pdf": "document"})
    assert "the pattern '*.pdf' of `tags` matches no file" in str(warnings(stack))


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
    stack: cdk.Stack, tags: Sequence[str], paths: Sequence[str], message: str
) -> None:
    cdn = cdn_of(stack, cache_tags=True)
    assert message in refused(
        lambda: Invalidation(
            stack, "Tags", distributions=[cdn], tags=tags, paths=paths, trigger="1"
        )
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"skew_protection": cdk.Duration.seconds(59)}, "`skew_protection` must be"),
        (
            {"skew_protection": cdk.Duration.days(8)},
            "`skew_protection` must be at most the `grace_period` of 7 days, after which the pages "
            "of an earlier build are deleted, got: 8 days",
        ),
        ({"skew_protection": 5}, "`skew_protection` must be"),
    ],
)
def test_skew_protection_that_is_refused(
    stack: cdk.Stack, site: Path, options: Mapping[str, object], message: str
) -> None:
    cdn = cdn_of(stack)
    assert message in refused(lambda: deployed(stack, site, cdn, **options))


def test_skew_protection_needs_a_cdn(stack: cdk.Stack, site: Path) -> None:
    cdn_of(stack)
    foreign = cloudfront.Distribution.from_distribution_attributes(
        stack, "Foreign", distribution_id="E1", domain_name="d1.cloudfront.net"
    )
    expected = "`skew_protection` must go with `distributions` that are a `Cdn` with a bucket, got"
    for cdn, name in ((foreign, "Test/Foreign"), (None, "none")):
        message = refused(lambda cdn=cdn: deployed(stack, site, cdn, skew_protection=HOUR))
        assert f"{expected}: {name}" in message


def test_skew_protection_is_given_once_for_a_cdn(stack: cdk.Stack, site: Path) -> None:
    cdn = cdn_of(stack)
    deployed(stack, site, cdn, skew_protection=HOUR)
    bucket = stack.node.find_child("Bucket")
    assert isinstance(bucket, StorageBucket)
    message = refused(
        lambda: ContentDeployment(
            stack,
            "Again",
            source=site,
            bucket=bucket,
            distributions=[cdn],
            destination_key_prefix="docs",
            skew_protection=HOUR,
        )
    )
    assert "`skew_protection` must be given once for Test/Cdn, got: again" in message
