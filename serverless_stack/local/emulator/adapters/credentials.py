"""Credentials: no key is one of the root user without a signature, and functions get ours."""

from typing import Any

from ministack.core import iam_evaluator, lambda_runtime
from ministack.services import lambda_svc

from ..keys import DEFAULT_ACCOUNT, AccessKey


def apply(key: AccessKey) -> None:
    """Apply this module's patches."""
    verify_root_keys()
    give_functions_the_key(key)


def verify_root_keys() -> None:
    """Verify the signature of every key.

    MiniStack believes whoever uses ``test``, an account number, or no key to be the root user.
    """
    iam_evaluator.is_root_access_key = lambda access_key_id: False


def give_functions_the_key(key: AccessKey) -> None:
    """Pass the key of this cloud to functions, for the account that each belongs to."""

    def execution_credentials(config: dict[str, Any]) -> dict[str, str]:
        arn = str(config.get("FunctionArn", "")).split(":")
        account = arn[4] if len(arn) > 4 else DEFAULT_ACCOUNT
        return {
            "AWS_ACCESS_KEY_ID": key.id_for(account),
            "AWS_SECRET_ACCESS_KEY": key.secret,
            "AWS_SESSION_TOKEN": "",
        }

    lambda_runtime.execution_credentials = execution_credentials
    lambda_svc.execution_credentials = execution_credentials
