"""Deployed stacks, read from CloudFormation with boto3."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from serverless_stack.testing.review.compare.consequences import NESTED_STACK
from serverless_stack.testing.review.model import Stack
from serverless_stack.testing.template_text import SourceError, parse

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True)
class Account:
    """An AWS account and region.

    Attributes:
        profile: A profile of the AWS configuration. Default: the credentials of the environment.
        region: A region. Default: that of the environment or the profile.
    """

    profile: str | None = None
    region: str | None = None


def read_deployed(names: Sequence[str], new: Sequence[Stack], account: Account) -> list[Stack]:
    """Return deployed stacks and their nested stacks.

    The template is the submitted one, or the one that CloudFormation processed if the submitted one
    has a transform that the new template does not have. CloudFormation stores `?` for every
    character beyond ASCII; where all else is equal, the characters come from the new template.

    Args:
        names: The names of the stacks.
        new: The other side, which the templates will be compared with.
        account: The account and region.

    Raises:
        SourceError: A stack is not deployed there, or CloudFormation refuses or cannot be reached.
    """
    templates = {stack.name: stack.template for stack in new}
    with _explained(account):
        client = _client(account)
        stacks: list[Stack] = []
        for name in names:
            stacks += _Deployed(client, templates).read(name, name)
        return stacks


class _Deployed:
    """The stacks of an account and region; `new` has the templates of the other side by stack."""

    def __init__(
        self, client: CloudFormationClient, new: Mapping[str, Mapping[str, object]]
    ) -> None:
        self._client = client
        self._new = new

    def read(self, name: str, known_as: str) -> Iterator[Stack]:
        """Return the stack of a name or ARN, and the stacks nested in it."""
        alone = self._new.get("", {}) if len(self._new) == 1 else {}
        new = self._new.get(known_as, alone)
        template = self._template(name, "Original", known_as)
        if "Transform" in template and "Transform" not in new:
            template = self._template(name, "Processed", known_as)
        readable = _with_lost_characters(template, new)
        assert isinstance(readable, dict)
        yield Stack(known_as, readable)
        resources = readable["Resources"]
        assert isinstance(resources, dict)
        for logical_id, resource in resources.items():
            if isinstance(resource, Mapping) and resource.get("Type") == NESTED_STACK:
                physical = self._physical_id(name, logical_id)
                if physical:
                    yield from self.read(physical, f"{known_as}/{logical_id}")

    def _template(
        self, name: str, stage: Literal["Original", "Processed"], known_as: str
    ) -> dict[str, object]:
        answer = self._client.get_template(StackName=name, TemplateStage=stage)
        body: object = answer["TemplateBody"]
        label = f"the deployed stack {known_as}"
        # boto3 parses JSON, but not YAML.
        return parse(body if isinstance(body, str) else json.dumps(body), label)

    def _physical_id(self, name: str, logical_id: str) -> str | None:
        answer = self._client.describe_stack_resource(StackName=name, LogicalResourceId=logical_id)
        return answer["StackResourceDetail"].get("PhysicalResourceId")


def _with_lost_characters(old: object, new: object) -> object:
    """Return the old value, with the new text where the two differ only in lost characters."""
    if isinstance(old, dict) and isinstance(new, Mapping):
        return {key: _with_lost_characters(value, new.get(key)) for key, value in old.items()}
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [_with_lost_characters(*pair) for pair in zip(old, new, strict=True)]
    if isinstance(old, str) and isinstance(new, str) and _BEYOND_ASCII.sub("?", new) == old:
        return new
    return old


def _client(account: Account) -> CloudFormationClient:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise SourceError(
            "`--deployed` requires boto3: install the extra `operations` of this package"
        ) from error
    session = boto3.Session(profile_name=account.profile, region_name=account.region)
    limits = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard"})
    return session.client("cloudformation", config=limits)


@contextmanager
def _explained(account: Account) -> Iterator[None]:
    """Turn exceptions of boto3 into messages that name the remedy."""
    try:
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            NoCredentialsError,
            NoRegionError,
            TokenRetrievalError,
        )
    except ImportError:
        yield
        return
    where = f" in {account.region}" if account.region else ""
    try:
        yield
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        if code == "ValidationError" and "does not exist" in message:
            raise SourceError(
                f"the stack is not deployed{where}: {message}; name another one, "
                "or its account and region with `--profile` and `--region`"
            ) from error
        raise SourceError(f"CloudFormation refused{where}: {message} ({code})") from error
    except NoCredentialsError as error:
        raise SourceError(
            "there are no AWS credentials: name a profile with `--profile`, "
            "or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        ) from error
    except NoRegionError as error:
        raise SourceError("there is no AWS region: name it with `--region`") from error
    except TokenRetrievalError as error:
        raise SourceError(f"the AWS session has expired; sign in again: {error}") from error
    except BotoCoreError as error:
        raise SourceError(f"CloudFormation cannot be reached{where}: {error}") from error
