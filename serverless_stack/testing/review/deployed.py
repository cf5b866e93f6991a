"""Stacks as they are deployed, asked of CloudFormation through boto3."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from serverless_stack.testing.review.errors import SourceError
from serverless_stack.testing.review.stacks import Stack
from serverless_stack.testing.review.template_text import parse

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

_NESTED = "AWS::CloudFormation::Stack"
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


@dataclass(frozen=True)
class Account:
    """Where stacks are deployed.

    Attributes:
        profile: A profile of the AWS configuration; None for what the environment says.
        region: A region; None for what the environment or the profile says.
    """

    profile: str | None = None
    region: str | None = None


def read_deployed(names: Sequence[str], new: Sequence[Stack], account: Account) -> list[Stack]:
    """Read deployed stacks and their nested ones.

    The template is taken as it was submitted, or, when that has a transform that the new one has
    not, as CloudFormation processed it. What CloudFormation cannot give back (it stores `?` for
    every character beyond ASCII) is taken from the new template where all else is equal.

    Args:
        names: The names of the stacks.
        new: The other side, which the templates will be compared with.
        account: Where they are.

    Raises:
        SourceError: A stack is not deployed there, or CloudFormation cannot be asked.
    """
    templates = {stack.name: stack.template for stack in new}
    with _explained(account):
        client = _client(account)
        found: list[Stack] = []
        for name in names:
            found += _Deployed(client, templates).read(name, name)
        return found


class _Deployed:
    """One account and region, and the templates of the other side by stack."""

    def __init__(
        self, client: CloudFormationClient, new: Mapping[str, Mapping[str, object]]
    ) -> None:
        self._client = client
        self._new = new

    def read(self, name: str, known_as: str) -> Iterator[Stack]:
        """The stack of this name or ARN, and the nested ones below it."""
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
            if isinstance(resource, Mapping) and resource.get("Type") == _NESTED:
                physical = self._physical_id(name, logical_id)
                if physical:
                    yield from self.read(physical, f"{known_as}/{logical_id}")

    def _template(
        self, name: str, stage: Literal["Original", "Processed"], known_as: str
    ) -> dict[str, object]:
        answer = self._client.get_template(StackName=name, TemplateStage=stage)
        body: object = answer["TemplateBody"]
        label = f"the deployed stack {known_as}"
        # boto3 has read JSON already; YAML it gives as it is.
        return parse(body if isinstance(body, str) else json.dumps(body), label)

    def _physical_id(self, name: str, logical_id: str) -> str | None:
        answer = self._client.describe_stack_resource(StackName=name, LogicalResourceId=logical_id)
        return answer["StackResourceDetail"].get("PhysicalResourceId")


def _with_lost_characters(old: object, new: object) -> object:
    """The old value, with the new text wherever the two differ only in what was lost."""
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
            "`--deployed` needs boto3: install it by `pip install 'serverless-stack[operations]'`"
        ) from error
    session = boto3.Session(profile_name=account.profile, region_name=account.region)
    limits = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard"})
    return session.client("cloudformation", config=limits)


@contextmanager
def _explained(account: Account) -> Iterator[None]:
    """Turn what boto3 raises into what the user can do."""
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
                "or its account and region by `--profile` and `--region`"
            ) from error
        raise SourceError(f"CloudFormation refuses{where}: {message} ({code})") from error
    except NoCredentialsError as error:
        raise SourceError(
            "there are no AWS credentials: name a profile by `--profile`, "
            "or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        ) from error
    except NoRegionError as error:
        raise SourceError("there is no AWS region: name it by `--region`") from error
    except TokenRetrievalError as error:
        raise SourceError(f"the AWS session has ended, sign in again: {error}") from error
    except BotoCoreError as error:
        raise SourceError(f"CloudFormation cannot be asked{where}: {error}") from error
