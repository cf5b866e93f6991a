"""Which parts of a ``ServerlessStack`` go together."""

from collections.abc import Mapping

from aws_cdk import RemovalPolicy


def parts_problems(
    *,
    given_handler: bool,
    environment: Mapping[str, str] | None,
    site: str | None,
    api: object,
    has_api: bool,
    cdn: object,
    stores: Mapping[str, object],
    removal_policy: RemovalPolicy,
) -> list[str]:
    """List what is wrong with the choice of parts; True makes one, False leaves it out.

    Args:
        given_handler: Whether the handler is one of another stack.
        environment: The variables of a handler that is made.
        site: Where the static pages are.
        api: The API.
        has_api: Whether there is one in the end.
        cdn: The distribution.
        stores: The bucket and the caches.
        removal_policy: What happens to data.

    Returns:
        One message per rule that is broken.
    """
    # The handler would need the stores of this stack, and the API here the handler: a cycle.
    made = [name for name, part in stores.items() if part is True]
    needs_handler = given_handler and (api is True or (api and cdn))
    rules = [
        (
            site is None or (stores["bucket"] is not False and cdn is True),
            "`site` must go with a bucket and a `cdn` that this stack makes, "
            f"got: {site!r} without them",
        ),
        (
            not given_handler or not environment,
            "`environment` must be None for a `handler` that is given; set it there",
        ),
        (
            cdn is not True or stores["bucket"] is not False or has_api,
            "`cdn` must be False without a bucket and an API, got: True; it has nothing to serve",
        ),
        (
            not made or not needs_handler,
            "`bucket`, `redis` and `memcached` must be given or False for a `handler` that is "
            f"given and has an API, got: True for {', '.join(made)}",
        ),
        (
            removal_policy != RemovalPolicy.SNAPSHOT,
            "`removal_policy` must be RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, "
            "got: SNAPSHOT, which buckets and logs do not have",
        ),
    ]
    return [message for holds, message in rules if not holds]
