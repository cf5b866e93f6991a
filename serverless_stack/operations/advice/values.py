"""What is asked, and what is answered, as values."""

import enum
from dataclasses import dataclass


class Fit(enum.Enum):
    """How well an option meets a need."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True)
class Need:
    """Something that you may need of a cache.

    Attributes:
        name: What ``advise`` and ``--need`` take.
        meaning: What it means, in a line.
        essential: Code cannot make up for it, so that it comes before what is not: a data type
            that is missing cannot be bought by a larger node.
    """

    name: str
    meaning: str
    essential: bool


@dataclass(frozen=True)
class Option:
    """One kind of cache that ElastiCache has.

    Attributes:
        title: Its name in a sentence.
        engine: ``redis``, which stands for Valkey and Redis OSS, or ``memcached``.
        deployment: ``serverless``, ``node-based`` or ``cluster mode``, which is node-based, too.
        construct: The construct that makes it.
    """

    title: str
    engine: str
    deployment: str
    construct: str


@dataclass(frozen=True)
class Fact:
    """How well one option meets one need.

    Attributes:
        fit: How well.
        text: Why, in a sentence about the option.
        page: The title of the page of the ElastiCache user guide that says so.
    """

    fit: Fit
    text: str
    page: str


@dataclass(frozen=True)
class Reason:
    """A fact that counts, because a need was stated.

    Attributes:
        need: The stated need.
        fit: How well the option meets it.
        text: Why, in a sentence about the option.
        page: The title of the page of the ElastiCache user guide that says so.
    """

    need: str
    fit: Fit
    text: str
    page: str


@dataclass(frozen=True)
class Conflict:
    """Stated needs that no cache meets together; without any one of them, there is one.

    Attributes:
        needs: The needs, two or more.
        text: What meets each of them, and what the answer does about it.
    """

    needs: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Alternative:
    """An option that was not taken.

    Attributes:
        option: The option.
        against: What speaks against it. Empty if it meets every stated need.
    """

    option: Option
    against: tuple[Reason, ...]


@dataclass(frozen=True)
class Advice:
    """Which cache to take.

    Attributes:
        needs: The stated needs, in the order of ``NEEDS``, each once.
        option: The cache to take.
        call: The line to write into a stack or construct.
        reasons: What speaks for it.
        shortfalls: The stated needs that it meets in part or not. Empty if it meets all.
        conflicts: Why there are shortfalls.
        alternatives: The other options, the best first.
    """

    needs: tuple[str, ...]
    option: Option
    call: str
    reasons: tuple[Reason, ...]
    shortfalls: tuple[Reason, ...]
    conflicts: tuple[Conflict, ...]
    alternatives: tuple[Alternative, ...]
