"""RedisEngine: Redis OSS or Valkey, and the version."""

from dataclasses import dataclass
from typing import ClassVar

from serverless_stack.constructs._internal.arguments import check_fields, check_types


@dataclass(frozen=True)
class RedisEngine:
    """The engine of a ``RedisCache`` and its version ("Engine versions and upgrading").

    Attributes:
        name: ``redis`` or ``valkey``.
        version: The version of the engine, such as ``8.1``.
    """

    REDIS_6_2: ClassVar["RedisEngine"]
    REDIS_7_0: ClassVar["RedisEngine"]
    REDIS_7_1: ClassVar["RedisEngine"]
    VALKEY_7_2: ClassVar["RedisEngine"]
    VALKEY_8_0: ClassVar["RedisEngine"]
    VALKEY_8_1: ClassVar["RedisEngine"]
    VALKEY_8_2: ClassVar["RedisEngine"]
    VALKEY_9_0: ClassVar["RedisEngine"]
    VALKEY_9_1: ClassVar["RedisEngine"]

    name: str
    version: str

    def __post_init__(self) -> None:
        """Check the types of the fields."""
        check_fields(self)

    @classmethod
    @check_types
    def of(cls, name: str, version: str) -> "RedisEngine":
        """Return an engine and version that are not listed here.

        Args:
            name: ``redis`` or ``valkey``.
            version: The version, such as ``5.0.6``.
        """
        return cls(name, version)


RedisEngine.REDIS_6_2 = RedisEngine("redis", "6.2")
RedisEngine.REDIS_7_0 = RedisEngine("redis", "7.0")
RedisEngine.REDIS_7_1 = RedisEngine("redis", "7.1")
RedisEngine.VALKEY_7_2 = RedisEngine("valkey", "7.2")
RedisEngine.VALKEY_8_0 = RedisEngine("valkey", "8.0")
RedisEngine.VALKEY_8_1 = RedisEngine("valkey", "8.1")
RedisEngine.VALKEY_8_2 = RedisEngine("valkey", "8.2")
RedisEngine.VALKEY_9_0 = RedisEngine("valkey", "9.0")
RedisEngine.VALKEY_9_1 = RedisEngine("valkey", "9.1")
