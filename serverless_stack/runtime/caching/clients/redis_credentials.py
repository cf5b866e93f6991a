"""How a function authenticates to a Redis, as ``connect(function)`` says it."""

import os

from serverless_stack._shared import contract
from serverless_stack.runtime.caching.clients import environment

TYPE_CHECKING = False

if TYPE_CHECKING:
    from serverless_stack.runtime.caching.clients.auth_token import AuthToken
    from serverless_stack.runtime.caching.clients.iam_token import IamToken


def credentials_of(prefix: str, timeout: float) -> "AuthToken | IamToken | None":
    """Give what proves who the function is: a token, a user's password, or IAM; None for nothing.

    Args:
        prefix: The prefix of the variables, as given to ``connect``.
        timeout: Seconds that a caller waits for the secret or a token.

    Raises:
        ValueError: A variable is missing or malformed.
    """
    user = os.environ.get(contract.redis_user(prefix)) or None
    secret_arn = os.environ.get(contract.redis_secret_arn(prefix))
    if secret_arn:
        from serverless_stack.runtime.caching.clients.auth_token import AuthToken

        return AuthToken(secret_arn, user=user, timeout=timeout)
    if user is None:
        return None
    from serverless_stack.runtime.caching.clients.iam_token import IamToken

    return IamToken(
        user,
        environment.required(contract.redis_cache_name(prefix)),
        serverless=environment.flag(contract.redis_serverless(prefix)),
        timeout=timeout,
    )
