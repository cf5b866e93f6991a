"""Fields of forms that CloudFront has encrypted, decrypted where they are needed."""

from serverless_stack.runtime.field_encryption.decryptor import FieldDecryptor
from serverless_stack.runtime.field_encryption.errors import DecryptionError

__all__ = ["DecryptionError", "FieldDecryptor"]
