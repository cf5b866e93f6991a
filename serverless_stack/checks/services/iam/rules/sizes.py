"""Rules on the sizes and numbers of policies."""

from collections import defaultdict
from collections.abc import Iterator

from serverless_stack.checks.engine.findings import Severity
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Reference, Resource, Template
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.iam.documents import OWNERS, size_of

RULES = RuleList()

_PAGE = "IAM and AWS STS quotas"
_MANAGED = 6144
_INLINE = {"AWS::IAM::Role": 10240, "AWS::IAM::User": 2048, "AWS::IAM::Group": 5120}
_ATTACHES = {
    "AWS::IAM::Policy": ("Roles", "Users", "Groups"),
    "AWS::IAM::RolePolicy": ("RoleName",),
    "AWS::IAM::UserPolicy": ("UserName",),
    "AWS::IAM::GroupPolicy": ("GroupName",),
}


@RULES.resource("IAM-001", "AWS::IAM::ManagedPolicy", page=_PAGE)
def managed_size(policy: Resource) -> Iterator[Violation]:
    """Managed policies must have at most 6,144 characters.

    IAM refuses longer documents; white space does not count. Split the policy.
    """
    size = size_of(policy.get("PolicyDocument"), spaces=False)
    if size > _MANAGED:
        yield violation("PolicyDocument", "have at most 6,144 characters", size, _MANAGED)


def _owners(policy: Resource) -> set[str]:
    found = set()
    for name in _ATTACHES[policy.type]:
        value = policy.get(name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Reference):
                found.add(item.logical_id)
    return found


def _inline(template: Template) -> Iterator[tuple[Resource, list[tuple[Resource, str, object]]]]:
    """Yield roles, users and groups with the owner, name and document of each inline policy."""
    attached: dict[str, list[tuple[Resource, str, object]]] = defaultdict(list)
    for policy in template.always(*_ATTACHES):
        for logical_id in _owners(policy):
            document = policy.get("PolicyDocument")
            attached[logical_id].append((policy, policy.text("PolicyName") or "", document))
    for owner in template.always(*OWNERS):
        own = [
            (owner, owner.text(f"{path}.PolicyName") or "", owner.get(f"{path}.PolicyDocument"))
            for path in owner.paths("Policies")
        ]
        yield owner, own + attached[owner.logical_id]


@RULES.template("IAM-002", page=_PAGE)
def inline_size(template: Template) -> Iterator[Violation]:
    """Inline policies must fit into the limit of their role, user or group.

    IAM refuses the policy that exceeds it: 10,240 characters for a role, 5,120 for a group and
    2,048 for a user, in all inline policies together. Use managed policies.
    """
    for owner, policies in _inline(template):
        size = sum(size_of(document, spaces=False) for _where, _name, document in policies)
        most = _INLINE[owner.type]
        if size > most:
            requirement = f"have at most {most:,} characters in all inline policies together"
            yield violation("Policies", requirement, size, most, resource=owner.logical_id)


@RULES.template("IAM-003", page=_PAGE)
def inline_names(template: Template) -> Iterator[Violation]:
    """`PolicyName` must be unique within its role, user or group.

    A second inline policy of the same name replaces the first one, without an error.
    """
    for owner, policies in _inline(template):
        seen: set[str] = set()
        for where, name, _document in policies:
            if name and name in seen:
                requirement = f"differ from those of the other policies of {owner.logical_id}"
                yield violation("PolicyName", requirement, name, resource=where.logical_id)
            seen.add(name)


@RULES.resource("IAM-004", "AWS::IAM::Role", page=_PAGE, severity=Severity.WARNING)
def trust_size(role: Resource) -> Iterator[Violation]:
    """Trust policies above 2,048 characters require a raised quota.

    IAM refuses longer ones unless AWS has raised the account's quota.
    """
    size = size_of(role.get("AssumeRolePolicyDocument"), spaces=False)
    if size > 2048:
        requirement = "have at most 2,048 characters unless the quota was raised"
        yield violation("AssumeRolePolicyDocument", requirement, size, 2048)


@RULES.resource("IAM-005", *OWNERS, page=_PAGE, severity=Severity.WARNING)
def managed_count(owner: Resource) -> Iterator[Violation]:
    """More than 10 managed policies require a raised quota.

    IAM refuses further policies unless AWS has raised the account's quota. Merge policies.
    """
    count = len(owner.items("ManagedPolicyArns"))
    if count > 10:
        requirement = "have at most 10 policies unless the quota was raised"
        yield violation("ManagedPolicyArns", requirement, count, 10)


@RULES.resource("IAM-006", *OWNERS, page="AWS::IAM::Role")
def managed_arns(owner: Resource) -> Iterator[Violation]:
    """Managed policies must be given by their ARNs.

    IAM refuses names. The ARN of a policy of AWS is `arn:aws:iam::aws:policy/NAME`.
    """
    for path in [*owner.paths("ManagedPolicyArns"), "PermissionsBoundary"]:
        arn = owner.text(path)
        if arn is not None and not arn.startswith("arn:"):
            yield violation(path, "be the ARN of a policy", arn, f"arn:aws:iam::aws:policy/{arn}")
