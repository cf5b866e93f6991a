"""The same application as a stack of its own."""

import aws_cdk as cdk

from serverless_stack.constructs import ServerlessStack

app = cdk.App()
ServerlessStack(app, "Shop", function="handler", site="site", redis=True)
app.synth()
