"""A function with all triggers under the regulated profile, for the tools to check.

`python -m tests.compliance.triggers FOLDER` synthesizes it, with the report of cdk-nag.
"""

import sys

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import LambdaHandler, Profile, Release, StorageBucket
from tests.compliance.shapes import CONTEXT, HANDLER, PACKS
from tests.compliance.tools import STRICT

STACK = "Regulated-triggers"


def triggers(app: cdk.App) -> None:
    """Create the function and, in another stack, the sources, whose findings are not ours."""
    sources = cdk.Stack(app, "Sources")
    key = kms.Key(sources, "Key")
    vpc = ec2.Vpc(sources, "Vpc")
    partition = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
    stack = cdk.Stack(app, STACK)
    Profile.regulated().apply(stack)
    handler = LambdaHandler(stack, "Handler", code=HANDLER, vpc=vpc, release=Release.all_at_once())
    bucket = StorageBucket(stack, "Bucket")
    bucket.connect(handler)
    handler.on_object_created(bucket, prefix="in/")
    handler.on_object_removed(bucket, prefix="in/")
    handler.on_object_created(StorageBucket(sources, "Archive"), prefix="in/")
    handler.on_table_change(dynamodb.TableV2(sources, "Table", partition_key=partition))
    handler.on_kinesis(
        kinesis.Stream(
            sources, "Stream", encryption=kinesis.StreamEncryption.KMS, encryption_key=key
        ),
        enhanced_fan_out=True,
    )
    handler.on_queue(sqs.Queue(sources, "Queue", encryption_master_key=key))
    handler.on_queue(sqs.Queue(sources, "Fifo", fifo=True))
    handler.on_topic(sns.Topic(sources, "Topic", master_key=key))
    handler.on_schedule("rate(5 minutes)")
    handler.on_schedule("cron(0 8 * * ? *)", time_zone="Europe/Berlin")
    handler.on_event({"source": ["shop"]})


def main(folder: str) -> None:
    """Write the cloud assembly and the report."""
    app = cdk.App(outdir=folder, analytics_reporting=False, context={**CONTEXT, **STRICT})
    triggers(app)
    cdk.Validations.of(app).add_plugins(*(pack() for pack in PACKS))
    app.synth()


if __name__ == "__main__":
    main(sys.argv[1])
