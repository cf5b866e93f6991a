"""Which fields of a form are encrypted, and how ("Use field-level encryption").

What CloudFront answers to a form that it cannot encrypt, the developer guide does not say: 400
here.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote_plus

from .encryption_message import encrypt

MAX_FIELDS = 10  # "Quotas on field-level encryption"
MAX_FIELD_BYTES = 16 * 1024
MAX_BODY_BYTES = 1024 * 1024
PROFILE_ARGUMENT = "fle-profile"


class NotEncryptableError(Exception):
    """The form cannot be encrypted, and is refused."""


@dataclass(frozen=True)
class Entity:
    """What is encrypted with one public key.

    Attributes:
        public_key: The key in PEM.
        key_name: Its name.
        provider: The name of the provider.
        patterns: The names of fields; ``*`` at the end stands for any text.
    """

    public_key: str
    key_name: str
    provider: str
    patterns: tuple[str, ...]

    def matches(self, field: str) -> bool:
        """Return whether a field is encrypted."""
        return any(
            field.startswith(pattern[:-1]) if pattern.endswith("*") else field == pattern
            for pattern in self.patterns
        )


Profile = Sequence[Entity]


@dataclass(frozen=True)
class Encryption:
    """The field-level encryption of a behaviour.

    Attributes:
        by_content_type: The profile of each content type; None forwards it as it is.
        by_argument: The profile of each value of the query argument.
        forward_unknown_content: Whether other content types reach the origin as they are.
        forward_unknown_argument: Whether unknown query arguments do.
    """

    by_content_type: Mapping[str, Profile | None]
    by_argument: Mapping[str, Profile]
    forward_unknown_content: bool = False
    forward_unknown_argument: bool = False

    def profile(self, content_type: str, query: str) -> Profile | None:
        """Return the profile of a request; None if it reaches the origin as it is.

        Raises:
            NotEncryptableError: The request is refused.
        """
        kind = content_type.partition(";")[0].strip().lower()
        if kind not in self.by_content_type:
            if self.forward_unknown_content:
                return None
            raise NotEncryptableError(f"the content type {kind!r} has no profile")
        argument = dict(parse_qsl(query)).get(PROFILE_ARGUMENT)
        if argument is None or not self.by_argument:
            return self.by_content_type[kind]
        if argument in self.by_argument:
            return self.by_argument[argument]
        if self.forward_unknown_argument:
            return None
        raise NotEncryptableError(f"there is no profile {argument!r}")


def encrypt_form(body: bytes, profile: Profile) -> bytes:
    """Return a form with its fields encrypted, in base64; other fields keep their bytes.

    Args:
        body: The form, URL-encoded.
        profile: What is encrypted.

    Raises:
        NotEncryptableError: It exceeds CloudFront's quotas.
    """
    if len(body) > MAX_BODY_BYTES:
        raise NotEncryptableError("the body is longer than 1 MB")
    fields = [part for part in body.split(b"&") if part]
    if len(fields) > MAX_FIELDS:
        raise NotEncryptableError(f"the form has more than {MAX_FIELDS} fields")
    return b"&".join(_encrypted(field, profile) for field in fields)


def _encrypted(field: bytes, profile: Profile) -> bytes:
    name, _equals, value = field.partition(b"=")
    decoded = unquote_plus(name.decode("latin-1"))
    entity = next((each for each in profile if each.matches(decoded)), None)
    if entity is None:
        return field
    plain = unquote_plus(value.decode("latin-1"), "latin-1").encode("latin-1")
    if len(plain) > MAX_FIELD_BYTES:
        raise NotEncryptableError(f"the field {decoded} is longer than 16 KB")
    message = encrypt(plain, entity.public_key, entity.provider, entity.key_name)
    return name + b"=" + quote(base64.b64encode(message)).encode()
