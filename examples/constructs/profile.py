"""A stage that is thrown away, and one that is audited."""

import aws_cdk as cdk

from serverless_stack.constructs import Profile, ServerlessStack, StorageBucket

app = cdk.App()
ServerlessStack(app, "ShopTest", function="handler", redis=True, profile=Profile.dev())

# For constructs in a stack of yours:
audited = cdk.Stack(app, "Archive")
Profile.regulated().apply(audited)
StorageBucket(audited, "Invoices")
app.synth()
