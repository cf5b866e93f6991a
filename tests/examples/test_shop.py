"""The shop, on a real redis-server and memcached."""

import json
from base64 import b64encode
from collections.abc import Callable

import pytest

from tests.examples.shop import ORDER, SHOP, STORED, Answer, Shop
from tests.runtime.servers import Server, wait_until


def test_index_names_the_routes(shop: Shop) -> None:
    answer = shop.call("GET", "/")

    assert (answer.status, answer.cache) == (200, None)
    assert answer.body["routes"] == ["/orders/{id}", "/products/{id}"]


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_cdn_prefix_is_no_part_of_the_route(shop: Shop, path: str) -> None:
    assert shop.call("GET", path).status == 200


def test_order_is_read_from_the_bucket_once(shop: Shop) -> None:
    shop.expect_get()

    assert shop.call("GET", "/orders/7") == Answer(200, STORED, "miss")
    assert shop.call("GET", "/orders/7") == Answer(200, STORED, "hit")
    assert shop.call("GET", "/api/orders/7") == Answer(200, STORED, "hit")


def test_new_order_is_written_through(shop: Shop) -> None:
    shop.expect_put()

    assert shop.put() == Answer(200, STORED, None)
    assert shop.call("GET", "/orders/7") == Answer(200, STORED, "hit")


def test_body_may_come_encoded(shop: Shop) -> None:
    shop.expect_put()
    body = b64encode(json.dumps(ORDER).encode()).decode()

    assert shop.call("PUT", "/orders/7", body, encoded=True).status == 200


def test_deleted_order_is_gone_from_the_cache(shop: Shop) -> None:
    shop.expect_put()
    shop.expect_delete()
    shop.expect_missing()
    shop.put()

    assert shop.call("DELETE", "/orders/7") == Answer(200, {"deleted": "7"}, None)
    assert shop.call("GET", "/orders/7").status == 404


def test_missing_order_is_not_found_and_not_cached(shop: Shop) -> None:
    shop.expect_missing()
    shop.expect_get()
    answer = shop.call("GET", "/orders/7")

    assert answer.status == 404
    assert answer.body == {"statusCode": 404, "message": "orders/7.json does not exist"}
    assert shop.call("GET", "/orders/7").status == 200


@pytest.mark.parametrize(
    ("order", "field", "problem"),
    [
        ({**ORDER, "lines": []}, "lines", "at least 1 item"),
        ({"lines": ORDER["lines"]}, "customer", "Field required"),
        ({**ORDER, "customer": ""}, "customer", "at least 1 character"),
        ({**ORDER, "admin": True}, "admin", "Extra inputs are not permitted"),
        (
            {**ORDER, "lines": [{"product": "espresso", "quantity": 0}]},
            "lines.0.quantity",
            "greater than or equal to 1",
        ),
        ([], "", "an object"),
        ({**ORDER, "customer": "\ud800"}, "", "Invalid JSON"),
    ],
)
def test_bad_order_is_refused_with_its_problems(
    shop: Shop, order: object, field: str, problem: str
) -> None:
    answer = shop.put(order)
    message = answer.body["message"]

    assert answer.status == 422
    assert isinstance(message, dict)
    [found] = message["the order is not valid"]
    assert found["field"] == field
    assert problem in found["problem"]


@pytest.mark.parametrize(
    ("body", "encoded"), [(None, False), ("", False), ("{", False), ("/w==", True)]
)
def test_body_that_is_not_json_is_refused(shop: Shop, body: str | None, encoded: bool) -> None:
    answer = shop.call("PUT", "/orders/7", body, encoded=encoded)

    assert answer.status == 422
    assert "Invalid JSON" in str(answer.body)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("name", ["..", "-7", "a.b", "käse", "a b", "x" * 65])
def test_unsafe_id_reaches_nothing(shop: Shop, method: str, name: str) -> None:
    answer = shop.call(method, f"/orders/{name}", json.dumps(ORDER))

    assert answer.status in (400, 404)
    assert answer.body["statusCode"] == answer.status


def test_unsafe_id_is_named(shop: Shop) -> None:
    answer = shop.call("GET", "/products/a.b")

    assert answer.status == 400
    assert "letters, digits, - or _" in str(answer.body["message"])
    assert "got: a.b" in str(answer.body["message"])


def test_views_are_counted_per_product(shop: Shop) -> None:
    assert shop.call("GET", "/products/espresso") == Answer(
        200, {"id": "espresso", "views": 1}, None
    )
    assert shop.call("GET", "/products/espresso") == Answer(
        200, {"id": "espresso", "views": 2}, None
    )
    assert shop.call("GET", "/products/filter").body["views"] == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/"),
        ("OPTIONS", "/"),
        ("PATCH", "/orders/7"),
        ("POST", "/api/orders/7"),
        ("DELETE", "/products/espresso"),
        ("GET", "/orders"),
        ("GET", "/orders/7/lines"),
        ("GET", "/grüße/日本"),
        ("GET", "/apiary"),
    ],
)
def test_any_other_request_is_answered_with_its_method_and_path(
    shop: Shop, method: str, path: str
) -> None:
    answer = shop.call(method, path)

    assert answer.status == 404
    assert answer.body["message"] == f"no route for {method} {path}"


@pytest.mark.parametrize("fault", [Server.kill, Server.hang], ids=["killed", "hung"])
def test_orders_are_served_from_the_bucket_while_redis_is_down(
    shop: Shop, redis: Server, fault: Callable[[Server], None]
) -> None:
    shop.expect_put()
    shop.expect_get()
    shop.expect_get()
    shop.expect_delete()
    fault(redis)

    assert shop.put() == Answer(200, STORED, "degraded")
    assert shop.call("GET", "/orders/7") == Answer(200, STORED, "degraded")
    assert shop.call("GET", "/orders/7") == Answer(200, STORED, "degraded")
    assert shop.call("DELETE", "/orders/7") == Answer(200, {"deleted": "7"}, "degraded")


@pytest.mark.parametrize("fault", [Server.kill, Server.hang], ids=["killed", "hung"])
def test_product_pages_are_served_uncounted_while_memcached_is_down(
    shop: Shop, memcached: Server, fault: Callable[[Server], None]
) -> None:
    fault(memcached)

    for _ in range(3):
        answer = shop.call("GET", "/products/espresso")
        assert answer == Answer(200, {"id": "espresso", "views": None}, None)


def test_orders_are_cached_again_when_redis_is_back(shop: Shop, redis: Server) -> None:
    shop.expect_put()
    shop.put()
    redis.hang()
    shop.expect_get()
    assert shop.call("GET", "/orders/7").cache == "degraded"
    redis.resume()

    def is_back() -> bool:
        shop.expect_delete()
        return shop.call("DELETE", "/orders/7").cache is None

    wait_until(is_back)
    shop.expect_get()
    assert shop.call("GET", "/orders/7").cache == "miss"
    assert shop.call("GET", "/orders/7").cache == "hit"


def test_requirements_are_locked_by_hash_and_name_no_host() -> None:
    wanted = (SHOP / "handler" / "requirements.in").read_text().split()
    locked = (SHOP / "handler" / "requirements.txt").read_text()
    requirements = [line for line in locked.splitlines() if not line.startswith(" ")]

    assert locked.count("--hash=sha256:") >= len(requirements)
    assert set(wanted) <= {line.partition("==")[0] for line in requirements}
    assert "://" not in locked
