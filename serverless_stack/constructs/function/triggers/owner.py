"""The function that a trigger calls, as the modules of this folder see it."""

import hashlib
from dataclasses import dataclass
from typing import cast
from weakref import WeakKeyDictionary

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IConstruct

from serverless_stack.constructs._internal.acknowledge import acknowledge, acknowledge_resources
from serverless_stack.constructs._internal.connect import invokable_of
from serverless_stack.constructs._internal.roles import (
    grant_key,
    grantee_of,
    permissions_holder,
)
from serverless_stack.constructs._internal.tree import path_of, stack_of
from serverless_stack.constructs.profiles.profile import Profile
from serverless_stack.constructs.profiles.settings import SERVERLESS

_DEFAULT_TIMEOUT = 3  # seconds, of a function without one
_CALLS: WeakKeyDictionary[Construct, set[tuple[str, str]]] = WeakKeyDictionary()
_IDS: WeakKeyDictionary[Construct, dict[str, str]] = WeakKeyDictionary()  # and their sources


@dataclass(frozen=True)
class Owner:
    """A ``LambdaHandler``, whose methods create triggers.

    Attributes:
        construct: The construct.
        function: Its function.
    """

    construct: Construct
    function: lambda_.Function

    @classmethod
    def of(cls, handler: object) -> "Owner":
        """Return the owner of the methods ``on_*``.

        Args:
            handler: The ``LambdaHandler``.
        """
        construct = cast(Construct, handler)
        return cls(construct, cast(lambda_.Function, getattr(construct, "function", None)))

    @property
    def target(self) -> lambda_.IFunction:
        """What the trigger calls: the alias of the function if it has one, else the function."""
        return invokable_of(cast(lambda_.Function, self.construct))

    @property
    def path(self) -> str:
        """The path of the construct."""
        return path_of(self.construct)

    @property
    def profile(self) -> Profile:
        """The profile of the construct."""
        return Profile.of(self.construct)

    @property
    def timeout_seconds(self) -> float | None:
        """The time-out of the function; None if it is known at deployment only."""
        timeout: Duration | None = self.function.timeout
        if timeout is None:
            return _DEFAULT_TIMEOUT
        return None if timeout.is_unresolved() else timeout.to_seconds()

    def is_in_stack_of(self, construct: IConstruct) -> bool:
        """Return whether a construct is in the stack of the function."""
        return path_of(stack_of(construct)) == path_of(stack_of(self.construct))

    def scope_for(self, kind: str, source: IConstruct, *filters: str) -> tuple[Construct, str]:
        """Return a scope and an id that depend on the source of a trigger, not on the order.

        Args:
            kind: The kind of the trigger, such as ``Queue``.
            source: The source.
            filters: What else tells two triggers of this source apart.
        """
        parts = [kind, *path_of(source).split("/")[1:], *filters]
        construct_id = "".join(_capitalized(part) for part in parts)
        # Such as `Jobs` of two stacks, or `a-b` and `aB`.
        ids = _IDS.setdefault(self.construct, {})
        if ids.setdefault(construct_id, path_of(source)) != path_of(source):
            construct_id += short_hash(path_of(source))
        return self.construct, construct_id

    def repeated(self, method: str, key: str, remedy: str) -> list[str]:
        """List whether a method was called for a source already; from now on it was.

        Args:
            method: The method.
            key: What it was called for, such as the path of a queue.
            remedy: What to do instead.
        """
        calls = _CALLS.setdefault(self.construct, set())
        if (method, key) in calls:
            return [f"`{method}` was already called for {key} and must be called once; {remedy}"]
        calls.add((method, key))
        return []

    def acknowledge_redrive(self, mapping: IConstruct) -> None:
        """Acknowledge that the mapping of a queue has no destination for failures.

        Args:
            mapping: The mapping.
        """
        acknowledge(
            mapping,
            "LambdaEventSourceMappingDestination",
            "messages of a queue that fail go where its redrive policy says; Lambda refuses "
            "another destination for them",
            packs=(SERVERLESS,),
            profile=self.profile,
        )

    def allow(self, actions: list[str], resources: list[str]) -> iam.Grant:
        """Allow the function what a trigger needs.

        Args:
            actions: The actions.
            resources: The ARNs.
        """
        if "*" in resources:
            reason = f"{', '.join(actions)} has no resources that a policy can name"
            acknowledge_resources(permissions_holder(self.function), ["*"], reason)
        return iam.Grant.add_to_principal(
            grantee=grantee_of(self.function), actions=actions, resource_arns=resources
        )

    def allow_key(self, key: kms.IKey | None, *, writes: bool = False) -> None:
        """Allow the function to decrypt with the key of a source, if it has one.

        Args:
            key: The key.
            writes: Whether to encrypt, too.
        """
        if key is not None:
            grant_key(key, grantee_of(self.function), writes=writes)


def _capitalized(text: str) -> str:
    words = "".join(char if char.isalnum() else " " for char in text).split()
    return "".join(word[0].upper() + word[1:] for word in words)


def short_hash(*parts: str) -> str:
    """Return eight characters for an id, which depend on texts.

    Args:
        parts: The texts.
    """
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:8].upper()
