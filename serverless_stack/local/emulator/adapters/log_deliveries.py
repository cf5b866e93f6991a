"""Deliveries of logs in templates; MiniStack has the actions, but not the types.

``AWS::Logs::DeliverySource`` and its siblings in the CloudFormation template reference, and
"Configure standard logging (v2)" of CloudFront. No log is written.
"""

import json
from collections.abc import Callable

from ministack.core.responses import error_response_json, get_region
from ministack.services import cloudwatch_logs
from ministack.services.cloudformation import provisioners

from .types import Handlers, Properties, Provisioned, Record, Response

_REGION_OF_CLOUDFRONT = "us-east-1"


def apply() -> None:
    """Apply this module's patches."""
    refuse_cloudfront_elsewhere()
    provisioners._RESOURCE_HANDLERS.update(
        {
            "AWS::Logs::DeliverySource": named_handlers(
                create_source, cloudwatch_logs._delete_delivery_source
            ),
            "AWS::Logs::DeliveryDestination": named_handlers(
                create_destination, cloudwatch_logs._delete_delivery_destination
            ),
            "AWS::Logs::Delivery": delivery_handlers(),
        }
    )


def refuse_cloudfront_elsewhere() -> None:
    """Refuse distributions as sources outside us-east-1. MiniStack accepts them in all regions."""
    stock = cloudwatch_logs._put_delivery_source

    def put(data: Record) -> Response:
        if ":cloudfront:" in str(data.get("resourceArn")) and get_region() != _REGION_OF_CLOUDFRONT:
            message = "PutDeliverySource action is not supported for this LogType in region"
            refused: Response = error_response_json(
                "ValidationException", f"{message} {get_region()}", 400
            )
            return refused
        answer: Response = stock(data)
        return answer

    cloudwatch_logs._put_delivery_source = put


def named_handlers(
    create: Callable[[Properties], Record], remove: Callable[[Record], Response]
) -> Handlers:
    """Return the handlers of a type whose resources have names.

    Args:
        create: Creates or changes a resource, and returns its attributes.
        remove: The action that deletes one by its name.
    """

    def made(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        return props["Name"], create(props)

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        return made("", new, stack_name)

    def delete(physical_id: str, props: Properties) -> None:
        remove({"name": physical_id})

    return {"create": made, "update": update, "delete": delete}


def create_source(props: Properties) -> Record:
    """Create or change a source."""
    source = _answer(
        cloudwatch_logs._put_delivery_source(
            {
                "name": props["Name"],
                "resourceArn": props.get("ResourceArn"),
                "logType": props.get("LogType"),
            }
        )
    )["deliverySource"]
    return {"Arn": source["arn"], "Service": source["service"]}


def create_destination(props: Properties) -> Record:
    """Create or change a destination."""
    target = _answer(
        cloudwatch_logs._put_delivery_destination(
            {
                "name": props["Name"],
                "outputFormat": props.get("OutputFormat", "json"),
                "deliveryDestinationConfiguration": {
                    "destinationResourceArn": props.get("DestinationResourceArn")
                },
            }
        )
    )["deliveryDestination"]
    return {"Arn": target["arn"], "DeliveryDestinationType": target["deliveryDestinationType"]}


def delivery_handlers() -> Handlers:
    """Return the handlers of deliveries, which join a source and a destination."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        s3 = {"suffixPath": props.get("S3SuffixPath")} if props.get("S3SuffixPath") else {}
        if "S3EnableHiveCompatiblePath" in props:
            s3["enableHiveCompatiblePath"] = props["S3EnableHiveCompatiblePath"]
        delivery = _answer(
            cloudwatch_logs._create_delivery(
                {
                    "deliverySourceName": props["DeliverySourceName"],
                    "deliveryDestinationArn": props["DeliveryDestinationArn"],
                    "recordFields": props.get("RecordFields", []),
                    "fieldDelimiter": props.get("FieldDelimiter", ""),
                    "s3DeliveryConfiguration": s3,
                }
            )
        )["delivery"]
        return delivery["id"], {"DeliveryId": delivery["id"], "Arn": delivery["arn"]}

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        delete(physical_id, old)
        return create("", new, stack_name)

    def delete(physical_id: str, props: Properties) -> None:
        cloudwatch_logs._delete_delivery({"id": physical_id})

    return {"create": create, "update": update, "delete": delete}


def _answer(response: Response) -> Record:
    body: Record = json.loads(response[2])
    if response[0] >= 400:
        raise ValueError(str(body.get("message") or body))
    return body
