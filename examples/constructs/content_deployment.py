"""The files of a folder, uploaded to the bucket behind a distribution."""

import aws_cdk as cdk

from serverless_stack.constructs import Cdn, ContentDeployment, StorageBucket

app = cdk.App()
stack = cdk.Stack(app, "Shop")
pages = StorageBucket(stack, "Pages")
cdn = Cdn(stack, "Cdn", bucket=pages)
ContentDeployment(stack, "Content", source="site", bucket=pages, distributions=[cdn])
app.synth()
