"""The rotated credential in ElastiCache, which accepts the current and the pending one."""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from mypy_boto3_elasticache import ElastiCacheClient

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

_ONLY_ONE_VALID = ("InvalidParameterCombination", "InvalidParameterValue")

RemainingTime = Callable[[], float]
"""Returns the seconds that are left."""


class RotatedCredential(Protocol):
    """An AUTH token or a user's password."""

    def accept_both(self, current: str, pending: str, remaining: RemainingTime) -> None:
        """Make two passwords valid, and no others, and return when they are.

        Args:
            current: The one that clients use.
            pending: The one that they will use.
            remaining: Returns the seconds that are left.

        Raises:
            TimeoutError: It takes longer than that.
        """


class ReplicationGroupToken:
    """The AUTH token of a replication group.

    Args:
        replication_group_id: The id of the replication group.
        client: A boto3 ElastiCache client.
        poll_seconds: The interval at which its status is read.
    """

    def __init__(
        self,
        replication_group_id: str,
        client: "ElastiCacheClient",
        poll_seconds: float,
    ) -> None:
        self._id = replication_group_id
        self._client = client
        self._poll_seconds = poll_seconds

    def accept_both(self, current: str, pending: str, remaining: RemainingTime) -> None:
        """Make both tokens valid; see `RotatedCredential`.

        ROTATE keeps the newest token valid beside the new one. Which one is newest is unknown
        after a rotation that stopped half-way, so SET first makes the current token the only
        one. This also ends the token before it: clients had a whole rotation interval to read
        the current one.
        """
        from botocore.exceptions import ClientError

        self._wait(remaining)
        try:
            self._modify(current, "SET")
        except ClientError as error:
            if error.response["Error"]["Code"] not in _ONLY_ONE_VALID:
                raise
            logger.info("one token was valid: %s", error)  # SET is only allowed after ROTATE
        self._wait(remaining)
        self._modify(pending, "ROTATE")
        self._wait(remaining)

    def _modify(self, token: str, strategy: Literal["SET", "ROTATE"]) -> None:
        self._client.modify_replication_group(
            ReplicationGroupId=self._id,
            AuthToken=token,
            AuthTokenUpdateStrategy=strategy,
            ApplyImmediately=True,
        )

    def _wait(self, remaining: RemainingTime) -> None:
        def settled() -> bool:
            (group,) = self._client.describe_replication_groups(ReplicationGroupId=self._id)[
                "ReplicationGroups"
            ]
            pending = group.get("PendingModifiedValues", {})
            return group["Status"] == "available" and not pending.get("AuthTokenStatus")

        _until(settled, f"replication group {self._id}", remaining, self._poll_seconds)


class UserPassword:
    """The password of a user.

    Args:
        user_id: The id of the user.
        client: A boto3 ElastiCache client.
        poll_seconds: The interval at which its status is read.
    """

    def __init__(self, user_id: str, client: "ElastiCacheClient", poll_seconds: float) -> None:
        self._id = user_id
        self._client = client
        self._poll_seconds = poll_seconds

    def accept_both(self, current: str, pending: str, remaining: RemainingTime) -> None:
        """Make both passwords valid; see `RotatedCredential`."""
        self._wait(remaining)
        self._client.modify_user(
            UserId=self._id,
            AuthenticationMode={"Type": "password", "Passwords": [current, pending]},
        )
        self._wait(remaining)

    def _wait(self, remaining: RemainingTime) -> None:
        def settled() -> bool:
            (user,) = self._client.describe_users(UserId=self._id)["Users"]
            return user["Status"] == "active"

        _until(settled, f"user {self._id}", remaining, self._poll_seconds)


def _until(
    settled: Callable[[], bool], what: str, remaining: RemainingTime, poll_seconds: float
) -> None:
    while not settled():
        if remaining() <= poll_seconds:
            raise TimeoutError(f"{what} is still being modified; the next attempt continues")
        time.sleep(poll_seconds)
