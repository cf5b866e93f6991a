"""What goes wrong while a field is decrypted, beside arguments of a wrong kind."""


class DecryptionError(ValueError):
    """The value was not encrypted for this key and provider, or was changed."""
