import pytest

from serverless_stack.checks.services.cloudfront import (
    alias_problems,
    certificate_problems,
    country_problems,
    invalidation_path_problems,
    object_path_problems,
    origin_domain_problems,
    origin_path_problems,
    path_pattern_problems,
    pattern_problems,
    web_acl_problems,
)

TOKEN = "${Token[Path.1]}"


@pytest.mark.parametrize("pattern", ["/api/*", "/v?/a.b", "/" + "a" * 254, "/*.php", TOKEN])
def test_path_patterns_are_accepted(pattern: str) -> None:
    assert path_pattern_problems(pattern, "pattern") == []


@pytest.mark.parametrize("pattern", ["", "api/*", "/a b", "/" + "a" * 255, "/ä", "/api/*\n"])
def test_other_path_patterns_are_refused(pattern: str) -> None:
    (problem,) = path_pattern_problems(pattern, "pattern")
    assert problem.startswith("`pattern` must begin with a slash")
    assert problem.endswith(f"got: {pattern!r}")


@pytest.mark.parametrize("pattern", ["*", "/*"])
def test_a_pattern_for_everything_is_refused(pattern: str) -> None:
    (problem,) = path_pattern_problems(pattern, "pattern")
    assert problem.startswith("`pattern` must leave paths to the bucket")


@pytest.mark.parametrize("path", ["index.html", "a/b.html", TOKEN])
def test_object_names_are_accepted(path: str) -> None:
    assert object_path_problems(path, "root") == []


@pytest.mark.parametrize("path", ["", "/index.html"])
def test_other_object_names_are_refused(path: str) -> None:
    (problem,) = object_path_problems(path, "root")
    assert problem.startswith(
        f"`root` must be the name of an object without a slash before it, got: {path!r}"
    )


@pytest.mark.parametrize("path", ["", "/site", "/a/b", TOKEN])
def test_origin_paths_are_accepted(path: str) -> None:
    assert origin_path_problems(path, "origin_path") == []


@pytest.mark.parametrize("path", ["site", "/site/", "/", "/site/*"])
def test_other_origin_paths_are_refused(path: str) -> None:
    (problem,) = origin_path_problems(path, "origin_path")
    assert problem.startswith("`origin_path` must begin with a slash, not end with one")


@pytest.mark.parametrize(
    "paths",
    [
        ["/"],
        ["/*"],
        ["/a/*", "/b%20c?x=1"],
        [f"/{number}" for number in range(3000)],
        [f"/{number}*" for number in range(15)],
        ["/" + "a" * 3999],
        ["${Token[TOKEN.1]}"],
    ],
)
def test_paths_to_invalidate(paths: list[str]) -> None:
    assert invalidation_path_problems(paths, "paths") == []


@pytest.mark.parametrize(
    ("paths", "reported"),
    [
        ([], "at least one path, got: none"),
        (["a"], "begin with a slash, got: 'a'"),
        (["/a*/b"], "have `*` as the last character only, got: '/a*/b'"),
        (["/a b"], "be percent-encoded, got: '/a b'"),
        (["/a%2"], "be percent-encoded, got: '/a%2'"),
        ([f"/{number}" for number in range(3001)], "have at most 3,000 paths, got: 3,001"),
        ([f"/{n}*" for n in range(16)], "have at most 15 paths with a wildcard, got: 16"),
        (["/" + "a" * 4000], "have at most 4,000 characters"),
    ],
)
def test_paths_that_cloudfront_refuses(paths: list[str], reported: str) -> None:
    (problem,) = invalidation_path_problems(paths, "paths")
    assert problem.startswith("`paths` must ")
    assert reported in problem


@pytest.mark.parametrize("pattern", ["*", "images/*.jpg", "/a?b", TOKEN])
def test_patterns_of_any_behaviour_are_accepted(pattern: str) -> None:
    assert pattern_problems(pattern, "pattern") == []


