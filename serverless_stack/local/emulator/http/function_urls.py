"""Function URLs ("Control access to Lambda function URLs"): who is served, and preflights.

MiniStack serves a URL without authentication whatever the function's policy says. Here it is
refused if the policy has one of the two permissions that AWS needs, and served if it has both or
none.
"""

from dataclasses import dataclass
from typing import Any

from ministack import app as ministack_app
from ministack.services import lambda_svc

from .exchange import Response

FUNCTION_PATH = "/_aws/lambda-url/"
TROUBLESHOOTING = "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"
FORBIDDEN = (
    '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: '
    f'{TROUBLESHOOTING}"}}'
)
# Both are needed since October 2025.
ACTIONS = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")


@dataclass(frozen=True)
class FunctionUrl:
    """A deployed function URL.

    Attributes:
        id: The id, which is the first label of its host on AWS.
        function: The name of the function.
        qualifier: The alias that it invokes, if any.
        account: The account of the function.
        region: Its region.
        config: MiniStack's record.
    """

    id: str
    function: str
    qualifier: str | None
    account: str
    region: str
    config: dict[str, Any]

    @property
    def is_public(self) -> bool:
        """Whether it needs no signature."""
        return self.config.get("AuthType") == "NONE"

    def is_preflight(self, method: str) -> bool:
        """Whether a request is answered by Lambda itself, which needs no signature."""
        return method == "OPTIONS" and bool(self.config.get("Cors"))

    def refusal(self, headers: dict[str, str]) -> Response | None:
        """Refuse a request to a public URL whose function permits half of what is needed.

        Args:
            headers: The headers of the request by names in lower case.
        """
        statements = self._statements()
        permitted = {any(_permits(item, action) for item in statements) for action in ACTIONS}
        return self.forbidden(headers) if len(permitted) > 1 else None

    def forbidden(self, headers: dict[str, str]) -> Response:
        """Return the answer to a request that may not call the function."""
        cors = lambda_svc._function_url_cors_headers(self.config, headers)
        kind = {"Content-Type": "application/json", "x-amzn-ErrorType": "AccessDeniedException"}
        return 403, {**kind, **cors}, FORBIDDEN.encode()

    def permits_distribution(self, arn: str) -> bool:
        """Return whether the function's policy permits calls by a distribution.

        Args:
            arn: The ARN of the distribution.
        """
        statements = [item for item in self._statements() if _names_distribution(item, arn)]
        return all(any(_allows(item, action) for item in statements) for action in ACTIONS)

    def _statements(self) -> list[dict[str, Any]]:
        """Return the statements about this URL in the policy of its function."""
        found = lambda_svc._functions._data.get((self.account, self.region, self.function))
        arn = self.config.get("FunctionArn", "")
        if self.qualifier and not arn.endswith(f":{self.qualifier}"):
            arn = f"{arn}:{self.qualifier}"
        policy = (found or {}).get("policy") or {}
        statements = policy.get("Statement") or []
        return [item for item in statements if item.get("Resource") in (arn, None)]


def find_function_url(host: str, path: str) -> FunctionUrl | None:
    """Return the deployed function URL that a request addresses, by its host or its path."""
    parsed = ministack_app._parse_lambda_url(host, path)
    resolved = lambda_svc.resolve_function_url(parsed[0]) if parsed else None
    if parsed is None or resolved is None:
        return None
    account, region, name, qualifier, config = resolved
    return FunctionUrl(parsed[0], name, qualifier, account, region, config)


def deployed_function_urls() -> list[FunctionUrl]:
    """Return all function URLs, in order of creation."""
    found = []
    for (account, region, key), config in list(lambda_svc._function_urls.all_items()):
        name, _colon, qualifier = key.partition(":")
        url_id = lambda_svc._function_url_id(config["FunctionUrl"])
        found.append(FunctionUrl(url_id, name, qualifier or None, account, region, config))
    return found


def _permits(statement: dict[str, Any], action: str) -> bool:
    is_everyone = statement.get("Principal") in ("*", {"AWS": "*"})
    return is_everyone and _allows(statement, action)


def _allows(statement: dict[str, Any], action: str) -> bool:
    actions = statement.get("Action")
    named = actions if isinstance(actions, list) else [actions]
    return statement.get("Effect") == "Allow" and any(
        name in (action, "lambda:*") for name in named
    )


def _names_distribution(statement: dict[str, Any], arn: str) -> bool:
    """Return whether a statement is about CloudFront, and about no other distribution."""
    if statement.get("Principal") != {"Service": "cloudfront.amazonaws.com"}:
        return False
    conditions = (statement.get("Condition") or {}).values()
    sources = {
        str(value)
        for condition in conditions
        for name, value in condition.items()
        if name.lower() == "aws:sourcearn"
    }
    return sources <= {arn}
