"""The versions of the secret: each is a key, and AWSCURRENT is the one that signs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serverless_stack.functions.signing.key_pairs import KeyType, key_type_of

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CURRENT = "AWSCURRENT"
PENDING = "AWSPENDING"


@dataclass(frozen=True)
class StoredKey:
    """What is read of a version: not the private key.

    Attributes:
        version: The id of the version.
        key_id: The id of the public key in CloudFront.
        key_type: The type of the key.
    """

    version: str
    key_id: str
    key_type: KeyType


class KeySecret:
    """The secret.

    Args:
        secret_id: Its ARN.
        client: A boto3 Secrets Manager client.
    """

    def __init__(self, secret_id: str, client: "SecretsManagerClient") -> None:
        self.secret_id = secret_id
        self._client = client

    def stages(self) -> Mapping[str, list[str]]:
        """Return the stages of each version."""
        described = self._client.describe_secret(SecretId=self.secret_id)
        return dict(described.get("VersionIdsToStages") or {})

    def key_at(self, stage: str) -> StoredKey | None:
        """Return the key at a stage; None if there is none."""
        versions = [version for version, stages in self.stages().items() if stage in stages]
        return self.key_of(versions[0]) if versions else None

    def key_of(self, version: str) -> StoredKey | None:
        """Return the key of a version; None if the version has no value yet.

        Raises:
            ValueError: If it has another value. The message has nothing of it.
        """
        try:
            answer = self._client.get_secret_value(SecretId=self.secret_id, VersionId=version)
        except self._client.exceptions.ResourceNotFoundException:
            return None
        text = answer.get("SecretString")
        if not text:
            return None
        try:
            fields = json.loads(text)
            return StoredKey(version, str(fields["key_id"]), key_type_of(fields["key_type"]))
        except (KeyError, TypeError, ValueError):
            raise ValueError(
                f"version {version} of {self.secret_id} must be JSON with key_id, key_type and "
                "private_key; delete the version, or set the secret to a version that has them"
            ) from None

    def put(self, key: StoredKey, private_key: str, stage: str) -> bool:
        """Store a key as a new version.

        Args:
            key: The key.
            private_key: Its private key, in PEM.
            stage: The stage of the version.

        Returns:
            False if the version has another value already: another call was faster.
        """
        fields = {"key_id": key.key_id, "key_type": key.key_type, "private_key": private_key}
        try:
            self._client.put_secret_value(
                SecretId=self.secret_id,
                ClientRequestToken=key.version,
                SecretString=json.dumps(fields),
                VersionStages=[stage],
            )
        except self._client.exceptions.ResourceExistsException:
            return False
        return True

    def make_current(self, version: str) -> None:
        """Make a version the one that signs, if no other has become it meanwhile."""
        stages = self.stages()
        before = next((key for key, value in stages.items() if CURRENT in value), None)
        if before == version:
            return
        options = {"RemoveFromVersionId": before} if before else {}
        self._client.update_secret_version_stage(
            SecretId=self.secret_id, VersionStage=CURRENT, MoveToVersionId=version, **options
        )
