"""Takes an order: stores it, and tells everybody who needs to know."""

import json
import os
from typing import Any

import boto3

table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])
functions = boto3.client("lambda")
queue = boto3.client("sqs")
topic = boto3.client("sns")
secrets = boto3.client("secretsmanager")


def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    print(f"an order: {json.dumps(event)}")
    order = str(event.get("id", "none"))
    price = invoke(os.environ["FUNCTION_ARN"], order) - invoke(os.environ["REBATES_ARN"], order)
    table.put_item(Item={"id": order, "price": price})
    queue.send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=order)
    topic.publish(TopicArn=os.environ["TOPIC_ARN"], Message=order)
    secret = secrets.get_secret_value(SecretId=os.environ["SECRET_ARN"])["SecretString"]
    stored = table.get_item(Key={"id": order})["Item"]
    return {"price": int(stored["price"]), "signed_with": len(secret)}


def invoke(function: str, order: str) -> int:
    answer = functions.invoke(FunctionName=function, Payload=json.dumps({"id": order}))
    return int(json.load(answer["Payload"])["price"])
