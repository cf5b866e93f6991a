"""Web ACLs: associations, which GetWebACLForResource finds, IP sets, and blocked requests.

AssociateWebACL in the API reference of AWS WAF. Requests to APIs are not filtered; those to
distributions by the rules that ``../cdn/web_acls.py`` knows.
"""

import json
import time
from collections.abc import Sequence

from ministack.services import waf
from ministack.services.cloudformation import provisioners

from ..cdn.messages import Viewer
from ..cdn.web_acls import WebAcl, WebAcls
from .types import Handlers, Properties, Provisioned, Response

TYPE = "AWS::WAFv2::WebACLAssociation"
IP_SET = "AWS::WAFv2::IPSet"


def apply() -> None:
    """Apply this module's patches."""
    provisioners._RESOURCE_HANDLERS[TYPE] = association_handlers()
    provisioners._RESOURCE_HANDLERS[IP_SET] = ip_set_handlers()


def blocked_status(arn: str, viewer: Viewer) -> int | None:
    """Return the status by which a web ACL blocks a viewer's request; None if it does not.

    A web ACL that does not exist blocks nothing, as one that was deleted with its stack.
    """
    record, _error = waf._resolve_local_web_acl(arn)
    if record is None:
        return None
    acl = WebAcl(arn, "Block" not in record["DefaultAction"], record["Rules"])
    return _WEB_ACLS.blocked_status(acl, viewer.address, viewer.country)


def _addresses(arn: str) -> Sequence[str]:
    _type, key, error = waf._parse_local_waf_arn(arn, ("ipset",))
    record = None if error else waf._ip_sets.get_scoped(*key)
    return list(record["Addresses"]) if record else []


_WEB_ACLS = WebAcls(_addresses, time.monotonic)


def ip_set_handlers() -> Handlers:
    """Return the handlers of IP sets. MiniStack has the actions, but not the type."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        name = props.get("Name") or provisioners._physical_name(stack_name, logical_id, max_len=128)
        made = _answer(waf._create_ip_set({**props, "Name": name}))["Summary"]
        physical_id = f"{name}|{made['Id']}|{props['Scope']}"
        return physical_id, {"Arn": made["ARN"], "Id": made["Id"]}

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        name, set_id, scope = physical_id.split("|")
        if new["Scope"] != scope or new.get("Name", name) != name:
            return create("", new, stack_name)
        _answer(waf._update_ip_set({**new, "Id": set_id}))
        found = _answer(waf._get_ip_set({"Id": set_id, "Scope": scope}))["IPSet"]
        return physical_id, {"Arn": found["ARN"], "Id": set_id}

    def delete(physical_id: str, props: Properties) -> None:
        _name, set_id, scope = physical_id.split("|")
        waf._delete_ip_set({"Id": set_id, "Scope": scope})

    return {"create": create, "update": update, "delete": delete}


def _answer(response: Response) -> Properties:
    body: Properties = json.loads(response[2])
    if response[0] >= 400:
        raise ValueError(str(body.get("message") or body))
    return body


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
