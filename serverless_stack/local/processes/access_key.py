"""The access key of a cloud, without which its AWS endpoint serves nobody."""

import secrets
from dataclasses import dataclass, field

DEFAULT_ACCOUNT = "000000000000"


@dataclass(frozen=True)
class AccessKey:
    """An access key, made for one cloud and kept in its state.

    Attributes:
        id: The key id, for the default account.
        secret: The secret access key.
    """

    id: str
    secret: str = field(repr=False)

    def id_for(self, account: str) -> str:
        """Return the key id for an account. The secret is the same for all of them."""
        return self.id if account == DEFAULT_ACCOUNT else self.id + account


def new_access_key() -> AccessKey:
    """Return a random access key."""
    return AccessKey(f"LOCAL{secrets.token_hex(16).upper()}", secrets.token_urlsafe(32))
