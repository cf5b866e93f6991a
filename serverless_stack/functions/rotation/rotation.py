"""The four steps of a rotation; each may be repeated at any time."""

import logging
import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serverless_stack.functions.rotation.elasticache import RemainingTime, RotatedCredential
from serverless_stack.functions.rotation.endpoint import CacheEndpoint

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 64


@dataclass(frozen=True)
class Rotation:
    """One rotation of one secret.

    Attributes:
        secret: The ARN of the secret, whose string is the AUTH token or password.
        version: The id of the version that is to become current.
        credential: The token or password in ElastiCache.
        endpoint: The endpoint of the cache, on which passwords are tried.
        client: A boto3 Secrets Manager client.
        remaining: Returns the seconds that are left.
    """

    secret: str
    version: str
    credential: RotatedCredential
    endpoint: CacheEndpoint
    client: "SecretsManagerClient"
    remaining: RemainingTime

    def run(self, step: str) -> None:
        """Run one step.

        Args:
            step: ``createSecret``, ``setSecret``, ``testSecret`` or ``finishSecret``.

        Raises:
            ValueError: The step is unknown, or the version is not pending.
            TimeoutError: ElastiCache takes longer than this call may; the next call continues.
            RuntimeError: The cache refuses a password that it must accept.
        """
        steps = {
            "createSecret": self._create,
            "setSecret": self._set,
            "testSecret": self._test,
            "finishSecret": self._finish,
        }
        if step not in steps:
            raise ValueError(f"`Step` must be one of {', '.join(steps)}, got: {step!r}")
        if self._is_current():
            logger.info("version %s is already current", self.version)
            return
        steps[step]()

    def _is_current(self) -> bool:
        stages = self._stages().get(self.version)
        if stages is None or not {"AWSCURRENT", "AWSPENDING"} & set(stages):
            raise ValueError(
                f"`ClientRequestToken` must be a version of {self.secret} with the stage "
                f"AWSPENDING, got: {self.version} with {stages}"
            )
        return "AWSCURRENT" in stages

    def _create(self) -> None:
        try:
            self._pending()
        except self.client.exceptions.ResourceNotFoundException:
            self.client.put_secret_value(
                SecretId=self.secret,
                ClientRequestToken=self.version,
                SecretString="".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)),
                VersionStages=["AWSPENDING"],
            )

    def _set(self) -> None:
        pending, current = self._pending(), self._value("AWSCURRENT")
        if self.endpoint.accepts(pending):
            return  # an earlier attempt came this far
        if not self.endpoint.accepts(current):
            raise RuntimeError(
                f"the cache refuses the current value of {self.secret}; change the secret to the"
                " password that the cache has"
            )
        self.credential.accept_both(current, pending, self.remaining)

    def _test(self) -> None:
        if not self.endpoint.accepts(self._pending()):
            raise RuntimeError(f"the cache refuses version {self.version} of {self.secret}")

    def _finish(self) -> None:
        before = next(v for v, stages in self._stages().items() if "AWSCURRENT" in stages)
        self.client.update_secret_version_stage(
            SecretId=self.secret,
            VersionStage="AWSCURRENT",
            MoveToVersionId=self.version,
            RemoveFromVersionId=before,
        )
        logger.info("version %s is now current, after %s", self.version, before)

    def _stages(self) -> dict[str, list[str]]:
        described = self.client.describe_secret(SecretId=self.secret)
        return dict(described.get("VersionIdsToStages", {}))

    def _pending(self) -> str:
        return self._string(
            self.client.get_secret_value(
                SecretId=self.secret, VersionId=self.version, VersionStage="AWSPENDING"
            ).get("SecretString")
        )

    def _value(self, stage: str) -> str:
        return self._string(
            self.client.get_secret_value(SecretId=self.secret, VersionStage=stage).get(
                "SecretString"
            )
        )

    def _string(self, value: str | None) -> str:
        if not value:
            raise ValueError(f"`SecretString` of {self.secret} must be the password, got: none")
        return value
