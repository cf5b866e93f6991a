"""What is done with the keys of a ``Signing``; each operation may be repeated at any time.

The secret decides: its AWSCURRENT version is the key that signs. A public key that neither
AWSCURRENT nor AWSPENDING names signs nothing any more, and is deleted a while later.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from serverless_stack.functions.signing.key_group import PublicKeys
from serverless_stack.functions.signing.key_pairs import KeyType, generate
from serverless_stack.functions.signing.secret import CURRENT, PENDING, KeySecret, StoredKey

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

POLL_SECONDS = 10.0
# A call that creates a key stores it within minutes, or has ended.
_ORPHAN_AGE = timedelta(hours=1)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class SigningKeys:
    """The keys of one ``Signing``.

    Attributes:
        secret: The secret with the private keys.
        public_keys: The public keys and their key group.
        remaining: Returns the seconds that are left for this call.
        switch_seconds: How long CloudFront is given to bring a new key to all edge locations,
            before it signs.
        clock: Returns the time.
        sleep: Called with the seconds between two looks.
    """

    secret: KeySecret
    public_keys: PublicKeys
    remaining: Callable[[], float]
    switch_seconds: float
    clock: Callable[[], datetime] = _now
    sleep: Callable[[float], None] = time.sleep

    def ensure(self, key_type: KeyType, version: str) -> str:
        """Create the first key, or replace one of another type; return the id of the key group.

        Args:
            key_type: The type that the key must have.
            version: The id of the version of the secret that a new key gets.
        """
        current = self.secret.key_at(CURRENT)
        if current is None:
            current = self.store(key_type, version, CURRENT)
        elif current.key_type != key_type:
            current = self.store(key_type, version, PENDING)
            self.public_keys.add(current.key_id)
            self.wait_for(current)
            self.secret.make_current(version)
        return self.public_keys.add(current.key_id)

    def store(self, key_type: KeyType, version: str, stage: str) -> StoredKey:
        """Return the key of a version; generate and store one if there is none.

        Args:
            key_type: The type of a new key.
            version: The id of the version of the secret.
            stage: The stage of a new version.
        """
        stored = self.secret.key_of(version)
        if stored is not None:
            return stored
        pair = generate(key_type)
        key = StoredKey(version, self.public_keys.create(pair.public_key), key_type)
        # If this fails, the version may be stored all the same, and name the public key. A key that
        # no version names is removed by the hourly check.
        if not self.secret.put(key, pair.private_key, stage):
            self.public_keys.delete_key(key.key_id)
        stored = self.secret.key_of(version)
        if stored is None:
            raise RuntimeError(f"version {version} of {self.secret.secret_id} has gone; try again")
        return stored

    def wait_for(self, key: StoredKey) -> None:
        """Wait until CloudFront accepts what a key in the group signs, at every edge location.

        Raises:
            RuntimeError: If the key is not in the key group.
            TimeoutError: If that takes longer than this call may; the next call continues.
        """
        while True:
            group = self.public_keys.group()
            if group is None or key.key_id not in group.key_ids:
                raise RuntimeError(f"the public key {key.key_id} must be in the key group")
            ready = group.changed + timedelta(seconds=self.switch_seconds)
            left = (ready - self.clock()).total_seconds()
            if left <= 0:
                return
            if self.remaining() < min(left, POLL_SECONDS):
                raise TimeoutError("CloudFront is given more time; the next attempt continues")
            self.sleep(min(left, POLL_SECONDS))

    def remove_retired(self, keep_seconds: float) -> None:
        """Delete the public keys that have signed nothing for some time, and forgotten ones.

        Args:
            keep_seconds: For how long what a key signed must be accepted after it signed last.
        """
        now = self.clock()
        staged = (self.secret.key_at(stage) for stage in (CURRENT, PENDING))
        signing = {stored.key_id for stored in staged if stored is not None}
        group = self.public_keys.group()
        grouped = group.key_ids if group else ()
        expired = []
        for key in self.public_keys.find_keys():
            if key.key_id in signing:
                continue
            if key.key_id not in grouped:
                if now - key.created > _ORPHAN_AGE:
                    self.public_keys.delete_key(key.key_id)
            elif now - (key.retired or now) >= timedelta(seconds=keep_seconds):
                expired.append(key.key_id)
            elif key.retired is None:
                self.public_keys.retire(key.key_id, now)
        self.public_keys.remove(expired)

    def delete(self) -> None:
        """Delete the key group and the public keys.

        Raises:
            TimeoutError: If a distribution goes on using them.
        """
        while not self.public_keys.delete_group():
            self._pause(
                f"the key group {self.public_keys.name} is in use by a distribution outside of "
                "this stack; remove it there, and delete the stack again"
            )
        while not self._delete_keys():
            self._pause(f"public keys of {self.public_keys.name} are in other key groups")

    def _delete_keys(self) -> bool:
        keys = self.public_keys.find_keys()
        return all([self.public_keys.delete_key(key.key_id) for key in keys])

    def _pause(self, problem: str) -> None:
        if self.remaining() < POLL_SECONDS:
            raise TimeoutError(problem)
        self.sleep(POLL_SECONDS)
