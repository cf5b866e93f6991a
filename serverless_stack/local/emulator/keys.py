"""The access key of this cloud, which all its clients sign with."""

import hmac
import re
from dataclasses import dataclass

DEFAULT_ACCOUNT = "000000000000"
_ACCOUNT = re.compile(r"[0-9]{12}", re.ASCII)


@dataclass(frozen=True)
class AccessKey:
    """The access key of this cloud.

    The key id alone belongs to the default account. Followed by the 12 digits of another account,
    it belongs to that one, with the same secret.

    Attributes:
        id: The key id.
        secret: The secret access key.
    """

    id: str
    secret: str

    def id_for(self, account: str) -> str:
        """Return the key id for an account."""
        return self.id if account == DEFAULT_ACCOUNT else self.id + account

    def account_of(self, key_id: str) -> str | None:
        """Return the account of a key id; None if this cloud has no such key.

        The comparison takes the same time wherever the difference is.
        """
        given, own = key_id.encode(), self.id.encode()
        if not hmac.compare_digest(given[: len(own)], own):
            return None
        rest = key_id[len(self.id) :]
        if not rest:
            return DEFAULT_ACCOUNT
        return rest if _ACCOUNT.fullmatch(rest) else None
