"""Rules on the keys of a template."""

import re
from collections.abc import Iterator

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.values import listed
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.iam.documents import matches, size_of, statements

RULES = RuleList()

_KEY = "AWS::KMS::Key"
_ALIAS = re.compile(r"alias/[a-zA-Z0-9:/_-]{1,250}")
_SYMMETRIC = "SYMMETRIC_DEFAULT"
# "Key spec reference": the usages of each kind of key; it has to be set for all but the first.
_USAGES = {
    _SYMMETRIC: ("ENCRYPT_DECRYPT",),
    "RSA_": ("ENCRYPT_DECRYPT", "SIGN_VERIFY"),
    "ECC_NIST_P": ("SIGN_VERIFY", "KEY_AGREEMENT"),
    "ECC_NIST_EDWARDS": ("SIGN_VERIFY",),
    "ECC_SECG_": ("SIGN_VERIFY",),
    "HMAC_": ("GENERATE_VERIFY_MAC",),
    "ML_DSA_": ("SIGN_VERIFY",),
    "SM2": ("ENCRYPT_DECRYPT", "SIGN_VERIFY", "KEY_AGREEMENT"),
}


@RULES.resource("KMS-001", "AWS::KMS::Alias", page="CreateAlias")
def alias(alias: Resource) -> Iterator[Violation]:
    """`AliasName` must begin with alias/ and have allowed characters.

    KMS refuses other names, and those below alias/aws/, which AWS reserves.
    """
    name = alias.text("AliasName")
    if name is None:
        return
    if not _ALIAS.fullmatch(name):
        plain = re.sub(r"[^a-zA-Z0-9:/_-]", "-", name.removeprefix("alias/").removeprefix("aws/"))
        nearest = f"alias/{plain or 'key'}"
        requirement = "be alias/ and letters, digits and :/_-, with at most 256 characters"
        yield violation("AliasName", requirement, name, nearest[:256])
    if name.startswith("alias/aws/"):
        nearest = f"alias/{name.removeprefix('alias/aws/')}"
        yield violation("AliasName", "not begin with alias/aws/, which AWS reserves", name, nearest)


@RULES.resource("KMS-002", _KEY, page="Key spec reference")
def usage(key: Resource) -> Iterator[Violation]:
    """`KeyUsage` must be supported by the key's spec.

    KMS refuses the key otherwise. Asymmetric and HMAC keys need a `KeyUsage`, because the default
    is encryption.
    """
    spec = _SYMMETRIC if key.get("KeySpec") is None else key.text("KeySpec")
    usage = "ENCRYPT_DECRYPT" if key.get("KeyUsage") is None else key.text("KeyUsage")
    for begins, usages in _USAGES.items():
        if spec is not None and spec.startswith(begins) and usage not in (None, *usages):
            yield violation("KeyUsage", f"be {' or '.join(usages)} for {spec}", usage, usages[0])


@RULES.resource("KMS-003", _KEY, page="Rotate AWS KMS keys")
def rotation(key: Resource) -> Iterator[Violation]:
    """Key rotation requires a symmetric key that KMS created.

    KMS refuses rotation of asymmetric, HMAC and imported keys, and a rotation period without
    rotation.
    """
    rotated = key.boolean("EnableKeyRotation")
    spec = key.text("KeySpec")
    if rotated and spec not in (None, _SYMMETRIC):
        yield violation("EnableKeyRotation", f"be false for {spec}", True, "false")
    if rotated and key.text("Origin") == "EXTERNAL":
        yield violation("EnableKeyRotation", "be false for a key that is imported", True, "false")
    absent = rotated is False or key.get("EnableKeyRotation") is None
    if key.get("RotationPeriodInDays") is not None and absent:
        yield violation("EnableKeyRotation", "be true with RotationPeriodInDays", rotated, "true")


@RULES.resource("KMS-004", _KEY, page="Default key policy")
def lockout(key: Resource) -> Iterator[Violation]:
    """`KeyPolicy` must let someone change the policy.

    KMS refuses a policy without kms:PutKeyPolicy, because nobody could ever manage the key again.
    Allow it to the account's root.
    """
    if not key.mapping("KeyPolicy") or key.get("BypassPolicyLockoutSafetyCheck"):
        return
    for _path, statement in statements(key, "KeyPolicy"):
        effect = statement.get("Effect")
        if (effect == "Allow" or is_unresolved(effect)) and _lets_change(statement.get("Action")):
            return
        if "NotAction" in statement or "Fn::Transform" in statement:
            return
    said = key.get("KeyPolicy.Statement")
    if not isinstance(said, list | dict) or any(map(is_unresolved, listed(said))):
        return
    yield violation(
        "KeyPolicy", "allow someone kms:PutKeyPolicy, or nobody can change it", "no one"
    )


def _lets_change(actions: object) -> bool:
    return any(
        is_unresolved(item) or matches(str(item), "kms:PutKeyPolicy") for item in listed(actions)
    )


@RULES.resource("KMS-005", _KEY, page="Resource quotas")
def policy_size(key: Resource) -> Iterator[Violation]:
    """`KeyPolicy` must have at most 32 KB.

    KMS refuses larger policies.
    """
    size = size_of(key.get("KeyPolicy"))
    if size > 32768:
        yield violation("KeyPolicy", "have at most 32 KB", f"{size} bytes", "32768 bytes")
