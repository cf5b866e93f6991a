"""Deployments of code and content: as the CDK CLI does them, without its start and its change sets.

The assets go to the bucket of the bootstrap stack, and CloudFormation updates the stack to the
synthesized template. So a later deployment by the CDK CLI finds what it would have made.
"""

import io
import json
import os
import time
import zipfile
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from serverless_stack.local.cdk.assembly import Environment, Stack
from serverless_stack.local.errors import LocalCloudError
from serverless_stack.local.processes.ports import LOOPBACK
from serverless_stack.local.processes.state import State

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

_POLL_SECONDS = 0.02
_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")
_DATE = (1980, 1, 1, 0, 0, 0)


class RefusedError(LocalCloudError):
    """CloudFormation refused an update, and went back to what was there before."""


class NotUpdatableError(LocalCloudError):
    """The stack is in no state for an update; the CDK CLI knows what to do."""


class Publisher:
    """Publishes the assets of stacks and updates them.

    Args:
        state: The state of the running cloud.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._clients: dict[tuple[str, Environment], object] = {}

    def prepare(self, stacks: Iterable[Stack]) -> None:
        """Load what deployments of stacks need, so that the first edit does not wait for it."""
        for place in {stack.environment for stack in stacks}:
            self._s3(place)
            self._cloudformation(place)

    def publish(self, stack: Stack, published: Container[str] = ()) -> str:
        """Upload what is missing of the assets of a stack, and return the URL of its template.

        Args:
            stack: The stack.
            published: The ids of assets that are there.

        Raises:
            NotUpdatableError: The cloud does not take them.
        """
        with _answered():
            return self._publish(stack, published)

    def _publish(self, stack: Stack, published: Container[str]) -> str:
        manifest = json.loads(stack.asset_manifest.read_text("utf-8"))
        s3 = self._s3(stack.environment)
        template = ""
        for asset_id, asset in manifest.get("files", {}).items():
            source = stack.asset_manifest.parent / asset["source"]["path"]
            for destination in asset["destinations"].values():
                bucket = _filled(destination["bucketName"], stack.environment)
                key = _filled(destination["objectKey"], stack.environment)
                if source.name == stack.properties.get("templateFile"):
                    template = f"http://{LOOPBACK}:{self._state.gateway_port}/{bucket}/{key}"
                if asset_id not in published:
                    packaging = asset["source"].get("packaging", "file")
                    self._upload(s3, bucket, key, source, packaging)
        return template

    def update(self, stack: Stack, template: str) -> None:
        """Update a stack to a published template, and wait until that is done.

        Raises:
            NotUpdatableError: The stack cannot be updated as it is.
            RefusedError: The update failed.
        """
        with _answered():
            self._update(stack, template)

    def _update(self, stack: Stack, template: str) -> None:
        from botocore.exceptions import ClientError

        client = self._cloudformation(stack.environment)
        name = stack.aliases[-1]
        declared = stack.templates[0].body.get("Parameters")
        parameters = [
            {"ParameterKey": parameter, "UsePreviousValue": True}
            for parameter in (declared if isinstance(declared, dict) else {})
        ]
        try:
            client.update_stack(
                StackName=name,
                TemplateURL=template,
                Parameters=parameters,  # type: ignore[arg-type]
                Capabilities=_CAPABILITIES,  # type: ignore[arg-type]
            )
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                return
            raise
        status = _status(client, name)
        while status.endswith("_IN_PROGRESS"):
            time.sleep(_POLL_SECONDS)
            status = _status(client, name)
        if status != "UPDATE_COMPLETE":
            raise RefusedError(f"{stack.name} is {status}: {_reasons(client, name)}")

    def _upload(self, s3: "S3Client", bucket: str, key: str, source: Path, packaging: str) -> None:
        from botocore.exceptions import ClientError

        try:
            s3.head_object(Bucket=bucket, Key=key)
        except ClientError:
            body = _zipped(source) if packaging == "zip" else source.read_bytes()
            s3.put_object(Bucket=bucket, Key=key, Body=body)

    def _s3(self, place: Environment) -> "S3Client":
        return self._client("s3", place)  # type: ignore[return-value]

    def _cloudformation(self, place: Environment) -> "CloudFormationClient":
        return self._client("cloudformation", place)  # type: ignore[return-value]

    def _client(self, service: str, place: Environment) -> object:
        import boto3
        from botocore.config import Config

        if (service, place) not in self._clients:
            key = self._state.access_key
            self._clients[service, place] = boto3.client(
                service,  # type: ignore[call-overload]
                endpoint_url=f"http://{LOOPBACK}:{self._state.gateway_port}",
                region_name=place.region,
                aws_access_key_id=key.id_for(place.account),
                aws_secret_access_key=key.secret,
                config=Config(
                    s3={"addressing_style": "path"}, proxies={}, retries={"total_max_attempts": 1}
                ),
            )
        return self._clients[service, place]


@contextmanager
def _answered() -> Iterator[None]:
    """Turn errors of the cloud into one that the CDK CLI gets to the bottom of."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise NotUpdatableError(str(error)) from error


def _filled(text: str, place: Environment) -> str:
    values: Mapping[str, str] = {
        "${AWS::AccountId}": place.account,
        "${AWS::Region}": place.region,
        "${AWS::Partition}": "aws",
    }
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _zipped(folder: Path) -> bytes:
    """Return a folder as a zip file, with links followed; stored, because it stays on this disk."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for parent, folders, names in os.walk(folder, followlinks=True):
            folders.sort()
            for name in sorted(names):
                path = Path(parent, name)
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _DATE)
                entry.external_attr = (path.stat().st_mode & 0xFFFF) << 16
                archive.writestr(entry, path.read_bytes())
    return sink.getvalue()


def _status(client: "CloudFormationClient", name: str) -> str:
    return client.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]


def _reasons(client: "CloudFormationClient", name: str) -> str:
    """Return why the last update failed."""
    reasons = []
    for event in client.describe_stack_events(StackName=name)["StackEvents"]:
        status = event.get("ResourceStatus", "")
        if event.get("ResourceType") == "AWS::CloudFormation::Stack":
            if status == "UPDATE_IN_PROGRESS":
                break
        elif status.endswith("_FAILED"):
            reasons.append(f"{event.get('LogicalResourceId')}: {event.get('ResourceStatusReason')}")
    return "; ".join(reversed(reasons)) or "no reason is known"
