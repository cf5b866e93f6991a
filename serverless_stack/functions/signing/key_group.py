"""The public keys and the key group in CloudFront, found by their names.

Every change names the version that it was made for (``IfMatch``), so that of two calls at a time
one fails and reads again.
"""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient

logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)

MAX_KEYS = 5  # "Quotas" in the CloudFront developer guide: public keys in a key group
_ATTEMPTS = 5
_CHANGED = {"PreconditionFailed", "InvalidIfMatchVersion"}
_GONE = {"NoSuchPublicKey", "NoSuchResource"}
_IN_USE = {"PublicKeyInUse", "ResourceInUse"}
_RETIRED = "signs nothing since "


@dataclass(frozen=True)
class KeyGroup:
    """The key group as it is.

    Attributes:
        group_id: Its id.
        etag: Its version.
        key_ids: The ids of its public keys.
        changed: When it was changed last.
    """

    group_id: str
    etag: str
    key_ids: tuple[str, ...]
    changed: datetime


@dataclass(frozen=True)
class PublicKey:
    """A public key in CloudFront.

    Attributes:
        key_id: Its id.
        created: When it was created.
        retired: Since when it has signed nothing, if that was written down.
    """

    key_id: str
    created: datetime
    retired: datetime | None


class PublicKeys:
    """The public keys of one name, and their key group.

    Args:
        name: The name of the key group, with which the names of the public keys begin.
        client: A boto3 CloudFront client.
    """

    def __init__(self, name: str, client: "CloudFrontClient") -> None:
        self.name = name
        self._client = client

    def create(self, public_key: str) -> str:
        """Create a public key and return its id.

        Args:
            public_key: The key in PEM.
        """
        name = f"{self.name}-{secrets.token_hex(4)}"
        answer = self._client.create_public_key(
            PublicKeyConfig={"CallerReference": name, "Name": name, "EncodedKey": public_key}
        )
        key_id = answer["PublicKey"]["Id"]
        logger.info("created the public key %s", key_id)
        return key_id

    def find_keys(self) -> list[PublicKey]:
        """Return the public keys, those that are in no key group as well."""
        keys = []
        marker = ""
        while True:
            page = self._client.list_public_keys(Marker=marker)["PublicKeyList"]
            keys += [
                PublicKey(item["Id"], item["CreatedTime"], _retired(item.get("Comment", "")))
                for item in page.get("Items") or []
                if item["Name"].startswith(f"{self.name}-")
            ]
            marker = page.get("NextMarker", "")
            if not marker:
                return keys

    def group(self) -> KeyGroup | None:
        """Return the key group; None if there is none."""
        marker = ""
        while True:
            page = self._client.list_key_groups(Marker=marker)["KeyGroupList"]
            for item in page.get("Items") or []:
                if item["KeyGroup"]["KeyGroupConfig"]["Name"] == self.name:
                    return self._read(item["KeyGroup"]["Id"])
            marker = page.get("NextMarker", "")
            if not marker:
                return None

    def add(self, key_id: str) -> str:
        """Add a public key to the key group, which is created if there is none; return its id.

        Raises:
            RuntimeError: If the key group is full, or others keep changing it.
        """

        def with_key(key_ids: Sequence[str]) -> list[str]:
            if key_id not in key_ids and len(key_ids) >= MAX_KEYS:
                raise RuntimeError(
                    f"the key group {self.name} has {MAX_KEYS} public keys, which is CloudFront's "
                    'limit: call this function with {"KeepSeconds": 0} to remove those that sign '
                    "nothing any more, or wait for the end of `keep_old_for`"
                )
            return list(dict.fromkeys([*key_ids, key_id]))

        return self._change(with_key, create=True)

    def remove(self, key_ids: Sequence[str]) -> None:
        """Remove public keys from the key group, and delete them."""
        if not key_ids:
            return
        self._change(lambda before: [key for key in before if key not in key_ids], create=False)
        for key_id in key_ids:
            self.delete_key(key_id)

    def retire(self, key_id: str, now: datetime) -> None:
        """Write down that a key signs nothing any more, in its comment."""
        answer = self._client.get_public_key(Id=key_id)
        config = answer["PublicKey"]["PublicKeyConfig"]
        self._client.update_public_key(
            Id=key_id,
            IfMatch=answer["ETag"],
            PublicKeyConfig={**config, "Comment": f"{_RETIRED}{now.isoformat(timespec='seconds')}"},
        )
        logger.info("the public key %s signs nothing any more", key_id)

    def delete_key(self, key_id: str) -> bool:
        """Delete a public key; return False while a key group has it."""

        def delete() -> None:
            etag = self._client.get_public_key(Id=key_id)["ETag"]
            self._client.delete_public_key(Id=key_id, IfMatch=etag)

        return self._deleted(delete, f"the public key {key_id}")

    def delete_group(self) -> bool:
        """Delete the key group; return False while a distribution trusts it."""

        def delete() -> None:
            group = self.group()
            if group is not None:
                self._client.delete_key_group(Id=group.group_id, IfMatch=group.etag)

        return self._deleted(delete, f"the key group {self.name}")

    def _read(self, group_id: str) -> KeyGroup:
        answer = self._client.get_key_group(Id=group_id)
        group = answer["KeyGroup"]
        items = tuple(group["KeyGroupConfig"]["Items"])
        return KeyGroup(group_id, answer["ETag"], items, group["LastModifiedTime"])

    def _change(self, change: Callable[[Sequence[str]], list[str]], *, create: bool) -> str:
        from botocore.exceptions import ClientError

        for _attempt in range(_ATTEMPTS):
            group = self.group()
            key_ids = change(group.key_ids if group else ())
            try:
                if group is None:
                    if not create:
                        return ""
                    answer = self._client.create_key_group(
                        KeyGroupConfig={"Name": self.name, "Items": key_ids}
                    )
                    logger.info("created the key group %s", answer["KeyGroup"]["Id"])
                    return answer["KeyGroup"]["Id"]
                if tuple(key_ids) != group.key_ids and key_ids:
                    self._client.update_key_group(
                        Id=group.group_id,
                        IfMatch=group.etag,
                        KeyGroupConfig={"Name": self.name, "Items": key_ids},
                    )
                    logger.info("the key group has the public keys %s", ", ".join(key_ids))
                return group.group_id
            except ClientError as error:
                if error.response["Error"]["Code"] not in {*_CHANGED, "KeyGroupAlreadyExists"}:
                    raise
        raise RuntimeError(f"the key group {self.name} is being changed by others; try again")

    def _deleted(self, delete: Callable[[], None], what: str) -> bool:
        from botocore.exceptions import ClientError

        for _attempt in range(_ATTEMPTS):
            try:
                delete()
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in _IN_USE:
                    logger.info("%s is in use", what)
                    return False
                if code in _CHANGED:
                    continue
                if code not in _GONE:
                    raise
            logger.info("deleted %s", what)
            return True
        return False


def _retired(comment: str) -> datetime | None:
    if not comment.startswith(_RETIRED):
        return None
    try:
        time = datetime.fromisoformat(comment.removeprefix(_RETIRED))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