@pytest.mark.parametrize("pattern", ["", "a b", "p" * 256, "/(a)"])
def test_other_patterns_are_refused(pattern: str) -> None:
    (problem,) = pattern_problems(pattern, "pattern")
    assert problem.endswith(f"got: {pattern!r}")


def test_an_object_name_that_is_too_long_is_refused() -> None:
    assert object_path_problems("a" * 255, "root") == []
    assert object_path_problems("a" * 256, "root") == [
        "`root` must have at most 255 characters, got: 256"
    ]


def test_an_origin_path_that_is_too_long_is_refused() -> None:
    assert origin_path_problems("/" + "a" * 255, "path") == [
        "`path` must have at most 255 characters, got: 256"
    ]


@pytest.mark.parametrize("alias", ["a.example.com", "*.example.com", "_a.b.co", "A.DE", TOKEN])
def test_aliases_are_accepted(alias: str) -> None:
    assert alias_problems([alias, "other.example.com"], "names") == []


@pytest.mark.parametrize(
    "alias", ["", "localhost", "*a.example.com", "a.*.com", "https://a.b", "-a.b"]
)
def test_other_aliases_are_refused(alias: str) -> None:
    (problem,) = alias_problems([alias], "names")
    assert problem.startswith("`names` must have domain names")


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:acm:us-east-1:111122223333:certificate/0a",
        "arn:aws:acm:${Token[AWS.Region.1]}:111122223333:certificate/0a",
        TOKEN,
    ],
)
def test_certificates_are_accepted(arn: str) -> None:
    assert certificate_problems(arn, "certificate") == []


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:acm:eu-west-1:111122223333:certificate/0a",
        "arn:aws:acm:eu-west-1:${Token[AWS.AccountId.1]}:certificate/0a",
        "arn:aws:iam::111122223333:server-certificate/a",
    ],
)
def test_other_certificates_are_refused(arn: str) -> None:
    (problem,) = certificate_problems(arn, "certificate")
    assert "in us-east-1" in problem


@pytest.mark.parametrize(
    ("country", "nearest"), [("USA", "US"), ("uk", "GB"), ("de", "DE"), ("Germany", ""), ("AN", "")]
)
def test_the_message_has_the_nearest_country(country: str, nearest: str) -> None:
    (problem,) = country_problems(["DE", TOKEN, country], "countries")
    assert problem.endswith(f"(nearest accepted: {nearest})" if nearest else f"got: {country!r}")


@pytest.mark.parametrize(
    "domain", ["a.example.com", "b.s3.eu-west-1.amazonaws.com", f"{TOKEN}.example.com", TOKEN]
)
def test_origin_domains_are_accepted(domain: str) -> None:
    assert origin_domain_problems(domain, "domain") == []


@pytest.mark.parametrize(
    "domain",
    [
        *("https://a.example.com", "a.example.com/b", "a.example.com:80", "192.0.2.1", "a", ""),
        *(f"https://{TOKEN}", f"{TOKEN}/prod"),
    ],
)
def test_other_origin_domains_are_refused(domain: str) -> None:
    (problem,) = origin_domain_problems(domain, "domain")
    assert problem.startswith("`domain` must be a domain name")


WEB_ACL = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/a/0a"


@pytest.mark.parametrize("acl", [WEB_ACL, "0a1b2c3d", TOKEN, WEB_ACL.replace("us-east-1", TOKEN)])
def test_web_acls_are_accepted(acl: str) -> None:
    assert web_acl_problems(acl, "acl") == []


@pytest.mark.parametrize(
    "acl", [WEB_ACL.replace("global", "regional"), WEB_ACL.replace("us-east-1", "eu-west-1")]
)
def test_other_web_acls_are_refused(acl: str) -> None:
    (problem,) = web_acl_problems(acl, "acl")
    assert problem.startswith("`acl` must be a web ACL with the scope CLOUDFRONT, in us-east-1")


def test_unknown_domain_names_are_not_compared() -> None:
    assert alias_problems(["${Token[TOKEN.1]}", "${Token[TOKEN.1]}"], "domain_names") == []
