"""Signed URLs and signed cookies of CloudFront, for content that not everybody may read."""

from serverless_stack.runtime.signing.errors import SigningError
from serverless_stack.runtime.signing.signer import Signer

__all__ = ["Signer", "SigningError"]
