"""Lambda: the weights of an alias ("Implement Lambda canary deployments using a weighted alias").

MiniStack keeps the weights and always invokes the first version.
"""

import secrets
from typing import Any

from ministack.services import lambda_svc

Record = dict[str, Any]

_SHARES = 1000


def apply() -> None:
    """Apply this module's patches."""
    choose_for_services()
    choose_for_invoke()


def choose_for_services() -> None:
    """Choose a version when a service, such as API Gateway, looks for the function of an alias."""
    find = lambda_svc._effective_func_record_for_qualifier

    def find_by_weight(
        func: Record | None, qualifier: str | None
    ) -> tuple[Record | None, Record | None]:
        alias = (func or {}).get("aliases", {}).get(qualifier)
        if alias is not None and (version := chosen_version(alias)) is not None:
            qualifier = version
        found: tuple[Record | None, Record | None] = find(func, qualifier)
        return found

    lambda_svc._effective_func_record_for_qualifier = find_by_weight


def choose_for_invoke() -> None:
    """Choose a version when the Invoke action names an alias, which it looks up itself."""
    invoke = lambda_svc._invoke

    async def invoke_by_weight(
        name: str,
        event: Any,
        headers: Record,
        path_qualifier: str | None = None,
        query_params: Record | None = None,
    ) -> Any:
        qualifier = path_qualifier or lambda_svc._qp_first(query_params or {}, "Qualifier")
        alias = (lambda_svc._functions.get(name) or {}).get("aliases", {}).get(qualifier)
        version = chosen_version(alias) if alias is not None else None
        return await invoke(name, event, headers, version or path_qualifier, query_params)

    lambda_svc._invoke = invoke_by_weight


def chosen_version(alias: Record) -> str | None:
    """Return one of the additional versions of an alias, as often as its weight; else None."""
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    share = secrets.randbelow(_SHARES) / _SHARES
    for version, weight in weights.items():
        share -= float(weight)
        if share < 0:
            return str(version)
    return None
