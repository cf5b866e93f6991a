"""FieldEncryption: fields of forms that CloudFront encrypts before they reach the origin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serverless_stack.constructs._internal.arguments import check_fields


@dataclass(frozen=True)
class FieldEncryption:
    """Fields of posted forms that CloudFront encrypts with a public key.

    Attributes:
        public_key: The RSA 2048 public key, in PEM.
        fields: The names of the fields.
    """

    public_key: str
    fields: Sequence[str]

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)
