"""Queues and their policies."""

import json

from tests.e2e.account import Account
from tests.e2e.resources.compare import AtLeast
from tests.e2e.resources.registry import AbsentError, Properties, Resource, gives, reads

_NUMBERS = ("MessageRetentionPeriod", "VisibilityTimeout")


@reads("AWS::SQS::Queue")
def queue(account: Account, resource: Resource) -> Properties:
    found = _attributes(account, resource.physical_id)
    return {
        **{name: int(found[name]) for name in _NUMBERS if name in found},
        "SqsManagedSseEnabled": found.get("SqsManagedSseEnabled") == "true",
    }


@gives("AWS::SQS::Queue", "Arn")
def queue_arn(account: Account, url: str) -> str:
    return _attributes(account, url)["QueueArn"]


@reads("AWS::SQS::QueuePolicy")
def queue_policy(account: Account, resource: Resource) -> Properties:
    urls = AtLeast(resource.properties["Queues"])
    (policy,) = {_attributes(account, url).get("Policy", "") for url in urls}
    if not policy:
        raise AbsentError(resource.logical_id)
    return {"Queues": urls, "PolicyDocument": json.loads(policy)}


def _attributes(account: Account, url: str) -> dict[str, str]:
    try:
        answer = account.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    except account.sqs.exceptions.QueueDoesNotExist as error:
        raise AbsentError(url) from error
    return dict(answer["Attributes"])
