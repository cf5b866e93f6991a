"""Target groups of load balancers: the targets that a template lists."""

from ministack.services import alb
from ministack.services.cloudformation import provisioners

from .types import Handlers, Properties, Provisioned

TYPE = "AWS::ElasticLoadBalancingV2::TargetGroup"


def apply() -> None:
    """Apply this module's patch."""
    handlers = provisioners._RESOURCE_HANDLERS[TYPE]
    provisioners._RESOURCE_HANDLERS[TYPE] = {**handlers, **registering(handlers)}


def registering(handlers: Handlers) -> Handlers:
    """Register the targets of a template, such as a function. MiniStack drops them."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        arn, attributes = handlers["create"](logical_id, props, stack_name)
        alb._targets[arn] = [
            {"Id": target["Id"], **({"Port": int(target["Port"])} if "Port" in target else {})}
            for target in props.get("Targets") or ()
        ]
        return arn, attributes

    return {"create": create}
