from tests.checks.cases import Case, Json, policy, resource, statement

ROOT: Json = {"AWS": "arn:aws:iam::111122223333:root"}
ADMIN: Json = statement(Principal=ROOT, Action="kms:*", Resource="*")
USE: Json = statement(Principal=ROOT, Action="kms:Decrypt", Resource="*")


def alias(name: str) -> Json:
    return {"Alias": resource("AWS::KMS::Alias", AliasName=name, TargetKeyId="a")}


def key(**properties: object) -> Json:
    return {"Key": resource("AWS::KMS::Key", **properties)}


CASES = [
    Case(
        "KMS-001",
        "alias aws/x",
        alias("alias/aws/x"),
        alias("alias/x"),
        "which AWS reserves, got: 'alias/aws/x' (nearest accepted: alias/x)",
    ),
    Case(
        "KMS-001",
        "alias without alias/",
        alias("my shop"),
        alias("alias/my-shop"),
        "(nearest accepted: alias/my-shop)",
    ),
    Case(
        "KMS-002",
        "encryption by an elliptic curve",
        key(KeySpec="ECC_NIST_P256"),
        key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY"),
        "`KeyUsage` must be SIGN_VERIFY or KEY_AGREEMENT for ECC_NIST_P256",
    ),
    Case(
        "KMS-003",
        "rotation of an asymmetric key",
        key(KeySpec="RSA_2048", EnableKeyRotation=True),
        key(EnableKeyRotation=True),
        "`EnableKeyRotation` must be false for RSA_2048",
    ),
    Case(
        "KMS-003",
        "rotation period without rotation",
        key(RotationPeriodInDays=90),
        key(RotationPeriodInDays=90, EnableKeyRotation=True),
        "`EnableKeyRotation` must be true with RotationPeriodInDays",
    ),
    Case(
        "KMS-004",
        "key policy that no one can change",
        key(KeyPolicy=policy(USE)),
        key(KeyPolicy=policy(ADMIN, USE)),
        "must allow someone kms:PutKeyPolicy",
    ),
    Case(
        "KMS-005",
        "key policy of 33 KB",
        key(KeyPolicy=policy(ADMIN, *[USE] * 400)),
        key(KeyPolicy=policy(ADMIN, *[USE] * 200)),
        "at most 32 KB",
    ),
]
