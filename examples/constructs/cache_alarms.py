"""Alarms of a Redis cache that notify a topic."""

import aws_cdk as cdk
from aws_cdk import aws_sns as sns

from serverless_stack.constructs import CacheAlarms, RedisCache

app = cdk.App()
stack = cdk.Stack(app, "Shop")
cache = RedisCache(stack, "Cache")
CacheAlarms(stack, "Alarms", cache=cache, topic=sns.Topic(stack, "Pager"))
app.synth()
