"""What writes to the sources that trigger functions."""

from typing import Final

WRITES: Final = {
    "AWS::SQS::Queue": ("Arn", ("sqs:SendMessage",)),
    "AWS::Kinesis::Stream": ("Arn", ("kinesis:PutRecord", "kinesis:PutRecords")),
    "AWS::DynamoDB::Table": (
        "Arn",
        (
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
            "dynamodb:BatchWriteItem",
        ),
    ),
    "AWS::SNS::Topic": ("", ("sns:Publish",)),
}
"""The attribute that names a source in policies, and the actions that write to it, by its type."""
