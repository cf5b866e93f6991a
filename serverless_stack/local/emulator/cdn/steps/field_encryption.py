"""Fields of forms, encrypted before they reach a function of the origin's events or the origin."""

from dataclasses import replace

from ..exchange import Exchange, Next
from ..field_encryption import NotEncryptableError, encrypt_form
from ..messages import Response, own_response


async def encrypt_fields(exchange: Exchange, below: Next) -> Response:
    """Encrypt the fields of a posted form, as the behaviour says."""
    request = exchange.request
    if not exchange.behaviour.field_encryption or request.method not in ("POST", "PUT"):
        return await below(exchange)
    encryption = exchange.services.field_encryption(exchange.behaviour)
    if encryption is None or not request.body:
        return await below(exchange)
    try:
        viewer = exchange.viewer.request
        profile = encryption.profile(viewer.header("content-type"), viewer.query)
        if profile is not None:
            # The length has another value now: who calls the origin sets it.
            plain = request.with_headers(content_length=None)
            exchange.request = replace(plain, body=encrypt_form(request.body, profile))
    except NotEncryptableError as error:
        return own_response(400, f"Bad request: {error}.")
    return await below(exchange)
