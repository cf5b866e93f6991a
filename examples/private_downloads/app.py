"""Films that only signed URLs and cookies open, and a form whose card number is encrypted."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_secretsmanager as secretsmanager

from serverless_stack.constructs import (
    Behavior,
    Cdn,
    FieldEncryption,
    LambdaHandler,
    Profile,
    ProxyApi,
    Signing,
    StorageBucket,
)

HERE = Path(__file__).parent
app = cdk.App()
Profile.dev().apply(app)
stack = cdk.Stack(app, "PrivateDownloads")

# [payments]
# The private key stays with those who decrypt: its secret gets its value by hand.
card_key = secretsmanager.Secret(stack, "CardKey")
payments = LambdaHandler(stack, "Payments", code=HERE / "payments")
payments.connect(card_key, prefix="FIELD_ENCRYPTION")
card_numbers = FieldEncryption(
    public_key_pem=(HERE / "card_key.pem").read_text(), fields=["card"], provider="shop"
)
# [signing]
films = StorageBucket(stack, "Films")
signing = Signing(stack, "Keys", rotate_every=cdk.Duration.days(30))
cdn = Cdn(
    stack,
    "Cdn",
    bucket=films,
    api=ProxyApi(stack, "PaymentsApi", handler=payments),
    api_path_pattern="/pay",
    behaviors={
        "/films/*": Behavior("bucket", signed=signing),
        "/pay": Behavior("api", field_encryption=card_numbers),
    },
)
links = LambdaHandler(stack, "Links", code=HERE / "links", environment={"FILES_URL": cdn.url})
signing.connect(links)
# [end]
api = ProxyApi(stack, "Api", handler=links)
outputs = {
    "ApiId": api.rest_api.rest_api_id,
    "CardKey": card_key.secret_arn,
    "Distribution": cdn.distribution.distribution_domain_name,
    "Films": films.bucket_name,
    "KeyFunction": signing.function.function_name,
    "KeyGroup": signing.key_group.key_group_id,
    "Keys": signing.secret.secret_arn,
}
for name, value in outputs.items():
    cdk.CfnOutput(stack, f"{name}Output", value=value, key=name)

app.synth()
