"""The caches of distributions, and their invalidation."""

import re
import time

from botocore.exceptions import ClientError

from ...activity import ACTIVITY
from ...adapters.cdn_cache import CACHE
from ...cdn.cache import CacheEntry, Key
from ...http.catalog import cdn_origin, deployed_distributions
from ...settings import Settings
from ..clients import Clients, refusal
from ..requests import ConsoleError, ConsoleRequest, Document, View

MAX_ENTRIES = 500
MAX_ITEMS = 100


def views(settings: Settings, clients: Clients) -> dict[tuple[str, str], View]:
    """Return the views of this tab."""

    def distributions(request: ConsoleRequest) -> object:
        return {
            "distributions": [
                {
                    "id": each.id,
                    "domain": each.domain,
                    "url": f"{cdn_origin(settings, each.id)}/",
                    "entries": len(CACHE.entries(each.id)),
                    "outcomes": dict(ACTIVITY.outcomes.get(each.id, {})),
                }
                for each in deployed_distributions()
            ]
        }

    def entries(request: ConsoleRequest) -> object:
        found = CACHE.entries(request.text("id"))
        text = request.text("match", "").lower()
        found = [(key, entry) for key, entry in found if text in _path(key).lower()]
        return {
            "total": len(found),
            "entries": [_entry(key, entry) for key, entry in found[:MAX_ENTRIES]],
        }

    def invalidate(request: ConsoleRequest) -> object:
        distribution = next(
            (each for each in deployed_distributions() if each.id == request.text("id")), None
        )
        if distribution is None:
            raise ConsoleError(f"there is no distribution {request.text('id')}", 404)
        items = list(dict.fromkeys(re.split(r"[\s,]+", request.text("items").strip())))
        wrong = [item for item in items if not item.startswith(("/", "#"))]
        if wrong or len(items) > MAX_ITEMS:
            raise ConsoleError(
                f"an invalidation has up to {MAX_ITEMS} paths, such as /images/*, or tags, such as "
                f"#products, got: {wrong[0] if wrong else len(items)!r}"
            )
        before = len(CACHE.entries(distribution.id))
        try:
            clients.get("cloudfront", distribution.account).create_invalidation(
                DistributionId=distribution.id,
                InvalidationBatch={
                    "Paths": {"Quantity": len(items), "Items": items},
                    "CallerReference": f"console-{time.time_ns()}",
                },
            )
        except ClientError as error:
            raise refusal(error) from error
        return {"dropped": max(0, before - len(CACHE.entries(distribution.id)))}

    return {
        ("GET", "/api/cdn"): distributions,
        ("GET", "/api/cdn/entries"): entries,
        ("POST", "/api/cdn/invalidate"): invalidate,
    }


def _entry(key: Key, entry: CacheEntry) -> Document:
    response = entry.response
    return {
        "path": _path(key),
        "status": response.status,
        "type": response.header("content-type"),
        "encoding": response.header("content-encoding"),
        "size": len(response.body),
        "age": CACHE.age(entry),
        "left": CACHE.seconds_left(entry),
        "tags": sorted(response.tags),
        "key": repr(key.rest),
    }


def _path(key: Key) -> str:
    return f"{key.path}?{key.query}" if key.query else key.path
