"""CloudFront's field-level encryption, of which MiniStack has only empty lists.

"AWS::CloudFront::FieldLevelEncryptionConfig" and "AWS::CloudFront::FieldLevelEncryptionProfile" in
the CloudFormation reference. The calls of the API that create them are not there.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import cloudfront
from ministack.services.cloudformation import provisioners

from ..cdn.field_encryption import Encryption, Entity, Profile
from .signing_keys import is_rsa
from .types import Handlers, Properties, Provisioned, Record

_profiles: dict[str, Record] = {}
_configs: dict[str, Record] = {}
_MAX_FIELDS = 10
_CONTENT_TYPE = "application/x-www-form-urlencoded"


def apply() -> None:
    """Apply this module's patches."""
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::CloudFront::FieldLevelEncryptionProfile"] = record_handlers(
        _profiles, "field-level-encryption-profile", checked_profile, _users_of_profile
    )
    handlers["AWS::CloudFront::FieldLevelEncryptionConfig"] = record_handlers(
        _configs, "field-level-encryption-config", checked_config, _users_of_config
    )


def record_handlers(
    store: dict[str, Record],
    kind: str,
    check: Callable[[Properties], Record],
    users: Callable[[str], list[str]],
) -> Handlers:
    """Return the handlers of a resource that is a record, and is checked."""

    def attributes(resource_id: str) -> Record:
        arn = f"arn:aws:cloudfront::{get_account_id()}:{kind}/{resource_id}"
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return {"Id": resource_id, "Arn": arn, "LastModifiedTime": now}

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        record = check(props)
        resource_id = cloudfront._dist_id()
        store[resource_id] = record
        return resource_id, attributes(resource_id)

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        store[physical_id] = check(new)
        return physical_id, attributes(physical_id)

    def delete(physical_id: str, props: Properties) -> None:
        used = users(physical_id)
        if used:
            raise ValueError(f"{kind} {physical_id} is in use by {', '.join(used)}")
        store.pop(physical_id, None)

    return {"create": create, "update": update, "delete": delete}


def checked_profile(props: Properties) -> Record:
    """Return the configuration of a profile.

    Raises:
        ValueError: CloudFront refuses it.
    """
    config: Record = props["FieldLevelEncryptionProfileConfig"]
    patterns = 0
    for entity in config["EncryptionEntities"]:
        key = cloudfront._public_keys.get(entity["PublicKeyId"])
        if key is None:
            raise ValueError(f"NoSuchPublicKey: {entity['PublicKeyId']}")
        if not is_rsa(key["Config"]["EncodedKey"]):
            raise ValueError("InvalidArgument: field-level encryption takes keys of RSA 2048")
        patterns += len(entity["FieldPatterns"])
    if not 1 <= patterns <= _MAX_FIELDS:
        raise ValueError(f"TooManyFieldLevelEncryptionFieldPatterns: {patterns}")
    return config


def checked_config(props: Properties) -> Record:
    """Return a configuration.

    Raises:
        ValueError: CloudFront refuses it.
    """
    for item in _content_types(props):
        if (item["ContentType"], item["Format"]) != (_CONTENT_TYPE, "URLEncoded"):
            raise ValueError(f"InvalidArgument: the only content type is {_CONTENT_TYPE}")
    for profile_id in _profile_ids(props):
        if profile_id not in _profiles:
            raise ValueError(f"NoSuchFieldLevelEncryptionProfile: {profile_id}")
    return props


def encryption_of(config_id: str) -> Encryption | None:
    """Return the field-level encryption of a behaviour."""
    config = _configs.get(config_id)
    if config is None:
        return None
    content, arguments = config["ContentTypeProfileConfig"], config["QueryArgProfileConfig"]
    return Encryption(
        by_content_type={
            item["ContentType"]: _profile(item["ProfileId"]) if item.get("ProfileId") else None
            for item in _content_types(config)
        },
        by_argument={item["QueryArg"]: _profile(item["ProfileId"]) for item in _arguments(config)},
        forward_unknown_content=_true(content["ForwardWhenContentTypeIsUnknown"]),
        forward_unknown_argument=_true(arguments["ForwardWhenQueryArgProfileIsUnknown"]),
    )


def _profile(profile_id: str) -> Profile:
    return [
        Entity(
            public_key=cloudfront._public_keys[entity["PublicKeyId"]]["Config"]["EncodedKey"],
            key_name=cloudfront._public_keys[entity["PublicKeyId"]]["Config"]["Name"],
            provider=entity["ProviderId"],
            patterns=tuple(entity["FieldPatterns"]),
        )
        for entity in _profiles[profile_id]["EncryptionEntities"]
    ]


def _content_types(config: Record) -> list[Record]:
    items: list[Record] = config["ContentTypeProfileConfig"].get("ContentTypeProfiles") or []
    return items


def _arguments(config: Record) -> list[Record]:
    items: list[Record] = config["QueryArgProfileConfig"].get("QueryArgProfiles") or []
    return items


def _profile_ids(config: Record) -> list[str]:
    items = [*_content_types(config), *_arguments(config)]
    return [item["ProfileId"] for item in items if item.get("ProfileId")]


def _users_of_profile(profile_id: str) -> list[str]:
    return [key for key, config in _configs.items() if profile_id in _profile_ids(config)]


def _users_of_config(config_id: str) -> list[str]:
    distributions = cloudfront._distributions.values()
    return [each["Id"] for each in distributions if config_id in (each.get("config_xml") or "")]


def _true(value: Any) -> bool:
    return str(value).lower() == "true"
