"""A key for signed URLs, and the function that signs with it."""

import aws_cdk as cdk

from serverless_stack.constructs import Behavior, Cdn, LambdaHandler, Signing, StorageBucket

app = cdk.App()
stack = cdk.Stack(app, "Shop")
signing = Signing(stack, "Signing")
signing.connect(LambdaHandler(stack, "Links", code="handler"))
films = StorageBucket(stack, "Films")
Cdn(
    stack,
    "Cdn",
    bucket=StorageBucket(stack, "Pages"),
    behaviors={"/films/*": Behavior(films, signed=signing)},
)
app.synth()
