"""Rules on the resource policies of functions."""

import json
from collections.abc import Iterator
from typing import Final

from serverless_stack.checks.cross_service.functions import followed
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import TOKEN, Resource, Template
from serverless_stack.checks.engine.violations import Violation

RULES = RuleList()

MAX_BYTES: Final = 20 * 1024
_NAME: Final = "s-f-000000000000"  # as CloudFormation makes it of stack and logical id, at least
# How long values are at least that are known only at deploy time.
_LENGTHS: Final = {
    "AWS::AccountId": 12,
    "AWS::Partition": 3,
    "AWS::Region": 9,
    "AWS::URLSuffix": 13,
}
_LENGTHS_OF_TYPES: Final = {"AWS::ApiGateway::RestApi": 10, "AWS::ApiGatewayV2::Api": 10}


@RULES.template("CROSS-SERVICE-050", page="Lambda quotas")
def size(template: Template) -> Iterator[Violation]:
    """Permissions of a function must fit into its resource policy of 20 KB.

    Lambda refuses the permission that exceeds the limit. Grant one permission with a wildcard in
    its `SourceArn` instead of one for each route or rule.
    """
    sizes: dict[str, int] = {}
    counts: dict[str, int] = {}
    for permission in template.of_type("AWS::Lambda::Permission"):
        target = permission.reference("FunctionName")
        function = followed(target)
        # An alias and a version have policies of their own.
        if target is None or function is None or target.type != function.type:
            continue
        if "Condition" in permission.attributes:
            continue
        sizes[function.logical_id] = sizes.get(function.logical_id, 0) + _size(permission)
        counts[function.logical_id] = counts.get(function.logical_id, 0) + 1
    for logical_id, total in sizes.items():
        if total > MAX_BYTES:
            message = (
                f"The resource policy must have at most {MAX_BYTES:,} bytes, got: {total:,} bytes "
                f"or more, of {counts[logical_id]} permissions; make one permission for many "
                "routes or rules by a wildcard in its `SourceArn`"
            )
            yield Violation("", total, message, logical_id)


def _size(permission: Resource) -> int:
    """Return the minimum length of a permission's statement in the policy."""
    function = permission.reference("FunctionName")
    name = (function.text("FunctionName") if function is not None else None) or _NAME
    principal = permission.get("Principal")
    statement: dict[str, object] = {
        "Sid": f"s-{permission.logical_id[:40]}-000000000000",
        "Effect": "Allow",
        "Principal": {"Service": _shortest(permission, principal)},
        "Action": _shortest(permission, permission.get("Action")),
        "Resource": f"arn:aws:lambda:eu-west-1:000000000000:function:{name}",
    }
    source = permission.get("SourceArn")
    if source is not None:
        statement["Condition"] = {"ArnLike": {"AWS:SourceArn": _shortest(permission, source)}}
    return len(json.dumps(statement, separators=(",", ":"), default=str))


def _shortest(permission: Resource, value: object) -> str:
    def replaced(name: str) -> str:
        described = permission.template.resource(name)
        known = _LENGTHS_OF_TYPES.get(described.type, 1) if described is not None else 1
        return "x" * _LENGTHS.get(name, known)

    return TOKEN.sub(lambda found: replaced(found[1]), value) if isinstance(value, str) else "x"
