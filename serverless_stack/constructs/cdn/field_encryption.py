"""FieldEncryption: fields of forms that CloudFront encrypts before they reach the origin.

"Use field-level encryption to help protect sensitive data" in the CloudFront developer guide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Names
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import Problems
from serverless_stack.checks.services.cloudfront.limits.field_encryption import (
    field_problems,
    provider_problems,
    public_key_problems,
)
from serverless_stack.constructs._internal.arguments import check_fields
from serverless_stack.constructs._internal.children import default_child, get_or_create
from serverless_stack.constructs._internal.names import stack_uuid
from serverless_stack.constructs.cdn.origins import Origin
from serverless_stack.constructs.cdn.resources import is_signed_by_cloudfront, protocol_of

_WITHOUT_FORMS = ("bucket", "group", "media_package")
_CONTENT_TYPE = "application/x-www-form-urlencoded"  # the only one that CloudFront encrypts


@dataclass(frozen=True)
class FieldEncryption:
    """Fields of posted forms that CloudFront encrypts with a public key, at the viewer's side.

    The fields stay encrypted behind CloudFront, in logs and queues as well, until who has the
    private key decrypts them: ``serverless_stack.runtime.field_encryption.FieldDecryptor``. Each
    posted form may have 10 fields and 1 MB, and an encrypted field 16 KB.

    Attributes:
        public_key_pem: The public key, RSA 2048 in PEM. Replacing it takes effect with the next
            deployment; keep the old private key for what is encrypted with it.
        fields: The names of the fields, 1 to 10; ``*`` at the end stands for any text.
        provider: The name by which messages say whose key opens them.
        forward_other_content: Whether requests of other content types than
            ``application/x-www-form-urlencoded`` reach the origin, unencrypted. Default: they are
            refused, so that a client cannot avoid the encryption.

    Raises:
        ValueError: If the key is of another kind, or CloudFront refuses a name.
    """

    public_key_pem: str
    fields: Sequence[str]
    provider: str = contract.FIELD_PROVIDER
    forward_other_content: bool = False

    def __post_init__(self) -> None:
        """Check the fields."""
        check_fields(self)
        problems = Problems("FieldEncryption")
        problems.add(public_key_problems(self.public_key_pem, "public_key_pem"))
        problems.add(field_problems(self.fields, "fields"))
        problems.add(provider_problems(self.provider, "provider"))
        problems.raise_if_any()
        object.__setattr__(self, "fields", tuple(self.fields))


def encryption_problems(
    encryption: FieldEncryption | None, argument: str, origin: Origin, methods: str | None
) -> list[str]:
    """List why CloudFront cannot encrypt fields for a behavior.

    Args:
        encryption: What the behavior encrypts, or None.
        argument: What has it, as the caller wrote it.
        origin: What the behavior serves.
        methods: Its methods; None for those that CloudFront allows by default.
    """
    if encryption is None:
        return []
    if origin.kind in _WITHOUT_FORMS:
        return [
            f"`{argument}` must go with a target that takes forms, got: a "
            f"{origin.kind.replace('_', ' ')}"
        ]
    problems = Problems()
    problems.require(
        methods == "all",
        f"`{argument}` must go with `methods='all'`, which CloudFront requires, got: {methods!r}",
    )
    if origin.kind == "function_url" and is_signed_by_cloudfront(origin):
        problems.fail(
            f"`{argument}` must go with a function URL without IAM, got: one with it; viewers send "
            "the SHA-256 of a body that CloudFront encrypts after that, and Lambda refuses it; use "
            "a ProxyApi"
        )
    problems.require(
        protocol_of(origin) != "http",
        f"`{argument}` must go with an origin by `protocol='https'` or `'viewer'`, which "
        "CloudFront requires, got: 'http'",
    )
    return problems.messages


def encrypt_fields(
    scope: Construct,
    distribution: cloudfront.Distribution,
    encryptions: Mapping[str, FieldEncryption | None],
    default: str,
) -> None:
    """Create what the behaviors of a distribution encrypt with, and attach it.

    Args:
        scope: The construct of the distribution.
        distribution: The distribution.
        encryptions: What each behavior encrypts by its pattern, in order.
        default: The pattern of the default behavior.
    """
    additional = [pattern for pattern in encryptions if pattern != default]
    for pattern, encryption in encryptions.items():
        if encryption is None:
            continue
        place = (
            "DefaultCacheBehavior"
            if pattern == default
            else f"CacheBehaviors.{additional.index(pattern)}"
        )
        # CDK's own construct has no argument for it.
        default_child(distribution, cloudfront.CfnDistribution).add_property_override(
            f"DistributionConfig.{place}.FieldLevelEncryptionId",
            _configuration(scope, encryption).attr_id,
        )


def _configuration(
    scope: Construct, encryption: FieldEncryption
) -> cloudfront.CfnFieldLevelEncryptionConfig:
    """Return the configuration; create it, the profile and the public key on first use.

    Public keys cannot be changed, and names are unique in an account: what the key is made of is
    part of the ids and the names, so that a new key is a new resource.
    """
    text = "\0".join([encryption.public_key_pem.strip(), encryption.provider, *encryption.fields])
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    home = get_or_create(scope, f"FieldEncryption{digest}", Construct, Construct)
    name = f"{Names.unique_resource_name(home, max_length=80)}-{stack_uuid()}"
    config_id = "OpenConfig" if encryption.forward_other_content else "Config"
    return get_or_create(
        home,
        config_id,
        cloudfront.CfnFieldLevelEncryptionConfig,
        lambda parent, child_id: _create_config(parent, child_id, name, encryption),
    )


def _create_config(
    home: Construct, construct_id: str, name: str, encryption: FieldEncryption
) -> cloudfront.CfnFieldLevelEncryptionConfig:
    profile = get_or_create(
        home,
        "Profile",
        cloudfront.CfnFieldLevelEncryptionProfile,
        lambda parent, child_id: _create_profile(parent, child_id, name, encryption),
    )
    configs = cloudfront.CfnFieldLevelEncryptionConfig
    return configs(
        home,
        construct_id,
        caller_reference=f"{name}-open" if encryption.forward_other_content else name,
        content_type_profile_config=configs.ContentTypeProfileConfigProperty(
            content_type_profiles=[
                configs.ContentTypeProfileProperty(
                    content_type=_CONTENT_TYPE, format="URLEncoded", profile_id=profile.attr_id
                )
            ],
            forward_when_content_type_is_unknown=encryption.forward_other_content,
        ),
        query_arg_profile_config=configs.QueryArgProfileConfigProperty(
            forward_when_query_arg_profile_is_unknown=False, query_arg_profiles=[]
        ),
    )


def _create_profile(
    home: Construct, construct_id: str, name: str, encryption: FieldEncryption
) -> cloudfront.CfnFieldLevelEncryptionProfile:
    key = cloudfront.CfnPublicKey(
        home,
        "PublicKey",
        public_key_config=cloudfront.CfnPublicKey.PublicKeyConfigProperty(
            caller_reference=name,
            encoded_key=f"{encryption.public_key_pem.strip()}\n",
            name=name,
        ),
    )
    profiles = cloudfront.CfnFieldLevelEncryptionProfile
    return profiles(
        home,
        construct_id,
        field_level_encryption_profile_config=profiles.FieldLevelEncryptionProfileConfigProperty(
            caller_reference=name,
            name=name,
            encryption_entities=[
                profiles.EncryptionEntityProperty(
                    field_patterns=list(encryption.fields),
                    provider_id=encryption.provider,
                    public_key_id=key.attr_id,
                )
            ],
        ),
    )
