"""A catalogue whose answers stay in CloudFront until their product changes."""

import json
from typing import Any

from serverless_stack.runtime.cache_tags import cache_tags


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer with a product, and with the tags by which the answer can be dropped."""
    product = event["path"].rpartition("/")[2]
    answer = {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json", "Cache-Control": "s-maxage=86400"},
        "body": json.dumps({"product": product}),
    }
    return cache_tags(answer, "prices", f"product-{product}")
