"""Sites: the functions of a distribution, and every refusal of a table of redirects."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_stack.constructs import (
    Behavior,
    Cdn,
    CdnDomain,
    EdgeAuth,
    EdgeFunction,
    Maintenance,
    Origin,
    ProxyApi,
    Redirect,
    Site,
    Snippet,
    StorageBucket,
)
from serverless_stack.constructs.cdn.functions.snippet import Stage
from serverless_stack.constructs.cdn.redirects import may_match
from tests.constructs.conftest import plain_function
from tests.constructs.templates import Json, all_of, new_app, properties, refused, synth

NOTHING = "function handler(event) {}"
LONG = {f"/old/{number}": f"/new/{number}" for number in range(200)}
REFUSED = [
    ({"redirects": {"old": "/new"}}, "`redirects` must have paths that begin with a slash"),
    ({"redirects": {"/a/*/b": "/new"}}, "with `*` at the end only"),
    ({"redirects": {"/a?b": "/new"}}, "without a query string, got: '/a?b'"),
    ({"redirects": {"/a": "//evil.com"}}, "`redirects['/a']` must be a path that begins with one"),
    ({"redirects": {"/a": "/\\evil.com"}}, "begins with one slash"),
    ({"redirects": {"/a": "javascript:alert(1)"}}, "got: 'javascript:alert(1)'"),
    ({"redirects": {"/a": "https://user@evil.com/"}}, "a URL with http:// or https:// and a host"),
    ({"redirects": {"/a/*": "https://example.com*"}}, "a URL with http:// or https:// and a host"),
    ({"redirects": {"/a": "/b\r\nX: y"}}, "begins with one slash"),
    ({"redirects": {"/a": "/b/*"}}, "none without a `*` at the end of the path"),
    ({"redirects": {"/a/*": "/*/*"}}, "must have one `*` at most"),
    ({"redirects": {"/a": Redirect("/b", 303)}}, "the status 301, 302, 307 or 308, got: 303"),
    ({"redirects": LONG | {"/" + "a" * 600: "/b"}}, "paths of at most 512 bytes and targets of"),
    ({"redirects": LONG | {"/a": "/" + "b" * 1100}}, "of 2 and 1109 bytes"),
    ({"redirects": {"/a": 3}}, "`redirects['/a']` must be"),
    ({"redirect_status": 200}, "`redirect_status` must be 301, 302, 307 or 308, got: 200"),
    ({"redirects": {"/a": "/a"}}, "got: '/a' leads in a circle (/a to /a)"),
    ({"redirects": {"/a": "/a?x=1"}}, "leads in a circle"),
    ({"redirects": {"/a": "/b", "/b": "/c", "/c": "/a"}}, "(/a to /b to /c to /a)"),
    ({"redirects": {"/*": "/new/*"}}, "'/*' leads in a circle"),
    ({"redirects": {"/a/*": "/a/b/*"}}, "'/a/*' leads in a circle"),
    (
        {
            "redirects": {"/a": "https://example.com/a"},
            "redirect_hosts": {"www.example.com": "example.com"},
        },
        "'/a' leads in a circle",
    ),
    ({"redirect_hosts": {"a.com": "b.com", "b.com": "a.com"}}, "must lead to hosts that stay"),
    ({"redirect_hosts": {"*.example.com": "example.com"}}, "must have whole host names"),
    ({"redirect_hosts": {"www.example.com": "https://example.com"}}, "must have domain names"),
    ({"file_extensions": [".js"]}, "lowercase letters and digits without a dot, got: '.js'"),
    ({"file_extensions": []}, "must be None for all extensions"),
    ({"trailing_slash": "always"}, "`trailing_slash` must be"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_refused(arguments: Json, message: str) -> None:
    assert message in refused(lambda: Site.spa(**arguments))


def test_refused_together() -> None:
    message = refused(lambda: Site.pages(index="a/b", html=True, trailing_slash="add"))
    assert message.startswith("2 problems in Site.pages:")
    assert "`index` must be the name of an object in each folder, got: 'a/b'" in message
    assert "`html` must go without `trailing_slash='add'`" in message
    assert "without a slash before it" in refused(lambda: Site.spa(index="/index.html"))


def test_tables_that_end() -> None:
    Site.spa(redirects={"/a": "/b", "/b": "/c", "/x/*": "/y/*", "/y/*": "/z", "/p/*": "/p2/*"})
    Site.spa(redirects={"/a": "https://elsewhere.example/a", "/b/*": f"/{cdk.Aws.REGION}/*"})


@pytest.mark.parametrize(
    ("source", "pattern", "expected"),
    [
        ("/api/old", "/api/*", True),
        ("/api/old", "api/*", True),
        ("/old", "/api/*", False),
        ("/api/*", "/api/v1/*", True),
        ("/*", "/api/*", True),
        ("/blog/*", "/api/*", False),
        ("/a.jpg", "*.jpg", True),
        ("/blog/*", "*.jpg", True),
    ],
)
def test_redirects_of_a_behavior(source: str, pattern: str, expected: bool) -> None:
    assert may_match(source, pattern) is expected


@pytest.fixture(scope="module")
def template() -> Json:
    stack = cdk.Stack(new_app(), "Test")
    pages = StorageBucket(stack, "Pages")
    own = Snippet(name="own.js", source=NOTHING, stage=Stage.HEADERS, event="viewer-response")
    Cdn(
        stack,
        "Cdn",
        bucket=pages,
        api=ProxyApi(stack, "Api", handler=plain_function(stack, "Plain")),
        site=Site.pages(
            redirects={"/old": "/new", "/api/v1/*": "/api/v2/*"}, trailing_slash="remove"
        ),
        behaviors={
            "/docs/*": Behavior("bucket"),
            "/img/*": Behavior(Origin.bucket(pages, path="/img"), edge=[own]),
        },
    )
    return synth(stack)


def functions(template: Json, behavior: Json) -> dict[str, str]:
    """Return the code by event of a behavior."""
    return {
        item["EventType"]: template["Resources"][item["FunctionARN"]["Fn::GetAtt"][0]][
            "Properties"
        ]["FunctionCode"]
        for item in behavior.get("FunctionAssociations", [])
    }


def test_behaviors(template: Json) -> None:
    config = properties(template, "AWS::CloudFront::Distribution")["DistributionConfig"]
    by_pattern = {item["PathPattern"]: item for item in config["CacheBehaviors"]}
    default = functions(template, config["DefaultCacheBehavior"])
    assert list(default) == ["viewer-request"]
    code = default["viewer-request"]
    assert code.index('{"/old":["/new",301]}') < code.index('"index":"index.html"')
    # Another behavior of the site's bucket shares the function.
    associations = config["DefaultCacheBehavior"]["FunctionAssociations"]
    assert by_pattern["/docs/*"]["FunctionAssociations"] == associations
    # The API is neither rewritten nor sent to paths without a slash.
    api = functions(template, by_pattern["/api/*"])["viewer-request"]
    assert '["/api/v1/","/api/v2/*",301]' in api
    assert '"slash":null' in api
    assert '"/old"' not in api
    assert '"index"' not in api
    # Another origin has none of it.
    assert list(functions(template, by_pattern["/img/*"])) == ["viewer-response"]
    found = [
        item
        for item in template["Resources"].values()
        if item["Type"] == "AWS::CloudFront::Function"
    ]
    assert len(found) == 3
    assert {item["Properties"]["FunctionConfig"]["Runtime"] for item in found} == {
        "cloudfront-js-2.0"
    }


def test_refused_by_the_distribution(stack: cdk.Stack) -> None:
    api = ProxyApi(stack, "Api", handler=plain_function(stack, "Plain"))
    message = refused(lambda: Cdn(stack, "A", api=api, site=Site.spa()))
    assert "`site` must go with a bucket as the default behavior, got: Site.spa()" in message
    Cdn(stack, "B", api=api, site=Site.files(redirects={"/a": "/b"}))
    bucket = StorageBucket(stack, "Pages")
    table = {f"/old/{number}/*": f"/new/{number}" for number in range(400)}
    message = refused(lambda: Cdn(stack, "C", bucket=bucket, site=Site.spa(redirects=table)))
    assert "`default` must have at most 10,240 bytes of JavaScript" in message
    assert "redirects (" in message
    store = cdk.aws_cloudfront.KeyValueStore(stack, "Store")
    own = Snippet(name="own", source=NOTHING, stage=Stage.HEADERS, key_value_store=store)
    long = Site.spa(redirects={f"/old/{number}": "/new" for number in range(400)})
    behavior = Behavior("bucket", edge=[own])
    message = refused(lambda: Cdn(stack, "D", bucket=bucket, site=long, default=behavior))
    assert "`default` must not have a `Snippet` with a key value store beside a long" in message
    function = cdk.aws_cloudfront.Function(
        stack, "Own", code=cdk.aws_cloudfront.FunctionCode.from_inline(NOTHING)
    )
    message = refused(lambda: Behavior("bucket", edge=[function]))  # type: ignore[list-item]
    assert "`edge[0]` must be an EdgeFunction or a Snippet, got:" in message
    assert "pass its file, `Snippet.file(path)`" in message


def test_pages_of_guarded_behaviors_are_not_served_by_others(stack: cdk.Stack) -> None:
    bucket, secret = StorageBucket(stack, "Pages"), secretsmanager.Secret(stack, "Secret")
    basic = EdgeAuth.basic(secret)
    behaviors: dict[str, Behavior] = {
        "/members/*": Behavior("bucket", auth=basic),
        "/open/*": Behavior("bucket", compress=False),
        "/api/*": Behavior(Origin.http("api.example.com"), auth=basic),
    }
    Cdn(stack, "Pages2", bucket=bucket, site=Site.pages(), behaviors=behaviors)
    template = synth(stack)
    config = properties(template, "AWS::CloudFront::Distribution")["DistributionConfig"]
    code = functions(template, config["DefaultCacheBehavior"])["viewer-request"]
    assert '"guards":[["/members/*",true]]' in code
    assert code.count("isGuarded(") == 3  # encoded paths are no way past the guard
    beside = functions(template, config["CacheBehaviors"][1])["viewer-request"]
    assert "isGuarded(uri,parameters.guards)" in beside.replace(" ", "")
    members = template["Resources"][
        config["CacheBehaviors"][0]["FunctionAssociations"][0]["FunctionARN"]["Fn::GetAtt"][0]
    ]
    assert "guards" not in str(members)


def test_patterns_that_differ_in_a_slash_or_are_tokens(stack: cdk.Stack, tmp_path: Path) -> None:
    behaviors: dict[str, Behavior] = {}
    late = [cdk.CfnParameter(stack, name).value_as_string for name in ("One", "Two")]
    for number, pattern in enumerate(["/a/b", "/a-b", *late]):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "index.py").write_text(f"handler = {number}\n")
        own = Snippet(name=pattern, source=f"{NOTHING}//{number}", stage=Stage.HEADERS)
        edge: list[EdgeFunction | Snippet] = [own, EdgeFunction(folder, event="origin-request")]
        behaviors[pattern] = Behavior("bucket", edge=edge)
    Cdn(stack, "Cdn", bucket=StorageBucket(stack, "Pages"), behaviors=behaviors)
    template = synth(stack)
    assert len(all_of(template, "AWS::CloudFront::Function")) == 5  # that of the default as well
    config = properties(template, "AWS::CloudFront::Distribution")["DistributionConfig"]
    edges = [str(each["LambdaFunctionAssociations"]) for each in config["CacheBehaviors"]]
    assert len(set(edges)) == 4


def test_the_page_of_an_application_is_guarded_everywhere(stack: cdk.Stack) -> None:
    bucket, secret = StorageBucket(stack, "Pages"), secretsmanager.Secret(stack, "Secret")
    guarded = Behavior("bucket", auth=EdgeAuth.basic(secret))
    for pattern in ("/index.html", "*.html"):
        message = refused(
            lambda pattern=pattern: Cdn(  # type: ignore[misc]
                stack, "Cdn", bucket=bucket, site=Site.spa(), behaviors={pattern: guarded}
            )
        )
        assert "`site` must have an index that everybody may see, got: 'index.html'" in message
    same = {"/index.html": guarded}
    Cdn(stack, "Cdn", bucket=bucket, site=Site.spa(), default=guarded, behaviors=same)


def test_a_long_table_is_in_a_store(stack: cdk.Stack) -> None:
    table = {f"/old/{number}": f"/new/{number}" for number in range(400)}
    api = ProxyApi(stack, "Api", handler=plain_function(stack, "Plain"))
    bucket = StorageBucket(stack, "Pages")
    Cdn(stack, "Cdn", bucket=bucket, api=api, site=Site.spa(redirects=table))
    template = synth(stack)
    store = properties(template, "AWS::CloudFront::KeyValueStore")
    assert store["ImportSource"]["SourceType"] == "S3"
    function = properties(template, "AWS::CloudFront::Function")  # the API has no entry
    (association,) = function["FunctionConfig"]["KeyValueStoreAssociations"]
    assert list(association["KeyValueStoreARN"]) == ["Fn::GetAtt"]
    assert "/old/7" not in function["FunctionCode"]


def test_maintenance(stack: cdk.Stack) -> None:
    Cdn(
        stack,
        "Cdn",
        bucket=StorageBucket(stack, "Pages"),
        api=ProxyApi(stack, "Api", handler=plain_function(stack, "Plain")),
        maintenance=Maintenance(allow_ips=["192.0.2.1"]),
    )
    template = synth(stack)
    # One function for all behaviors, the API included.
    code = properties(template, "AWS::CloudFront::Function")["FunctionCode"]
    assert "[[[192,0,2,1],32]]" in code
    config = properties(template, "AWS::CloudFront::Distribution")["DistributionConfig"]
    assert config["CacheBehaviors"][0]["FunctionAssociations"]
    assert config["DefaultCacheBehavior"]["FunctionAssociations"]


def test_maintenance_is_refused() -> None:
    hour = cdk.Duration.millis(1500)
    message = refused(
        lambda: Maintenance(page="nowhere.html", allow_ips=["192.0.2.1/8"], retry_after=hour)
    )
    assert "`page` must be a file of this machine, got: 'nowhere.html'" in message
    assert "`allow_ips` must have IP addresses and networks in CIDR notation" in message
    assert "`retry_after` must be whole seconds, got: 1.5 seconds" in message


def test_old_hosts_are_names_of_the_domain() -> None:
    stack = cdk.Stack(new_app(), "Test", env=cdk.Environment(region="us-east-1"))
    pages = StorageBucket(stack, "Pages")
    certificate = acm.Certificate.from_certificate_arn(
        stack, "Certificate", "arn:aws:acm:us-east-1:123456789012:certificate/a-b"
    )
    site = Site.spa(redirect_hosts={"www.example.com": "example.com"})

    def make(construct_id: str, *aliases: str) -> Cdn:
        domain = CdnDomain("example.com", aliases=aliases, certificate=certificate)
        return Cdn(stack, construct_id, bucket=pages, site=site, domain=domain)

    message = refused(lambda: make("None"))
    assert (
        "`site.redirect_hosts` must have names of the `domain`, got: 'www.example.com'" in message
    )
    make("Exact", "WWW.example.com")
    make("Wildcard", "*.example.com")
