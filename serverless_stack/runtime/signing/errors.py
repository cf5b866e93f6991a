"""What goes wrong while a request is signed, beside arguments that cannot be signed."""


class SigningError(RuntimeError):
    """The signing key could not be read from its secret."""
