"""The checks of ``make demo`` on the deployed shop, with real HTTP requests and boto3."""

import json
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import boto3
from rich.table import Table
from rich.text import Text

from serverless_stack.local.cloud import DeployResult
from serverless_stack.operations.invalidation import send

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
HIT, MISS = "Redis; hit", "Redis; fwd=uri-miss"
CACHED = "Hit from cloudfront"
ORDER = {"customer": "Ada", "lines": [{"product": "espresso", "quantity": 2}]}
SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}


@dataclass(frozen=True)
class Reply:
    status: int
    headers: HTTPMessage
    body: str

    def field(self, name: str) -> object:
        """Return a field of the JSON body, or the whole body if it is no JSON object."""
        try:
            content = json.loads(self.body)
        except ValueError:
            return self.body
        return content.get(name) if isinstance(content, dict) else content


class Demo:
    """Sends requests, and counts the checks that pass and fail."""

    def __init__(self, result: DeployResult) -> None:
        self.passed = 0
        self.failures: list[str] = []
        self.cache_answers: Counter[str] = Counter()
        self.invalidation = "none"
        self.table = Table("to", "method", "path", "status", "ms", "Cache-Status", title="Requests")
        self.table.columns[4].justify = "right"
        self.table.columns[2].overflow = "fold"
        self._bases = {
            "api": result.urls.apis[0].url.rstrip("/"),
            "cdn": result.urls.distributions[0].url.rstrip("/"),
        }
        self.bucket = result.outputs["Shop"]["BucketName"]
        self.distribution = result.urls.distributions[0].id
        self.run = secrets.token_hex(4)  # a second demo on the same cloud uses other ids

    def send(self, door: str, method: str, path: str, body: object = None) -> Reply:
        target = urlsplit(self._bases[door] + quote(path, safe="/?=&%"))
        connection = HTTPConnection(target.netloc, timeout=60)
        data = None if body is None else json.dumps(body)
        start = time.monotonic()
        connection.request(
            method,
            target.path + (f"?{target.query}" if target.query else ""),
            data,
            {"Content-Type": "application/json"} if data else {},
        )
        response = connection.getresponse()
        reply = Reply(response.status, response.headers, response.read().decode(errors="replace"))
        milliseconds = f"{(time.monotonic() - start) * 1000:.0f}"
        connection.close()
        cache = reply.headers.get("Cache-Status", "")
        self.cache_answers.update([cache] if cache else [])
        self.table.add_row(door, method, Text(path), str(reply.status), milliseconds, cache)
        return reply

    def check(self, what: str, got: object, expected: object) -> None:
        self.require(what, got == expected, f"expected {expected!r}, got {got!r}")

    def require(self, what: str, passed: bool, failure: str) -> None:
        if passed:
            self.passed += 1
        else:
            self.failures.append(f"{what}: {failure}")


def check_routes(demo: Demo) -> None:
    for path in ("/", "/a/deep/path"):
        for verb in VERBS:
            reply = demo.send("api", verb, path)
            has_route = path == "/" and verb == "GET"
            demo.check(f"status of {verb} {path}", reply.status, 200 if has_route else 404)
            if not has_route and verb != "HEAD":  # a reply to HEAD has no body
                message = f"no route for {verb} {path}"
                demo.check(f"answer to {verb} {path}", reply.field("message"), message)
    reply = demo.send("api", "GET", "/grüße/日本")
    demo.check(
        "answer to a unicode path",
        unquote(str(reply.field("message"))),
        "no route for GET /grüße/日本",
    )


def wait_for_caches(demo: Demo) -> None:
    # On a busy machine, a cold function's first call takes longer than its caches may: it answers
    # without them, and asks them again after a second.
    deadline = time.monotonic() + 60
    are_used = False
    while not are_used and time.monotonic() < deadline:
        order = demo.send("api", "PUT", f"/orders/{demo.run}-first", ORDER)
        product = demo.send("api", "GET", f"/products/{demo.run}-first")
        status = order.headers.get("Cache-Status", "")
        are_used = "detail=down" not in status and product.field("views") is not None
        if not are_used:
            time.sleep(1)
    demo.require("the function uses its caches", are_used, "not within a minute")


