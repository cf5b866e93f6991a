"""The four steps of a rotation, each of which may be repeated at any time."""

import logging
import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serverless_stack.functions.rotation.login import Login
from serverless_stack.functions.rotation.targets import Patience, Target

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
        secret: The ARN of the secret, whose string is the token or password.
        version: The id of the version that will be the current one.
        target: What has the token or password.
        login: Where it is tried.
        client: A boto3 Secrets Manager client.
        patience: Gives the seconds that are left.
    """

    secret: str
    version: str
    target: Target
    login: Login
    client: "SecretsManagerClient"
    patience: Patience

    def run(self, step: str) -> None:
        """Do one step.

        Args:
            step: ``createSecret``, ``setSecret``, ``testSecret`` or ``finishSecret``.

        Raises:
            ValueError: The step is another one, or the version is not to be rotated.
            TimeoutError: ElastiCache takes longer than the call may.
            RuntimeError: The cache refuses a token or password that it has to take.
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
            logger.info("version %s is the current one already", self.version)
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
        if self.login.works(pending):
            return  # an attempt before this one came that far
        if not self.login.works(current):
            raise RuntimeError(
                f"the cache refuses the current value of {self.secret}; set it to one that works"
            )
        self.target.accept(current, pending, self.patience)

    def _test(self) -> None:
        if not self.login.works(self._pending()):
            raise RuntimeError(f"the cache refuses version {self.version} of {self.secret}")

    def _finish(self) -> None:
        before = next(v for v, stages in self._stages().items() if "AWSCURRENT" in stages)
        self.client.update_secret_version_stage(
            SecretId=self.secret,
            VersionStage="AWSCURRENT",
            MoveToVersionId=self.version,
            RemoveFromVersionId=before,
        )
        logger.info("version %s is the current one now, after %s", self.version, before)

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
            raise ValueError(f"`SecretString` of {self.secret} must be the token, got: none")
        return value
