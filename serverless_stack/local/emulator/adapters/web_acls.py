"""Associations of web ACLs with regional resources: GetWebACLForResource finds them.

AssociateWebACL in the API reference of AWS WAF. Requests are not filtered.
"""

from ministack.services import waf
from ministack.services.cloudformation import provisioners

from .types import Handlers, Properties, Provisioned

TYPE = "AWS::WAFv2::WebACLAssociation"


def apply() -> None:
    """Apply this module's patches."""
    provisioners._RESOURCE_HANDLERS[TYPE] = association_handlers()


def association_handlers() -> Handlers:
    """Return the handlers of associations. MiniStack has the actions, but not the type."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        resource, acl = str(props.get("ResourceArn")), str(props.get("WebACLArn"))
        answer = waf._associate_web_acl({"ResourceArn": resource, "WebACLArn": acl})
        if answer[0] >= 400:
            raise ValueError(f"AWS WAF cannot associate {acl} with {resource}")
        return f"{resource}|{acl}", {}

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        if old.get("ResourceArn") != new.get("ResourceArn"):
            delete(physical_id, old)
        return create("", new, stack_name)

    def delete(physical_id: str, props: Properties) -> None:
        resource = props.get("ResourceArn")
        if waf._associations.get(resource) == props.get("WebACLArn"):
            waf._disassociate_web_acl({"ResourceArn": resource})

    return {"create": create, "update": update, "delete": delete}
