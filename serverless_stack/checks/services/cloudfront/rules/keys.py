"""Rules on the kinds of public keys, for signed URLs and for field-level encryption."""

from collections.abc import Iterator, Sequence

from serverless_stack.checks.engine.rules import RuleList
from serverless_stack.checks.engine.template import Resource
from serverless_stack.checks.engine.violations import Violation, violation
from serverless_stack.checks.services.cloudfront.limits import public_keys

RULES = RuleList()

_KEY = "AWS::CloudFront::PublicKey"
_PROFILE = "AWS::CloudFront::FieldLevelEncryptionProfile"


@RULES.resource(
    "CLOUDFRONT-057",
    _PROFILE,
    page="Use field-level encryption to help protect sensitive data",
)
def encryption_keys(profile: Resource) -> Iterator[Violation]:
    """Field-level encryption requires a key of RSA 2048.

    CloudFront refuses the profile with another key, such as one of ECDSA for signed URLs. Generate
    a key of RSA 2048 for it.
    """
    items = "FieldLevelEncryptionProfileConfig.EncryptionEntities.Items"
    plain = "FieldLevelEncryptionProfileConfig.EncryptionEntities"
    for entity in profile.paths(items) or profile.paths(plain):
        yield from _check(profile, f"{entity}.PublicKeyId", (public_keys.RSA_2048,))


@RULES.resource(
    "CLOUDFRONT-058", "AWS::CloudFront::KeyGroup", page="Create key pairs for your signers"
)
def signing_keys(group: Resource) -> Iterator[Violation]:
    """Keys of signed URLs must be RSA 2048 or ECDSA P-256.

    CloudFront refuses other kinds and sizes. ECDSA P-256 makes shorter URLs.
    """
    for item in group.paths("KeyGroupConfig.Items"):
        yield from _check(group, item, public_keys.SIGNING_KEYS)


def _check(resource: Resource, path: str, kinds: Sequence[str]) -> Iterator[Violation]:
    """Yield a violation if a value refers to a key of the template that is of another kind."""
    key = resource.reference(path)
    if key is None or key.type != _KEY or not resource.template.is_the_same(key.logical_id):
        return
    pem = key.text("PublicKeyConfig.EncodedKey")
    kind = None if pem is None else public_keys.key_kind(pem)
    if kind is not None and kind not in kinds:
        requirement = f"be a key of {' or '.join(kinds)}"
        yield violation(path, requirement, f"{kind} ({key.logical_id})", kinds[0])