def check_orders(demo: Demo) -> None:
    s3 = boto3.client("s3")
    path, stored = f"/orders/{demo.run}", {"id": demo.run, **ORDER}
    reply = demo.send("api", "PUT", path, ORDER)
    demo.check("saving an order", (reply.status, json.loads(reply.body)), (200, stored))
    saved = s3.get_object(Bucket=demo.bucket, Key=f"data/orders/{demo.run}.json")["Body"].read()
    demo.check("the order in the bucket", json.loads(saved), stored)
    reply = demo.send("api", "GET", path)
    demo.check("a saved order is in the cache", reply.headers["Cache-Status"], HIT)
    demo.check("the order from the cache", json.loads(reply.body), stored)

    # An object that was not written by the shop is not in its cache.
    other = f"{demo.run}-other"
    body = json.dumps({"id": other, **ORDER})
    s3.put_object(Bucket=demo.bucket, Key=f"data/orders/{other}.json", Body=body)
    for cache_status in (MISS, HIT):
        reply = demo.send("cdn", "GET", f"/api/orders/{other}")
        demo.check("Cache-Status of an order", reply.headers["Cache-Status"], cache_status)
        demo.check(f"the order, {cache_status}", reply.field("id"), other)
    check_orders_through_cdn(demo, stored)

    demo.check("deleting an order", demo.send("api", "DELETE", path).status, 200)
    demo.check("the deleted order", demo.send("api", "GET", path).status, 404)
    demo.check("an unsafe id", demo.send("api", "GET", "/orders/a.b").status, 400)
    reply = demo.send("api", "PUT", path, {**ORDER, "lines": []})
    demo.check("an order without lines", reply.status, 422)
    demo.require("the reply names the problem", "lines" in reply.body, f"got {reply.body!r}")


def check_orders_through_cdn(demo: Demo, stored: object) -> None:
    reply = demo.send("cdn", "GET", f"/api/orders/{demo.run}")
    demo.check("an order through the CDN", (reply.status, json.loads(reply.body)), (200, stored))
    reply = demo.send("cdn", "PUT", f"/api/orders/{demo.run}-cdn", ORDER)
    demo.check("saving an order through the CDN", reply.status, 200)
    reply = demo.send("cdn", "POST", "/api/nothing")
    demo.check("unknown path", reply.field("message"), "no route for POST /api/nothing")
    for path in (f"/data/orders/{demo.run}.json", f"/site/../data/orders/{demo.run}.json"):
        reply = demo.send("cdn", "GET", path)
        hidden = reply.status in (403, 404) and "Ada" not in reply.body
        demo.require(
            f"orders are not served as pages ({path})",
            hidden,
            f"got {reply.status} {reply.body[:80]!r}",
        )


def check_products(demo: Demo) -> None:
    for count in (1, 2, 3):
        reply = demo.send("api", "GET", f"/products/{demo.run}")
        demo.check(f"view {count} of a product", reply.field("views"), count)
    reply = demo.send("cdn", "GET", f"/api/products/{demo.run}")
    demo.check("view 4 of a product, through the CDN", reply.field("views"), 4)


def check_site(demo: Demo) -> None:
    site = Path(__file__).parent / "site"
    for path, file, kind in (
        ("/", "index.html", "text/html"),
        ("/about.html", "about.html", "text/html"),
        ("/style.css", "style.css", "text/css"),
        ("/app.js", "app.js", "javascript"),
    ):
        reply = demo.send("cdn", "GET", path)
        demo.check(f"status of {path}", reply.status, 200)
        demo.require(f"{path} is {file}", reply.body == (site / file).read_text(), "it differs")
        content_type = reply.headers.get("Content-Type", "")
        failure = f"expected {kind}, got {content_type!r}"
        demo.require(f"type of {path}", kind in content_type, failure)
        for name, part in SECURITY_HEADERS.items():
            value = reply.headers.get(name, "")
            demo.require(f"{name} of {path}", part in value, f"expected {part}, got {value!r}")
    demo.check("a missing page", demo.send("cdn", "GET", "/no-such-page.html").status, 404)


def check_cache(demo: Demo) -> None:
    """A page is cached until its path is invalidated; the page beside it stays cached."""
    s3, cloudfront = boto3.client("s3"), boto3.client("cloudfront")
    page, neighbour, key = "/about.html", "/style.css", "site/about.html"
    for path in (page, neighbour):
        demo.send("cdn", "GET", path)
        reply = demo.send("cdn", "GET", path)
        demo.check(f"X-Cache of {path}", reply.headers["X-Cache"], CACHED)
    before = s3.get_object(Bucket=demo.bucket, Key=key)
    original, cache_control = before["Body"].read(), before["CacheControl"]
    changed = original + f"<!-- {demo.run} -->".encode()
    for number, body in enumerate((changed, original), start=1):
        s3.put_object(
            Bucket=demo.bucket,
            Key=key,
            Body=body,
            ContentType=before["ContentType"],
            CacheControl=cache_control,
        )
        stale = demo.send("cdn", "GET", page)
        demo.check("a changed page is stale", stale.body == body.decode(), False)
        (sent,) = send([page], [demo.distribution], deployment=demo.run, replaces=str(number))
        fresh = demo.send("cdn", "GET", page)
        demo.check("after the invalidation it is fresh", fresh.body, body.decode())
        demo.invalidation = f"{sent.invalidation_ids[0]} of {page}"
        kept = demo.send("cdn", "GET", neighbour)
        demo.check("the page beside it is still cached", kept.headers["X-Cache"], CACHED)
    listed = cloudfront.list_invalidations(DistributionId=demo.distribution)["InvalidationList"]
    demo.require("the invalidations are listed", bool(listed.get("Items")), "none is listed")


CHECKS: tuple[Callable[[Demo], None], ...] = (
    check_routes,
    wait_for_caches,
    check_orders,
    check_products,
    check_site,
    check_cache,
)
