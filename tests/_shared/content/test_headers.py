import hashlib
import re

import pytest

from serverless_stack._shared.content.headers import Headers, content_type_of, headers_of
from serverless_stack._shared.content.rules import CacheRule, TagRule


@pytest.mark.parametrize(
    ("key", "content_type"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("a.b/app.js", "text/javascript; charset=utf-8"),
        ("IMAGE.PNG", "image/png"),
        ("x.wasm", "application/wasm"),
        ("font.woff2", "font/woff2"),
        ("a.tar.gz", "application/gzip"),
        ("data.unknown", "application/octet-stream"),
        ("Makefile", "application/octet-stream"),
        ("html", "application/octet-stream"),
        ("a.html/b", "application/octet-stream"),
        ("font.eot", "application/vnd.ms-fontobject"),
        ("film.m3u8", "application/vnd.apple.mpegurl; charset=utf-8"),
        ("film.ts", "video/mp2t"),
        ("map.geojson", "application/geo+json; charset=utf-8"),
        ("logo.svgz", "image/svg+xml"),
    ],
)
def test_content_types(key: str, content_type: str) -> None:
    assert content_type_of(key) == content_type


@pytest.mark.parametrize(("ending", "encoding"), [("br", "br"), ("gz", "gzip"), ("zst", "zstd")])
def test_a_compressed_sibling_is_the_same_file_in_another_encoding(
    ending: str, encoding: str
) -> None:
    rules = [CacheRule("*.js", "no-cache")]
    found = headers_of(f"app.js.{ending}", {"app.js", f"app.js.{ending}"}, rules)
    assert found == Headers("text/javascript; charset=utf-8", "no-cache", encoding)


def test_a_compressed_file_alone_is_a_file_of_its_own() -> None:
    assert headers_of("data.gz", {"data.gz"}, []) == Headers("application/gzip")


def test_a_compressed_image_is_decompressed_by_browsers() -> None:
    assert headers_of("logo.svgz", {"logo.svgz"}, []) == Headers("image/svg+xml", None, "gzip")


def test_a_rule_for_a_sibling_goes_before_that_of_the_file() -> None:
    rules = [CacheRule("*.br", "one"), CacheRule("*.js", "two")]
    assert headers_of("app.js.br", {"app.js"}, rules).cache_control == "one"


def test_digest_has_128_bits() -> None:
    assert re.fullmatch("[0-9a-f]{32}", Headers("text/html").digest())


def test_other_headers_have_another_digest() -> None:
    digests = {
        Headers("text/html").digest(),
        Headers("text/plain").digest(),
        Headers("text/html", "no-cache").digest(),
        Headers("text/html", None, "br").digest(),
        Headers("text/html", None, None, "0").digest(),
    }
    assert len(digests) == 5
    assert Headers("text/html").digest() == Headers("text/html").digest()


def test_a_compressed_page_is_not_cached_longer_than_the_page() -> None:
    """The rule for all other files comes last, and would take ``index.html.br``."""
    rules = [CacheRule("*.html", "no-cache"), CacheRule("*", "immutable")]
    assert headers_of("index.html.br", {"index.html"}, rules).cache_control == "no-cache"
    assert headers_of("app.js.br", {"app.js"}, rules).cache_control == "immutable"


def test_tags_of_all_rules_that_match_the_file_or_its_original() -> None:
    rules = [TagRule("*.js", ("script", "all")), TagRule("app.*", ("App", "SCRIPT"))]
    found = headers_of("app.js.br", {"app.js"}, [], rules)
    assert found.metadata == (("cache-tag", "script,all,App"),)
    assert headers_of("logo.png", (), [], rules).metadata == ()


def test_metadata_has_another_digest_and_none_that_of_before() -> None:
    tagged = Headers("text/html", metadata=(("cache-tag", "a"),))
    assert tagged.digest() != Headers("text/html").digest()
    before = hashlib.sha256(b"text/html\n\n\n").hexdigest()[:32]
    assert Headers("text/html").digest() == before


@pytest.mark.parametrize(
    ("pattern", "tags"), [("", ("a",)), ("/a", ("a",)), ("a", ("b c",)), ("a", ("",))]
)
def test_tag_rules_that_are_refused(pattern: str, tags: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="must"):
        TagRule(pattern, tags)
