"""What ElastiCache is told during a rotation: two tokens or passwords are valid for a while."""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from mypy_boto3_elasticache import ElastiCacheClient

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

_ONLY_ONE_VALID = ("InvalidParameterCombination", "InvalidParameterValue")

Patience = Callable[[], float]
"""Gives the seconds that are left."""


class Target(Protocol):
    """What has a token or password."""

    def accept(self, current: str, pending: str, patience: Patience) -> None:
        """Let both in, and nothing else, and return when that is so.

        Args:
            current: The token or password that clients use.
            pending: The one that they will use.
            patience: Gives the seconds that are left.

        Raises:
            TimeoutError: It takes longer than that.
        """


class ReplicationGroupToken:
    """The AUTH token of a replication group.

    Args:
        replication_group_id: Its name.
        client: A boto3 ElastiCache client.
        poll_seconds: How long to wait between two looks at its state.
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

    def accept(self, current: str, pending: str, patience: Patience) -> None:
        """Let both in; see ``Target``.

        ROTATE keeps the newest token beside the new one. What is newest is unknown after a
        rotation that was given up half-way, so SET makes the current token the only one first.
        That is also when the token of the rotation before ends: clients had a whole interval to
        read the one after it.
        """
        from botocore.exceptions import ClientError

        self._wait(patience)
        try:
            self._modify(current, "SET")
        except ClientError as error:
            if error.response["Error"]["Code"] not in _ONLY_ONE_VALID:
                raise
            logger.info("one token was valid: %s", error)  # SET is allowed after ROTATE only
        self._wait(patience)
        self._modify(pending, "ROTATE")
        self._wait(patience)

    def _modify(self, token: str, strategy: Literal["SET", "ROTATE"]) -> None:
        self._client.modify_replication_group(
            ReplicationGroupId=self._id,
            AuthToken=token,
            AuthTokenUpdateStrategy=strategy,
            ApplyImmediately=True,
        )

    def _wait(self, patience: Patience) -> None:
        def settled() -> bool:
            (group,) = self._client.describe_replication_groups(ReplicationGroupId=self._id)[
                "ReplicationGroups"
            ]
            pending = group.get("PendingModifiedValues", {})
            return group["Status"] == "available" and not pending.get("AuthTokenStatus")

        _until(settled, f"replication group {self._id}", patience, self._poll_seconds)


class UserPassword:
    """The password of a user.

    Args:
        user_id: Its id.
        client: A boto3 ElastiCache client.
        poll_seconds: How long to wait between two looks at its state.
    """

    def __init__(self, user_id: str, client: "ElastiCacheClient", poll_seconds: float) -> None:
        self._id = user_id
        self._client = client
        self._poll_seconds = poll_seconds

    def accept(self, current: str, pending: str, patience: Patience) -> None:
        """Let both in; see ``Target``."""
        self._wait(patience)
        self._client.modify_user(
            UserId=self._id,
            AuthenticationMode={"Type": "password", "Passwords": [current, pending]},
        )
        self._wait(patience)

    def _wait(self, patience: Patience) -> None:
        def settled() -> bool:
            (user,) = self._client.describe_users(UserId=self._id)["Users"]
            return user["Status"] == "active"

        _until(settled, f"user {self._id}", patience, self._poll_seconds)


def _until(settled: Callable[[], bool], what: str, patience: Patience, poll_seconds: float) -> None:
    while not settled():
        if patience() <= poll_seconds:
            raise TimeoutError(f"{what} is still being modified; the next attempt goes on")
        time.sleep(poll_seconds)
