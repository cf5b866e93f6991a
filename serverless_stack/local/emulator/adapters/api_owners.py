"""API Gateway: APIs of every account are served, because their callers sign for none."""

from typing import Any

from ministack.services import apigateway, apigateway_v1


def apply() -> None:
    """Apply this module's patches."""
    find_in_all_accounts(apigateway_v1, apigateway_v1._rest_apis)
    find_in_all_accounts(apigateway, apigateway._apis)


def find_in_all_accounts(service: Any, apis: Any) -> None:
    """Find the account and region of an API by its id. MiniStack looks in the caller's account.

    Args:
        service: The module of the service.
        apis: Its APIs.
    """

    def find_api_scope(api_id: str) -> tuple[str, str] | None:
        return next(((owner, place) for owner, place, id in list(apis._data) if id == api_id), None)

    service.find_api_scope = find_api_scope
