"""Alarms of a distribution that notify a topic."""

import aws_cdk as cdk
from aws_cdk import aws_sns as sns

from serverless_stack.constructs import Cdn, CdnAlarms, StorageBucket

app = cdk.App()
# CloudFront publishes its metrics in us-east-1.
stack = cdk.Stack(app, "Shop", env=cdk.Environment(region="us-east-1"))
cdn = Cdn(stack, "Cdn", bucket=StorageBucket(stack, "Pages"))
CdnAlarms(stack, "Alarms", distribution=cdn.distribution, topic=sns.Topic(stack, "Pager"))
app.synth()
