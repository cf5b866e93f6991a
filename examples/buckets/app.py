"""Buckets: uploads by browsers, copies, lifecycle rules, locked objects, and two functions."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_kms as kms

from serverless_stack.constructs import (
    ArchiveTiers,
    BucketCors,
    Inventory,
    LambdaHandler,
    Lifecycle,
    ObjectLock,
    Replication,
    RequestMetrics,
    StorageBucket,
)

HERE = Path(__file__).parent

app = cdk.App()
data = cdk.Stack(app, "BucketsData")
copies_key = kms.Key(data, "CopiesKey", enable_key_rotation=True)
copies = StorageBucket(data, "Copies", encryption_key=copies_key)
lists = StorageBucket(data, "Lists")

# [bucket]
photos = StorageBucket(
    data,
    "Photos",
    name_prefix="photos",  # photos-<account>-<region>-an
    encryption_key=kms.Key(data, "PhotosKey", enable_key_rotation=True),
    lifecycle_rules=[
        Lifecycle.temporary(days=7, prefix="tmp/"),
        Lifecycle.archive(90, "GLACIER_IR", prefix="originals/"),
        Lifecycle.keep_versions(3, days=30),
    ],
    cors=BucketCors.uploads("https://shop.example.com"),
    replication=Replication(copies, prefix="originals/"),
)
# [lock]
ledger = StorageBucket(data, "Ledger", object_lock=ObjectLock.governance(days=30))
# [watch]
watched = StorageBucket(
    data,
    "Watched",
    lifecycle_rules=[Lifecycle.intelligent_tiering(prefix="media/")],
    archive_tiers=ArchiveTiers(archive_days=90, deep_archive_days=180, prefix="media/"),
    request_metrics=[RequestMetrics("Media", prefix="media/")],
    inventory=Inventory(lists, frequency="Weekly", format="CSV"),
    event_bridge=True,
    transfer_acceleration=True,
)
# [end]

stack = cdk.Stack(app, "Buckets")
inbox = StorageBucket(stack, "Inbox")
upload = LambdaHandler(stack, "Upload", code=HERE / "handler", handler="upload.handler")
tables = LambdaHandler(stack, "Tables", code=HERE / "handler", handler="notes.handler")
images = LambdaHandler(stack, "Images", code=HERE / "handler", handler="notes.handler")

# [connect]
photos.connect(upload, "read-write", prefix="originals/")  # a bucket of another stack, with a key
# [notify]
tables.on_object_created(inbox, prefix="in/", suffix=".csv")
images.on_object_created(inbox, prefix="in/", suffix=".png")
inbox.connect(tables, "write", prefix="tables/")
inbox.connect(images, "write", prefix="images/")
# [outputs]
outputs = {
    "Photos": photos.bucket_name,
    "Copies": copies.bucket_name,
    "CopiesKey": copies_key.key_arn,
    "Ledger": ledger.bucket_name,
    "Watched": watched.bucket_name,
    "Inbox": inbox.bucket_name,
    "UploadName": upload.function.function_name,
}
for name, value in outputs.items():
    cdk.CfnOutput(stack, f"{name}Output", value=value, key=name)

app.synth()
