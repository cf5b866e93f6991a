"""The private key as a provider of the AWS Encryption SDK; imported with the first decryption."""

from aws_encryption_sdk.identifiers import EncryptionKeyType, WrappingAlgorithm
from aws_encryption_sdk.internal.crypto.wrapping_keys import WrappingKey
from aws_encryption_sdk.key_providers.raw import RawMasterKeyProvider


class PrivateKeyProvider(RawMasterKeyProvider):  # type: ignore[misc]  # the SDK has no types
    """A private key that decrypts whatever was encrypted by the name of its provider.

    The message has the name of the public key in CloudFront as well. It changes with each
    replacement of the key, and says nothing about who encrypted, so that any name is taken.
    """

    provider_id = ""
    vend_masterkey_on_decrypt = True
    wrapping_key: WrappingKey

    @classmethod
    def of(cls, provider: str, private_key_pem: bytes) -> "PrivateKeyProvider":
        """Return the provider of a private key.

        Args:
            provider: The name of the provider, as in the profile of CloudFront.
            private_key_pem: The private key.
        """
        named: type[PrivateKeyProvider] = type(cls.__name__, (cls,), {"provider_id": provider})
        created = named()
        created.wrapping_key = WrappingKey(
            wrapping_algorithm=WrappingAlgorithm.RSA_OAEP_SHA256_MGF1,
            wrapping_key=private_key_pem,
            wrapping_key_type=EncryptionKeyType.PRIVATE,
        )
        return created

    def _get_raw_key(self, key_id: bytes) -> WrappingKey:
        return self.wrapping_key
