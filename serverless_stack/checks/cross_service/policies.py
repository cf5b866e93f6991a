"""What the policies of a template allow, as far as known before deployment."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.template import Reference, Resource, Template, references_in
from serverless_stack.checks.engine.values import listed
from serverless_stack.checks.services.iam.documents import matches

_FOR_LOGS = re.compile(
    r".*:policy/(service-role/AWSLambdaBasicExecutionRole|AWSXRayDaemonWriteAccess"
    r"|AWSXrayWriteOnlyAccess|CloudWatchLambdaInsightsExecutionRolePolicy)"
)
_ATTACHED = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")


@dataclass(frozen=True)
class Grant:
    """A statement of a policy that allows something.

    Attributes:
        actions: The known patterns of actions.
        resources: The patterns of resources, which may contain tokens.
        policy: The logical id of the policy or role that has the statement.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    policy: str

    def allows(self, *actions: str) -> list[str]:
        """Return those of some actions that the statement allows."""
        return [item for item in actions if any(matches(p, item) for p in self.actions)]

    def keys(self) -> Iterator[tuple[str, str]]:
        """Yield the buckets that the statement names, each with a pattern of keys in it."""
        for resource in self.resources:
            bucket, _, key = resource.partition("/")
            for reference in references_in(bucket) if key else ():
                if reference.attribute in ("", "Arn"):
                    yield reference.logical_id, key

    def targets(self) -> Iterator[tuple[str, str]]:
        """Yield the resources that the statement names, each with the attribute of its name."""
        for resource in self.resources:
            for reference in references_in(resource):
                yield reference.logical_id, reference.attribute


def texts(value: object) -> list[str]:
    """Return the texts in one value or a list of them."""
    return [item for item in listed(value) if isinstance(item, str)]


def statements(document: object) -> list[Mapping[str, object]]:
    """Return the statements of a policy document."""
    found = document.get("Statement") if isinstance(document, dict) else None
    return [item for item in listed(found) if isinstance(item, dict)]


def role_of(function: Resource) -> Resource | None:
    """Return the role of a function, if it is in the template."""
    role = function.reference("Role")
    return role if role is not None and role.type == "AWS::IAM::Role" else None


def grants_of(role: Resource) -> Sequence[Grant]:
    """Return what the policies of a role in its template allow; those of AWS are not read."""
    return role.template.once(_grants_of, role)


def _grants_of(template: Template, role: Resource) -> list[Grant]:
    found = []
    for policy in listed(role.get("Policies")):
        document = policy.get("PolicyDocument") if isinstance(policy, dict) else None
        found += list(_grants(document, role.logical_id))
    for policy in template.once(_attached).get(role.logical_id, ()):
        found += list(_grants(policy.get("PolicyDocument"), policy.logical_id))
    for managed in listed(role.get("ManagedPolicyArns")):
        if isinstance(managed, Reference):
            policy_or_none = template.referred(managed)
            if policy_or_none is not None and policy_or_none.type == "AWS::IAM::ManagedPolicy":
                found += list(
                    _grants(policy_or_none.get("PolicyDocument"), policy_or_none.logical_id)
                )
    return found


def _attached(template: Template) -> Mapping[str, list[Resource]]:
    """Return the policies that are resources of their own, by the roles that they refer to."""
    policies: dict[str, list[Resource]] = {}
    for policy in template.of_type(*_ATTACHED):
        holders = [*listed(policy.get("Roles")), *listed(policy.get("RoleName"))]
        for role in {item.logical_id for item in holders if isinstance(item, Reference)}:
            policies.setdefault(role, []).append(policy)
    return policies


def knows_all_policies(role: Resource) -> bool:
    """Return whether all policies of a role are in the template, or are AWS's for logging."""
    template = role.template
    managed = role.get("ManagedPolicyArns")
    if managed is not None and not isinstance(managed, list):
        return False
    for item in listed(managed):
        owned = template.referred(item)
        if owned is None and not (isinstance(item, str) and _FOR_LOGS.fullmatch(item)):
            return False
    if role.logical_id in template.exported:
        return False
    if not template.once(_are_known):
        return False
    return all(
        is_known(inline.get("PolicyDocument") if isinstance(inline, dict) else inline)
        for inline in listed(role.get("Policies"))
    )


def _are_known(template: Template) -> bool:
    return all(is_known(policy.get("PolicyDocument")) for policy in template.of_type(*_ATTACHED))


def is_known(document: object) -> bool:
    """Return whether the effects and actions of a policy document are known."""
    if is_unresolved(document):
        return False
    found = listed(document.get("Statement")) if isinstance(document, dict) else []
    return not any(
        is_unresolved(value)
        for statement in found
        for key in ("Effect", "Action", "NotAction")
        for value in (listed(statement.get(key)) if isinstance(statement, dict) else [statement])
    )


def _grants(document: object, policy: str) -> Iterator[Grant]:
    for statement in statements(document):
        if statement.get("Effect") == "Allow" and "Action" in statement:
            actions = [item for item in texts(statement["Action"]) if not is_unresolved(item)]
            yield Grant(tuple(actions), tuple(texts(statement.get("Resource"))), policy)
