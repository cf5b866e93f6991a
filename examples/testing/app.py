# `orders` is beside this file, where Python looks; the repository's mypy looks elsewhere.
# mypy: disable-error-code="import-not-found"
"""The CDK app, for `cdk deploy`."""

import aws_cdk as cdk
from orders import OrdersStack

app = cdk.App()
OrdersStack(app, "Orders")
app.synth()
