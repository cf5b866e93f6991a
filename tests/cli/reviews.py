"""Templates for reviews, and the command in this process."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from serverless_stack.cli.main import application

QUEUE = {
    "Type": "AWS::SQS::Queue",
    "Metadata": {"aws:cdk:path": "Shop/Jobs/Resource"},
    "Properties": {"QueueName": "jobs", "DelaySeconds": 1},
}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "news"}}


def review(*arguments: str) -> Result:
    return CliRunner().invoke(application(), ["review", *arguments], catch_exceptions=False)


def write(path: Path, **resources: object) -> str:
    path.write_text(json.dumps({"Resources": resources}))
    return str(path)


def changed(resource: Mapping[str, Any], **properties: object) -> dict[str, Any]:
    return {**resource, "Properties": {**resource["Properties"], **properties}}
