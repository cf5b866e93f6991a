"""One function with all triggers: objects, a table, a stream, queues, a topic, times and events."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import LambdaHandler, Profile, StorageBucket

HERE = Path(__file__).parent

app = cdk.App()
Profile.dev().apply(app)
shared = cdk.Stack(app, "Shared")
archive = StorageBucket(shared, "Archive")

stack = cdk.Stack(app, "Triggers")
uploads = StorageBucket(stack, "Uploads")
key = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
gone = cdk.RemovalPolicy.DESTROY
orders = dynamodb.TableV2(stack, "Orders", partition_key=key, removal_policy=gone)
seen = dynamodb.TableV2(stack, "Seen", partition_key=key, removal_policy=gone)
clicks = kinesis.Stream(stack, "Clicks", shard_count=1, removal_policy=gone)
jobs = sqs.Queue(stack, "Jobs", visibility_timeout=cdk.Duration.seconds(12))
steps = sqs.Queue(stack, "Steps", fifo=True, content_based_deduplication=True)
news = sns.Topic(stack, "News")
bus = events.EventBus(stack, "Bus")

handler = LambdaHandler(
    stack,
    "Handler",
    code=HERE / "handler",
    timeout=cdk.Duration.seconds(2),
    environment={"SEEN": seen.table_name},
)
seen.grant_write_data(handler.function)

# [objects]
handler.on_object_created(uploads, prefix="incoming/", suffix=".csv")
handler.on_object_removed(uploads, prefix="incoming/")
handler.on_object_created(archive, prefix="reports/")  # of another stack: through EventBridge
# [streams]
changes = handler.on_table_change(orders, batch_size=10, retry_attempts=1)
handler.on_kinesis(
    clicks,
    filter={"data": {"kind": ["click", "poison"]}},
    max_batching_window=cdk.Duration.seconds(1),
    retry_attempts=1,
)
# [queues]
work = handler.on_queue(jobs, max_concurrency=2, max_receive_count=1)
handler.on_queue(steps)
# [events]
handler.on_topic(news, filter={"kind": ["breaking"]})
handler.on_schedule("rate(1 minute)", input={"schedule": "minute"})
handler.on_schedule("cron(0 8 ? * MON-FRI *)", time_zone="Europe/Berlin")
handler.on_event({"source": ["shop"], "detail-type": ["Order placed"]}, bus=bus)
# [end]

if changes.failures is None or work.failures is None:
    raise RuntimeError("every trigger of this app has a queue for failures")
outputs = {
    "Uploads": uploads.bucket_name,
    "Archive": archive.bucket_name,
    "Orders": orders.table_name,
    "Seen": seen.table_name,
    "Clicks": clicks.stream_name,
    "Jobs": jobs.queue_url,
    "Steps": steps.queue_url,
    "News": news.topic_arn,
    "Bus": bus.event_bus_name,
    "StreamFailures": changes.failures.queue_url,
    "JobFailures": work.failures.queue_url,
}
for name, value in outputs.items():
    cdk.CfnOutput(stack, f"{name}Output", value=value, key=name)

app.synth()
