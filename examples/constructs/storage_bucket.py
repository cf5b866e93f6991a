"""A private bucket that a function reads and writes."""

import aws_cdk as cdk

from serverless_stack.constructs import LambdaHandler, StorageBucket

app = cdk.App()
stack = cdk.Stack(app, "Shop")
photos = StorageBucket(stack, "Photos")
photos.connect(LambdaHandler(stack, "Resize", code="handler"))
app.synth()
