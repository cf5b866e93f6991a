"""A function that is kept warm, and connected to a table, queue, topic, secret and function."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import LambdaHandler, Profile, Warmth

HERE = Path(__file__).parent

app = cdk.App()
Profile.dev().apply(app)
stack = cdk.Stack(app, "Connections")
table = dynamodb.TableV2(
    stack,
    "Orders",
    partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
    removal_policy=cdk.RemovalPolicy.DESTROY,
)
parcels = sqs.Queue(stack, "Parcels")
mails = sqs.Queue(stack, "Mails")
news = sns.Topic(stack, "News")
news.add_subscription(subscriptions.SqsSubscription(mails))
token = secretsmanager.Secret(stack, "Token", removal_policy=cdk.RemovalPolicy.DESTROY)

# [warmth]
orders = LambdaHandler(
    stack,
    "Function",
    code=HERE / "orders",
    warmth=Warmth.ping(every=cdk.Duration.minutes(1), concurrency=3),
)
prices = LambdaHandler(
    stack, "Prices", code=HERE / "prices", warmth=Warmth.provisioned(1, max_capacity=4)
)
rebates = LambdaHandler(stack, "Rebates", code=HERE / "prices", warmth=Warmth.snap_start())
# [connect]
orders.connect(table)  # TABLE_NAME
orders.connect(parcels, "write")  # QUEUE_URL
orders.connect(news)  # TOPIC_ARN
orders.connect(token)  # SECRET_ARN
orders.connect(prices)  # FUNCTION_ARN
orders.connect(rebates, env_prefix="REBATES")  # REBATES_ARN
# [end]

for name, value in {
    "Function": orders.function.function_name,
    "Table": table.table_name,
    "Parcels": parcels.queue_url,
    "Mails": mails.queue_url,
    "Token": token.secret_arn,
}.items():
    cdk.CfnOutput(stack, f"{name}Output", value=value).override_logical_id(name)
app.synth()
