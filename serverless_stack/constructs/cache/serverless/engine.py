"""ServerlessEngine and NetworkType: the engine of a serverless cache, and its IP protocol."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from serverless_stack.constructs._internal.arguments import check_fields, check_types


class NetworkType(Enum):
    """The IP protocol of a serverless cache ("Choosing a network type for serverless caches")."""

    IPV4 = "ipv4"
    """IPv4 only, in subnets with IPv4 addresses."""
    IPV6 = "ipv6"
    """IPv6 only, in subnets with IPv6 addresses only."""
    DUAL_STACK = "dual_stack"
    """Both, in subnets with addresses of both."""


@dataclass(frozen=True)
class ServerlessEngine:
    """The engine of a ``ServerlessCache`` and its major version; AWS applies minor versions.

    Attributes:
        name: ``valkey``, ``redis`` or ``memcached``.
        major_version: The major version, such as ``8``.
    """

    MEMCACHED_1_6: ClassVar["ServerlessEngine"]
    REDIS_7: ClassVar["ServerlessEngine"]
    VALKEY_7: ClassVar["ServerlessEngine"]
    VALKEY_8: ClassVar["ServerlessEngine"]
    VALKEY_9: ClassVar["ServerlessEngine"]

    name: str
    major_version: str

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def of(cls, name: str, major_version: str) -> "ServerlessEngine":
        """Return an engine and version that are not listed here.

        Args:
            name: ``valkey``, ``redis`` or ``memcached``.
            major_version: The major version.
        """
        return cls(name, major_version)


ServerlessEngine.MEMCACHED_1_6 = ServerlessEngine("memcached", "1.6")
ServerlessEngine.REDIS_7 = ServerlessEngine("redis", "7")
ServerlessEngine.VALKEY_7 = ServerlessEngine("valkey", "7")
ServerlessEngine.VALKEY_8 = ServerlessEngine("valkey", "8")
ServerlessEngine.VALKEY_9 = ServerlessEngine("valkey", "9")
