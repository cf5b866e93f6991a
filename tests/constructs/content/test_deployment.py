import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3

from serverless_stack.constructs import (
    IMMUTABLE,
    REVALIDATE,
    CacheRule,
    Cdn,
    ContentDeployment,
    ProxyApi,
    StorageBucket,
)
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.conftest import plain_function
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    properties,
    refused,
    require_no_cycle,
    statements,
    synth,
    warnings,
)

RESOURCE = "Custom::ContentDeployment"


@pytest.fixture(scope="module")
def minimal(site: Path) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    pages = StorageBucket(stack, "Pages")
    ContentDeployment(
        stack,
        "Content",
        source=site,
        bucket=pages,
        distributions=[Cdn(stack, "Site", bucket=pages)],
    )
    return synth(stack)


@pytest.fixture(scope="module")
def more(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zips") / "assets.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(zipfile.ZipInfo("assets/app.1a2b.js"), "alert(1)")
    return path


@pytest.fixture(scope="module")
def maximal(site: Path, more: Path) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    pages = StorageBucket(stack, "Pages", encryption_key=kms.Key(stack, "Key"))
    api = ProxyApi(stack, "Api", handler=plain_function(stack, "Plain"))
    cdn = Cdn(stack, "Site", bucket=pages, origin_path="/site", api=api)
    ContentDeployment(
        stack,
        "Content",
        source=[site, str(more)],
        bucket=pages,
        distributions=[cdn, Cdn(stack, "Other", bucket=pages)],
        destination_key_prefix="/site/docs/",
        cache_control=[CacheRule("*.html", "no-cache"), CacheRule("assets/*", IMMUTABLE)],
        documents=["*.html", "sw.js"],
        config={"api": api.url, "page": 20, "beta": True, "names": ["a"]},
        config_key="settings.json",
        exclude_paths=["/health"],
        query_strings=True,
        index_document="home.html",
        max_paths=100,
        wait=cdk.Duration.minutes(5),
        grace_period=cdk.Duration.days(30),
        memory_size=2048,
        log_retention=logs.RetentionDays.ONE_WEEK,
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
    require_no_cycle(synth(stack))
    return synth(stack)


def test_minimal(minimal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert minimal == template_snapshot


def test_maximal(maximal: Json, template_snapshot: TemplateSnapshot) -> None:
    assert maximal == template_snapshot


def test_defaults(minimal: Json) -> None:
    resource_properties = properties(minimal, RESOURCE)
    assert resource_properties["CacheControl"] == [{"Pattern": "*", "CacheControl": REVALIDATE}]
    assert resource_properties["Destination"]["Prefix"] == ""
    assert resource_properties["WaitSeconds"] == "0"
    assert resource_properties["GracePeriodDays"] == "7"
    assert resource_properties["RemovalPolicy"] == "retain"
    assert "ConfigKey" not in resource_properties
    function = properties(minimal, "AWS::Lambda::Function")
    assert function["Handler"] == "serverless_stack.functions.content.handler.handler"
    assert function["Timeout"] == 900


def test_every_argument_is_passed_on(maximal: Json) -> None:
    resource_properties = properties(maximal, RESOURCE)
    assert len(resource_properties["Sources"]) == 2
    assert resource_properties["Destination"]["Prefix"] == "site/docs/"
    assert resource_properties["Documents"] == ["*.html", "sw.js"]
    assert resource_properties["ConfigKey"] == "settings.json"
    text = "".join(
        part for part in resource_properties["ConfigJson"]["Fn::Join"][1] if isinstance(part, str)
    )
    assert '"page": 20' in text
    assert '"beta": true' in text
    assert resource_properties["MaxPaths"] == "100"
    assert resource_properties["WaitSeconds"] == "300"
    assert resource_properties["GracePeriodDays"] == "30"
    assert resource_properties["RemovalPolicy"] == "destroy"


def test_each_distribution_has_its_own_path_prefix(maximal: Json) -> None:
    first, second = properties(maximal, RESOURCE)["Distributions"]
    assert (first["PathPrefix"], second["PathPrefix"]) == ("/docs", "/site/docs")
    assert first["ExcludePaths"] == ["/api/*", "/health"]
    assert second["ExcludePaths"] == ["/health"]
    assert {first["QueryStrings"], first["IndexDocument"]} == {"true", "home.html"}


def test_the_index_document_defaults_to_the_default_root_object(
    stack: cdk.Stack, site: Path
) -> None:
    pages = StorageBucket(stack, "Pages")
    own = cloudfront.Distribution.from_distribution_attributes(
        stack, "Own", distribution_id="E123", domain_name="d123.cloudfront.net"
    )
    cdns: list[Cdn | cloudfront.IDistribution] = [
        Cdn(stack, "Home", bucket=pages, default_root_object="home.html"),
        Cdn(stack, "Deep", bucket=pages, default_root_object="app/home.html"),
        own,
    ]
    ContentDeployment(stack, "Content", source=site, bucket=pages, distributions=cdns)
    fronts = properties(synth(stack), RESOURCE)["Distributions"]
    assert [f["IndexDocument"] for f in fronts] == ["home.html", "index.html", "index.html"]


def test_a_file_name_that_is_not_utf_8_is_refused(stack: cdk.Stack, tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.html")).write_text("x")
    message = make(stack, tmp_path)
    assert "`source` must have file names in UTF-8, got: 'caf\\udce9.html'" in message


def test_the_function_has_the_permissions_that_it_needs(minimal: Json) -> None:
    allowed = {
        action: statement["Resource"]
        for statement in statements(minimal)
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }
    assert set(allowed) == {
        "s3:AbortMultipartUpload",
        "s3:GetObject",
        "s3:GetObjectTagging",
        "s3:ListBucket",
        "s3:PutObject",
        "s3:PutObjectTagging",
        "lambda:InvokeFunction",
        "cloudfront:CreateInvalidation",
        "cloudfront:GetInvalidation",
    }
    assert "*" not in allowed.values()
    role = properties(minimal, "AWS::IAM::Role")
    assert "ManagedPolicyArns" not in role
    (own,) = role["Policies"]
    assert own["PolicyDocument"]["Statement"][0]["Action"] == [
        "logs:CreateLogStream",
        "logs:PutLogEvents",
    ]


def test_only_destroy_allows_to_delete(maximal: Json) -> None:
    assert "s3:DeleteObject" in str(statements(maximal))


def test_obsolete_files_expire_after_the_grace_period(maximal: Json) -> None:
    bucket = properties(maximal, "AWS::S3::Bucket")
    rule = bucket["LifecycleConfiguration"]["Rules"][-1]
    assert rule["ExpirationInDays"] == 30
    assert rule["Prefix"] == "site/docs/"
    (tag,) = rule["TagFilters"]
    assert tag == {
        "Key": "serverless-stack:obsolete",
        "Value": properties(maximal, RESOURCE)["Owner"],
    }


def test_without_a_grace_period_nothing_expires(stack: cdk.Stack, site: Path) -> None:
    pages = StorageBucket(stack, "Pages")
    ContentDeployment(stack, "Content", source=site, bucket=pages, grace_period=None)
    template = synth(stack)
    rules = properties(template, "AWS::S3::Bucket")["LifecycleConfiguration"]["Rules"]
    assert [rule["Id"] for rule in rules] == ["Default"]
    assert properties(template, RESOURCE)["GracePeriodDays"] == ""
    assert properties(template, RESOURCE)["Distributions"] == []
    assert "cloudfront" not in str(statements(template))


def test_the_resource_depends_on_its_permissions(minimal: Json) -> None:
    (resource,) = all_of(minimal, RESOURCE)
    (permissions,) = [
        name for name, value in minimal["Resources"].items() if value["Type"] == "AWS::IAM::Policy"
    ]
    assert permissions in resource["DependsOn"]


def test_dates_do_not_change_the_template(tmp_path: Path) -> None:
    def template(folder: Path) -> Json:
        folder.mkdir()
        (folder / "index.html").write_text("hello")
        (folder / "__pycache__").mkdir()
        (folder / "__pycache__" / "x.pyc").write_text(folder.name)
        stack = cdk.Stack(new_app(), "Test")
        ContentDeployment(stack, "Content", source=folder, bucket=s3.Bucket(stack, "Pages"))
        return synth(stack)

    assert template(tmp_path / "one") == template(tmp_path / "two")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda f: (f / "index.html").write_text("other"), "Sources"),
        (lambda f: (f / "new.html").write_text("hello"), "Sources"),
    ],
)
def test_different_content_changes_the_resource(
    tmp_path: Path, change: Callable[[Path], object], expected: str
) -> None:
    def resource_properties() -> Json:
        stack = cdk.Stack(new_app(), "Test")
        ContentDeployment(stack, "Content", source=tmp_path, bucket=s3.Bucket(stack, "Pages"))
        return properties(synth(stack), RESOURCE)

    (tmp_path / "index.html").write_text("hello")
    before = resource_properties()
    change(tmp_path)
    after = resource_properties()
    assert [key for key in after if after[key] != before[key]] == [expected]


def test_all_problems_are_reported_together(stack: cdk.Stack, tmp_path: Path) -> None:
    pages = StorageBucket(stack, "Pages")
    cdn = Cdn(stack, "Site", bucket=pages, origin_path="/site")
    message = refused(
        lambda: ContentDeployment(
            stack,
            "Content",
            source=[tmp_path / "nowhere", tmp_path],
            bucket=pages,
            distributions=[cdn],
            destination_key_prefix="other",
            exclude_paths=["/*"],
            index_document="a/index.html",
            config={},
            config_key="/config.json",
            max_paths=0,
            wait=cdk.Duration.hours(1),
            grace_period=cdk.Duration.hours(36),
            memory_size=128,
            removal_policy=cdk.RemovalPolicy.SNAPSHOT,
        )
    )
    assert message.splitlines()[0] == "11 problems in Test/Content:"
    for expected in (
        "`source` must be an existing folder or zip file, got: ",
        "`source` must have files in it, got: ",
        "`destination_key_prefix` must be in the `origin_path` '/site' of Test/Site",
        "`exclude_paths` must have patterns that begin with a slash and do not match every path, "
        "got: '/*'",
        "`index_document` must be a file name without a slash, got: 'a/index.html'",
        "`grace_period` must be whole days, 1 or more, got: 1.5 days",
        "`wait` must be between 1 and 2700 seconds, got: 3600",
        "`max_paths` must be between 1 and 3000 paths, got: 0",
        "`memory_size` must be between 512 and 10240 MiB, got: 128",
        "`removal_policy` must be RETAIN or DESTROY, got: SNAPSHOT",
        "`config_key` must be a file name without a slash before it, got: '/config.json'",
    ):
        assert expected in message
    assert "Content" not in [child.node.id for child in stack.node.children]


def make(stack: cdk.Stack, source: Path, **arguments: object) -> str:
    bucket = s3.Bucket(stack, "Pages")
    return refused(
        lambda: ContentDeployment(
            stack,
            "Content",
            source=source,
            bucket=bucket,
            **arguments,  # type: ignore[arg-type]
        )
    )


def test_a_file_that_is_not_a_zip_file_is_refused(stack: cdk.Stack, site: Path) -> None:
    assert "`source` must be a folder or a zip file" in make(stack, site / "index.html")


def test_a_config_key_that_is_a_file_of_the_source_is_refused(stack: cdk.Stack, site: Path) -> None:
    message = make(stack, site, config={}, config_key="index.html")
    assert "`config_key` must not be a file of the `source`, got: 'index.html'" in message


def test_a_token_as_key_prefix_is_refused(stack: cdk.Stack, site: Path) -> None:
    prefix = cdk.CfnParameter(stack, "Prefix").value_as_string
    assert "must be known at synthesis" in make(stack, site, destination_key_prefix=prefix)


def test_the_reserved_prefix_is_refused(stack: cdk.Stack, site: Path) -> None:
    message = make(stack, site, destination_key_prefix=".serverless-stack/a")
    assert "`destination_key_prefix` must be outside of .serverless-stack/" in message


def test_a_file_in_the_reserved_prefix_is_refused(stack: cdk.Stack, tmp_path: Path) -> None:
    (tmp_path / ".serverless-stack").mkdir()
    (tmp_path / ".serverless-stack" / "x").write_text("x")
    message = make(stack, tmp_path, include=[".serverless-stack/*"])
    assert "`source` must have no files in .serverless-stack/" in message


@pytest.mark.parametrize(("length", "good"), [(1024, True), (1025, False)])
def test_the_length_of_a_key(stack: cdk.Stack, tmp_path: Path, length: int, good: bool) -> None:
    prefix, folder = "a" * 700, tmp_path / ("ü" * 100)
    folder.mkdir()
    (folder / ("b" * (length - 902))).write_text("x")
    if good:
        bucket = s3.Bucket(stack, "Pages")
        ContentDeployment(
            stack, "Content", source=tmp_path, bucket=bucket, destination_key_prefix=prefix
        )
        return
    message = make(stack, tmp_path, destination_key_prefix=prefix)
    assert "`source` must have keys of 1,024 bytes at most" in message


def test_a_prefix_without_room_for_the_manifest_is_refused(stack: cdk.Stack, site: Path) -> None:
    message = make(stack, site, destination_key_prefix="a" * 900)
    assert "`destination_key_prefix` must be 898 bytes at most" in message


def test_too_many_files_for_the_memory_are_refused(
    stack: cdk.Stack, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serverless_stack._shared.content.memory._FIXED_MIB", 1023)
    message = make(stack, site, memory_size=1023)
    assert "`memory_size` must be 1024 MiB or more for 1 files, got: 1023" in message


def test_a_cache_rule_that_matches_no_file_causes_a_warning(stack: cdk.Stack, site: Path) -> None:
    ContentDeployment(
        stack,
        "Content",
        source=site,
        bucket=s3.Bucket(stack, "Pages"),
        cache_control=[CacheRule("asset/*", IMMUTABLE), CacheRule("*.html", "no-cache")],
    )
    assert warnings(stack) == [
        "the pattern 'asset/*' of `cache_control` matches no file "
        "[ack: serverless-stack:cache-rule]"
    ]


def test_an_imported_bucket_causes_a_warning_about_its_lifecycle(
    stack: cdk.Stack, site: Path
) -> None:
    bucket = s3.Bucket.from_bucket_name(stack, "Pages", "shop-pages")
    ContentDeployment(stack, "Content", source=site, bucket=bucket)
    (warning,) = warnings(stack)
    assert "add a lifecycle rule to it that expires objects" in warning


def test_a_distribution_of_cdk_is_accepted(stack: cdk.Stack, site: Path) -> None:
    distribution = cloudfront.Distribution.from_distribution_attributes(
        stack, "Site", distribution_id="E123", domain_name="d123.cloudfront.net"
    )
    ContentDeployment(
        stack,
        "Content",
        source=site,
        bucket=s3.Bucket(stack, "Pages"),
        distributions=[distribution],
        destination_key_prefix="v2",
    )
    (front,) = properties(synth(stack), RESOURCE)["Distributions"]
    assert front["Id"] == "E123"
    assert front["PathPrefix"] == "/v2"


def test_viewers_cannot_read_manifests(stack: cdk.Stack, site: Path) -> None:
    """It names every file, linked or not, and its own name can be guessed."""
    pages = s3.Bucket(stack, "Pages")
    distribution = cloudfront.Distribution.from_distribution_attributes(
        stack, "Site", distribution_id="E123", domain_name="d123.cloudfront.net"
    )
    fronts: list[Cdn | cloudfront.IDistribution] = [
        Cdn(stack, "Whole", bucket=pages),
        distribution,
    ]
    ContentDeployment(stack, "Content", source=site, bucket=pages, distributions=fronts)
    policy = properties(synth(stack), "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    (deny,) = [item for item in policy if item["Effect"] == "Deny"]
    assert deny["Action"] == "s3:GetObject"
    assert deny["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert deny["Resource"]["Fn::Join"][1][1] == "/.serverless-stack/*"


def test_two_deployments_can_share_a_bucket(stack: cdk.Stack, site: Path) -> None:
    pages = StorageBucket(stack, "Pages")
    ContentDeployment(stack, "One", source=site, bucket=pages, destination_key_prefix="one")
    ContentDeployment(stack, "Two", source=site, bucket=pages, destination_key_prefix="two")
    deployments = [r["Properties"] for r in all_of(synth(stack), RESOURCE)]
    assert len({deployment["ManifestKey"] for deployment in deployments}) == 2
    assert len({deployment["Owner"] for deployment in deployments}) == 2


def test_a_bucket_of_another_stack_causes_no_cycle(app: cdk.App, site: Path) -> None:
    data, edge = cdk.Stack(app, "Data"), cdk.Stack(app, "Edge")
    pages = StorageBucket(data, "Pages")
    cdn = Cdn(edge, "Site", bucket=pages)
    ContentDeployment(edge, "Content", source=site, bucket=pages, distributions=[cdn])
    assembly = app.synth()
    assert "Edge" not in [d.id for d in assembly.get_stack_by_name("Data").dependencies]


def published(tmp_path: Path, source: Path, **arguments: object) -> tuple[set[str], list[str]]:
    """The files in the asset of a source, and the warnings."""
    app = cdk.App(outdir=str(tmp_path / "cdk.out"))
    stack = cdk.Stack(app, "Test")
    ContentDeployment(
        stack,
        "Content",
        source=source,
        bucket=s3.Bucket(stack, "Pages"),
        **arguments,  # type: ignore[arg-type]
    )
    app.synth()
    assets = Path(app.outdir).glob("asset.*/")
    (asset,) = [path for path in assets if (path / "index.html").exists()]
    files = {path.relative_to(asset).as_posix() for path in asset.rglob("*") if path.is_file()}
    return files, warnings(stack)


SECRETS = (".env", ".git/config", "keys/server.pem", "id_rsa")


@pytest.fixture
def secretive(tmp_path: Path) -> Path:
    """A site with files beside it that nobody means to publish."""
    for name in ("index.html", ".well-known/security.txt", "keys/readme.txt", *SECRETS):
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "elsewhere").write_text("x")
    (tmp_path / "site" / "link").symlink_to(tmp_path / "elsewhere")
    return tmp_path / "site"


def test_secrets_are_not_published(tmp_path: Path, secretive: Path) -> None:
    files, messages = published(tmp_path, secretive)
    assert files == {"index.html", ".well-known/security.txt", "keys/readme.txt"}
    (warning,) = messages
    assert warning.startswith(
        f"not published of {secretive}: id_rsa (a private key), keys/server.pem (a private key), "
        "link (a link that leads out of the folder); the argument `include` publishes such files, "
        "but special ones"
    )


def test_included_files_are_published(tmp_path: Path, secretive: Path) -> None:
    files, messages = published(tmp_path, secretive, include=[".env", "*.pem", "id_rsa", "link"])
    assert {*SECRETS, "link"} - files == {".git/config"}
    assert messages == []


@pytest.mark.parametrize(
    "name",
    [
        "a[1].pem",
        "b{1}.pem",
        "!c.pem",
        "#d.pem",
        "*.pem",
        "e?.pem",
        "+(f).pem",
        "g h.pem",
        "i\\j.pem",
    ],
)
def test_names_that_are_patterns_of_cdk_exclude_one_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "site/sub").mkdir(parents=True)
    for path in ("index.html", name, f"sub/{name}", "a1.pem.txt", "cpem.html"):
        (tmp_path / "site" / path).write_text("x")
    files, _ = published(tmp_path, tmp_path / "site", include=["sub/*"])
    assert files == {"index.html", f"sub/{name}", "a1.pem.txt", "cpem.html"}


def test_the_output_of_cdk_synth_is_not_content(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("x")
    first, _ = published(tmp_path, tmp_path)
    second, _ = published(tmp_path, tmp_path)
    assert first == second == {"index.html"}


def test_a_source_without_files_to_publish_is_refused(stack: cdk.Stack, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("x")
    assert "`source` must have files to publish, got: " in make(stack, tmp_path)


@pytest.mark.parametrize("argument", ["grace_period", "wait", "max_paths"])
def test_tokens_that_the_function_cannot_read_are_refused(
    stack: cdk.Stack, site: Path, argument: str
) -> None:
    number = cdk.CfnParameter(stack, "Number", type="Number").value_as_number
    value = number if argument == "max_paths" else cdk.Duration.days(number)
    message = make(stack, site, **{argument: value})
    assert f"`{argument}` must be known at synthesis, got: a token" in message
