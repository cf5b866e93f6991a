"""Replication between buckets, with the permissions of its role.

"Setting up permissions for live replication" and "Replicating encrypted objects". MiniStack copies
an object whatever its role may do, and whatever key it is encrypted with.
"""

from collections.abc import Mapping
from typing import Any, Final

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import s3

_KMS: Final = "aws:kms"
_SSE: Final = "x-amz-server-side-encryption"
_SSE_KEY: Final = "x-amz-server-side-encryption-aws-kms-key-id"
_OWNER: Final = "s3:ObjectOwnerOverrideToBucketOwner"


def apply() -> None:
    """Apply this module's patches."""
    require_permissions_of_the_role()
    select_encrypted_objects()


def require_permissions_of_the_role() -> None:
    """Fail the replication of an object if the role may not read, write or decrypt it."""
    find = s3._replication_destination

    def find_allowed(
        bucket_name: str, key: str, rule: Mapping[str, Any], role: str
    ) -> tuple[str, str, dict[str, Any]] | None:
        target: tuple[str, str, dict[str, Any]] | None = find(bucket_name, key, rule, role)
        if target is None or not _may_copy(role, f"{bucket_name}/{key}", f"{target[0]}/{key}"):
            return None
        changes_owner = "AccessControlTranslation" in (rule.get("Destination") or {})
        if changes_owner and not allows(role, _OWNER, f"arn:aws:s3:::{target[0]}/{key}"):
            return None
        return target

    s3._replication_destination = find_allowed


def select_encrypted_objects() -> None:
    """Copy objects under a KMS key only where the rule selects them, with the rule's key."""
    replicate = s3._maybe_replicate

    def replicate_selected(
        bucket_name: str,
        key: str,
        obj: dict[str, Any],
        data: bytes,
        tags: dict[str, str] | None = None,
    ) -> None:
        rule, role = s3._replication_rule_for(bucket_name, key, tags)
        headers = obj.get("preserved_headers") or {}
        if rule is None or headers.get(_SSE) != _KMS:
            replicate(bucket_name, key, obj, data, tags)
            return
        criteria = rule.get("SourceSelectionCriteria") or {}
        selected = (criteria.get("SseKmsEncryptedObjects") or {}).get("Status") == "Enabled"
        if not selected:
            return
        configuration = (rule.get("Destination") or {}).get("EncryptionConfiguration") or {}
        replica_key = str(configuration.get("ReplicaKmsKeyID", ""))
        keys = {"kms:Decrypt": str(headers.get(_SSE_KEY, "")), "kms:Encrypt": replica_key}
        if not all(allows(role, action, _key_arn(id)) for action, id in keys.items()):
            obj["replication_status"] = "FAILED"
            return
        replicate(bucket_name, key, obj, data, tags)
        if obj.get("_replica"):
            _set_key(key, obj["_replica"], replica_key)

    s3._maybe_replicate = replicate_selected


def _set_key(key: str, replica: tuple[str, str | None, str], replica_key: str) -> None:
    """Note the key with which a replica is encrypted."""
    name, version_id, account = replica
    with s3._in_account(account):
        records = [s3._buckets[name]["objects"].get(key)]
        records += [
            version
            for version in s3._object_versions.get((name, key)) or []
            if version["version_id"] == version_id
        ]
        for record in filter(None, records):
            headers = {**record.get("preserved_headers", {}), _SSE_KEY: replica_key}
            record["preserved_headers"] = headers


def _key_arn(id: str) -> str:
    return (
        id if id.startswith("arn:") else f"arn:aws:kms:{get_region()}:{get_account_id()}:key/{id}"
    )


def _may_copy(role: str, source: str, target: str) -> bool:
    return allows(role, "s3:GetObjectVersionForReplication", f"arn:aws:s3:::{source}") and allows(
        role, "s3:ReplicateObject", f"arn:aws:s3:::{target}"
    )


def allows(role: str, action: str, resource: str) -> bool:
    """Return whether the policies of a role allow an action.

    Args:
        role: The ARN of the role. One that does not exist is allowed nothing.
        action: The action.
        resource: The ARN of the resource.
    """
    parts = role.split(":")
    account = parts[4] if len(parts) > 5 else get_account_id()
    policies = iam_evaluator._gather_role_policies(role.rpartition("/")[2], account)
    context = iam_evaluator.EvalContext(
        principal_arn=role,
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=get_region(),
    )
    return bool(iam_evaluator.evaluate(context, policies).decision == "Allow")
