"""The four steps of a rotation, which Secrets Manager calls; each may be repeated at any time."""

import logging
from dataclasses import dataclass

from serverless_stack.functions.signing.key_pairs import KeyType
from serverless_stack.functions.signing.keys import SigningKeys
from serverless_stack.functions.signing.secret import CURRENT, PENDING, StoredKey

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)


@dataclass(frozen=True)
class KeyRotation:
    """One rotation.

    Attributes:
        keys: The keys.
        version: The id of the version that is to become current.
        key_type: The type of the new key.
        keep_seconds: For how long what the old key signed is accepted.
    """

    keys: SigningKeys
    version: str
    key_type: KeyType
    keep_seconds: float

    def run(self, step: str) -> None:
        """Run one step.

        Args:
            step: ``createSecret``, ``setSecret``, ``testSecret`` or ``finishSecret``.

        Raises:
            ValueError: If the step is unknown, or the version is not pending.
            TimeoutError: If CloudFront needs longer than this call may; the next call continues.
        """
        steps = {
            "createSecret": self._create,
            "setSecret": self._set,
            "testSecret": self._test,
            "finishSecret": self._finish,
        }
        if step not in steps:
            raise ValueError(f"`Step` must be one of {', '.join(steps)}, got: {step!r}")
        stages = self.keys.secret.stages().get(self.version)
        if stages is None or not {CURRENT, PENDING} & set(stages):
            raise ValueError(
                f"`ClientRequestToken` must be a version of {self.keys.secret.secret_id} with the "
                f"stage {PENDING}, got: {self.version} with {stages}"
            )
        if CURRENT in stages:
            logger.info("version %s is already current", self.version)
            return
        steps[step]()

    def _create(self) -> None:
        self.keys.store(self.key_type, self.version, PENDING)

    def _set(self) -> None:
        self.keys.public_keys.add(self._pending().key_id)

    def _test(self) -> None:
        self.keys.wait_for(self._pending())

    def _finish(self) -> None:
        self.keys.secret.make_current(self.version)
        logger.info("version %s is now current", self.version)
        self.keys.remove_retired(self.keep_seconds)

    def _pending(self) -> StoredKey:
        key = self.keys.secret.key_of(self.version)
        if key is None:
            raise ValueError(f"version {self.version} must have a value, got: none")
        return key
