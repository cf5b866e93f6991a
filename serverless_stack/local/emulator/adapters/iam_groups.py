"""IAM groups and their members as CloudFormation resources, which MiniStack has in its API only."""

import json
from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import provisioners

from .types import Handlers, Properties, Provisioned

GROUP = "AWS::IAM::Group"
MEMBERSHIP = "AWS::IAM::UserToGroupAddition"


def apply() -> None:
    """Apply this module's patches."""
    provisioners._RESOURCE_HANDLERS[GROUP] = group_handlers()
    provisioners._RESOURCE_HANDLERS[MEMBERSHIP] = membership_handlers()


def group_handlers() -> Handlers:
    """Return the handlers of a group, with its managed and inline policies."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        name = props.get("GroupName") or provisioners._physical_name(stack_name, logical_id)
        call(iam._create_group, GROUP, GroupName=name, Path=props.get("Path") or "/")
        try:
            reconcile(name, {}, props)
        except ValueError:
            delete(name, props)
            raise
        return name, {"Arn": iam._groups[name]["Arn"]}

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        group = iam._groups[physical_id]
        group["Path"] = path = new.get("Path") or "/"
        group["Arn"] = f"{group['Arn'].partition(':group')[0]}:group{path}{physical_id}"
        reconcile(physical_id, old, new)
        return physical_id, {"Arn": group["Arn"]}

    def delete(physical_id: str, props: Properties) -> None:
        group = iam._groups.get(physical_id)
        if group is None:
            return
        for arn in list(group.get("AttachedPolicies", [])):
            call(iam._detach_group_policy, GROUP, GroupName=physical_id, PolicyArn=arn)
        call(iam._delete_group, GROUP, GroupName=physical_id)

    return {"create": create, "update": update, "delete": delete}


def reconcile(name: str, old: Properties, new: Properties) -> None:
    """Attach and put the policies of ``new``, and remove those that only ``old`` has."""
    before, after = set(old.get("ManagedPolicyArns") or []), set(new.get("ManagedPolicyArns") or [])
    for arn in sorted(before - after):
        call(iam._detach_group_policy, GROUP, GroupName=name, PolicyArn=arn)
    for arn in sorted(after - before):
        call(iam._attach_group_policy, GROUP, GroupName=name, PolicyArn=arn)
    kept = {policy["PolicyName"]: policy["PolicyDocument"] for policy in new.get("Policies") or []}
    for policy in old.get("Policies") or []:
        if policy["PolicyName"] not in kept:
            policy_name = policy["PolicyName"]
            call(iam._delete_group_policy, GROUP, GroupName=name, PolicyName=policy_name)
    for policy_name, document in kept.items():
        text = document if isinstance(document, str) else json.dumps(document)
        call(
            iam._put_group_policy,
            GROUP,
            GroupName=name,
            PolicyName=policy_name,
            PolicyDocument=text,
        )


def membership_handlers() -> Handlers:
    """Return the handlers of users that are added to a group."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        add(props["GroupName"], props.get("Users") or [])
        physical_id = provisioners._physical_name(stack_name, logical_id)
        return physical_id, {"Id": physical_id}

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        add(new["GroupName"], new.get("Users") or [])
        same = old["GroupName"] == new["GroupName"]
        kept = new.get("Users") or [] if same else []
        remove(old["GroupName"], [user for user in old.get("Users") or [] if user not in kept])
        return physical_id, {"Id": physical_id}

    def delete(physical_id: str, props: Properties) -> None:
        remove(props.get("GroupName"), props.get("Users") or [])

    def add(group: str, users: list[str]) -> None:
        for user in users:
            call(iam._add_user_to_group, MEMBERSHIP, GroupName=group, UserName=user)

    def remove(group: str | None, users: list[str]) -> None:
        members = (iam._groups.get(group) or {}).get("Users", [])
        for user in users:
            if user in members:
                members.remove(user)

    return {"create": create, "update": update, "delete": delete}


def call(function: Any, kind: str, **parameters: str) -> None:
    """Call MiniStack's IAM, and raise its error as the failure of a resource."""
    provisioners._ec_call(function, parameters, kind, "provisioning")
