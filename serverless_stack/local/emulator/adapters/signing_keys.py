"""Public keys and key groups of CloudFront: what AWS refuses, and their CloudFormation types.

"AWS::CloudFront::PublicKey" and "AWS::CloudFront::KeyGroup" in the CloudFormation reference.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple
from xml.etree.ElementTree import fromstring

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from ministack.services import cloudfront
from ministack.services.cloudformation import provisioners

from .types import Handlers, Properties, Provisioned, Record, Response
from .xml import Xml, element

MAX_KEYS = 5  # "Quotas": public keys in a key group


def apply() -> None:
    """Apply this module's patches."""
    refuse_public_keys()
    refuse_full_groups()
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::CloudFront::PublicKey"] = public_key_handlers()
    handlers["AWS::CloudFront::KeyGroup"] = key_group_handlers()


def refuse_public_keys() -> None:
    """Refuse public keys that no signature can be verified with, and names that are taken."""
    create = cloudfront._create_public_key

    def checked(body: bytes) -> Response:
        config, problem = cloudfront._parse_public_key_config(cloudfront._parse_body(body))
        if problem is None:
            names = [key["Config"]["Name"] for key in cloudfront._public_keys.values()]
            if config["Name"] in names:
                text = "A public key with the same name already exists."
                return _error("PublicKeyAlreadyExists", text, 409)
            if not is_supported(config["EncodedKey"]):
                text = "Your request contains an invalid public key: RSA 2048 or ECDSA P-256."
                return _error("InvalidArgument", text, 400)
        answer: Response = create(body)
        return answer

    cloudfront._create_public_key = checked


def refuse_full_groups() -> None:
    """Refuse key groups with more public keys than CloudFront takes."""
    parse = cloudfront._parse_key_group_config

    def checked(config_element: object) -> tuple[Record | None, Response | None]:
        config, problem = parse(config_element)
        if problem is None and len(config["Items"]) > MAX_KEYS:
            text = "The number of public keys in this key group is more than the maximum allowed."
            return None, _error("TooManyPublicKeysInKeyGroup", text, 400)
        return config, problem

    cloudfront._parse_key_group_config = checked


def is_supported(pem: str) -> bool:
    """Return whether CloudFront takes a public key."""
    try:
        key = load_pem_public_key(pem.strip().encode())
    except (ValueError, UnsupportedAlgorithm):
        return False
    if isinstance(key, RSAPublicKey):
        return key.key_size == 2048
    return isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)


def is_rsa(pem: str) -> bool:
    """Return whether a public key that CloudFront took is one of RSA."""
    return isinstance(load_pem_public_key(pem.strip().encode()), RSAPublicKey)


def trusted_key(key_groups: tuple[str, ...], key_id: str) -> str | None:
    """Return the PEM of a public key that is in one of some key groups."""
    groups = [cloudfront._key_groups.get(group_id) for group_id in key_groups]
    if not any(group and key_id in group["Config"]["Items"] for group in groups):
        return None
    key = cloudfront._public_keys.get(key_id)
    return str(key["Config"]["EncodedKey"]) if key else None


def public_key_handlers() -> Handlers:
    """Return the handlers of public keys, of which only the comment can be changed."""
    actions = Actions(
        cloudfront._create_public_key, cloudfront._update_public_key, cloudfront._delete_public_key
    )
    return handlers_of(actions, cloudfront._public_keys, public_key_xml, "CreatedTime")


def key_group_handlers() -> Handlers:
    """Return the handlers of key groups."""
    actions = Actions(
        cloudfront._create_key_group, cloudfront._update_key_group, cloudfront._delete_key_group
    )
    return handlers_of(actions, cloudfront._key_groups, key_group_xml, "LastModifiedTime")


class Actions(NamedTuple):
    """What MiniStack does for the requests of a type."""

    create: Callable[..., Response]
    update: Callable[..., Response]
    delete: Callable[..., Response]


def handlers_of(
    actions: Actions, store: Any, request: Callable[[Properties], Xml], time: str
) -> Handlers:
    """Return the handlers of a type.

    Args:
        actions: What MiniStack does.
        store: Where it keeps the resources, by id.
        request: Returns the request for the properties of a template.
        time: The attribute with the time of the last action.
    """

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        return described(actions.create(bytes(request(props))), time)

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        condition = {"if-match": store[physical_id]["ETag"]}
        return described(actions.update(physical_id, condition, bytes(request(new))), time)

    def delete(physical_id: str, props: Properties) -> None:
        if physical_id in store:  # one that has gone is deleted already
            check(actions.delete(physical_id, {"if-match": store[physical_id]["ETag"]}))

    return {"create": create, "update": update, "delete": delete}


def public_key_xml(props: Properties) -> Xml:
    """Return the request that creates or updates a public key."""
    config = props["PublicKeyConfig"]
    names = ("CallerReference", "Name", "EncodedKey", "Comment")
    return element("PublicKeyConfig", *(element(n, config[n]) for n in names if config.get(n)))


def key_group_xml(props: Properties) -> Xml:
    """Return the request that creates or updates a key group."""
    config = props["KeyGroupConfig"]
    items = element("Items", *(element("PublicKey", key) for key in config["Items"]))
    comment = [element("Comment", config["Comment"])] if config.get("Comment") else []
    return element("KeyGroupConfig", element("Name", config["Name"]), items, *comment)


def described(answer: Response, time: str) -> Provisioned:
    """Return the id and the attributes in an answer.

    Raises:
        ValueError: It is an error.
    """
    check(answer)
    root = fromstring(answer[2])  # made by MiniStack
    texts = {re.sub(r"\{.*\}", "", child.tag): child.text or "" for child in root}
    return texts["Id"], {"Id": texts["Id"], time: texts[time]}


def check(answer: Response) -> None:
    """Raise the message of an error.

    Raises:
        ValueError: It is an error.
    """
    status, _headers, body = answer
    if status >= 400:
        texts = [child.text or "" for child in fromstring(body).iter() if child.text]
        raise ValueError(": ".join(text.strip() for text in texts if text.strip()))


def _error(code: str, text: str, status: int) -> Response:
    answer: Response = cloudfront._error(code, text, status)
    return answer
