"""A stack of plain CDK: a table of orders, and the function that reads it."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

HANDLER = Path(__file__).parent / "handler"


class OrdersStack(cdk.Stack):
    def __init__(self, scope: Construct, construct_id: str, *, memory_size: int = 128) -> None:
        super().__init__(scope, construct_id)
        self.table = dynamodb.Table(
            self,
            "Orders",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        self.function = lambda_.Function(
            self,
            "Read",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(HANDLER)),
            memory_size=memory_size,
            environment={"TABLE": self.table.table_name, "BUILD": "2026-11-23"},
        )
        self.table.grant_read_data(self.function)
