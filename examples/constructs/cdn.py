"""A distribution in front of the pages in a bucket."""

import aws_cdk as cdk

from serverless_stack.constructs import Cdn, StorageBucket

app = cdk.App()
stack = cdk.Stack(app, "Shop")
pages = StorageBucket(stack, "Pages")
cdn = Cdn(stack, "Cdn", bucket=pages)
app.synth()
