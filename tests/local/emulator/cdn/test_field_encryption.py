"""Forms on their way through a behaviour with field-level encryption."""

from urllib.parse import parse_qs, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from serverless_stack.local.emulator.cdn.config import Behaviour
from serverless_stack.local.emulator.cdn.field_encryption import Encryption, Entity
from serverless_stack.runtime.field_encryption import FieldDecryptor
from tests.local.emulator.cdn.world import World, answer

KEY = rsa.generate_private_key(65537, 2048)
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
DECRYPTOR = FieldDecryptor(
    KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), provider="shop"
)
FORM = "application/x-www-form-urlencoded"
CARDS = [Entity(PUBLIC, "key", "shop", ("card", "bank.*"))]
NAMES = [Entity(PUBLIC, "key", "shop", ("name",))]


def world(
    *, forward_content: bool = False, forward_argument: bool = False, profile: bool = True
) -> World:
    encryption = Encryption(
        {FORM: CARDS if profile else None},
        {"names": NAMES},
        forward_unknown_content=forward_content,
        forward_unknown_argument=forward_argument,
    )
    behaviour = Behaviour(
        "*", "main", methods=("GET", "POST", "PUT"), cache_policy="off", field_encryption="F1"
    )
    return World(
        (behaviour,), {"main": lambda request: answer("ok")}, encryption={"F1": encryption}
    )


def sent(
    world: World, body: bytes, path: str = "/", content_type: str = FORM, method: str = "POST"
) -> dict[str, list[str]] | int:
    """Return the form that reached the origin, or the status of a refusal."""
    headers = {"Content-Type": content_type, "Content-Length": str(len(body))}
    response = world.view(path, method, body, headers)
    if response.status != 200:
        assert world.calls == []
        return response.status
    ((_origin, request),) = world.calls
    assert request.header("content-length") in ("", str(len(request.body)))
    return parse_qs(request.body.decode(), keep_blank_values=True, strict_parsing=bool(body))


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_the_fields_of_the_profile_are_encrypted_and_no_others(method: str) -> None:
    body = urlencode({"name": "Ada & Co", "card": "4111 ü+", "bank.account": "7", "cards": "x"})
    form = sent(world(), body.encode(), content_type=f"{FORM}; charset=utf-8", method=method)
    assert isinstance(form, dict)
    assert (form["name"], form["cards"]) == (["Ada & Co"], ["x"])
    assert DECRYPTOR.decrypt(form["card"][0]) == "4111 ü+"
    assert DECRYPTOR.decrypt(form["bank.account"][0]) == "7"


def test_a_query_argument_selects_another_profile() -> None:
    form = sent(world(), b"name=Ada&card=4111", "/?fle-profile=names")
    assert isinstance(form, dict)
    assert form["card"] == ["4111"]
    assert DECRYPTOR.decrypt(form["name"][0]) == "Ada"
    assert sent(world(), b"card=4111", "/?fle-profile=others") == 400
    plain = sent(world(forward_argument=True), b"card=4111", "/?fle-profile=others")
    assert plain == {"card": ["4111"]}


def test_other_content_is_refused_or_forwarded() -> None:
    assert sent(world(), b"card=4111", content_type="text/plain") == 400
    forwarded = sent(world(forward_content=True), b"card=4111", content_type="text/plain")
    assert forwarded == {"card": ["4111"]}
    assert sent(world(profile=False), b"card=4111") == {"card": ["4111"]}


@pytest.mark.parametrize(
    "body",
    [
        "&".join(f"field{number}=1" for number in range(11)),
        f"card={'x' * 16_385}",
        f"other={'x' * 1_048_577}",
    ],
    ids=["fields", "field", "body"],
)
def test_the_quotas_hold(body: str) -> None:
    assert sent(world(), body.encode()) == 400


def test_requests_without_a_form_pass() -> None:
    assert sent(world(), b"", content_type="") == {}
    assert world().view("/").status == 200


def test_a_plain_behaviour_changes_nothing() -> None:
    plain = World(
        (Behaviour("*", "main", methods=("POST",), cache_policy="off"),),
        {"main": lambda request: answer("ok")},
    )
    assert sent(plain, b"card=4111") == {"card": ["4111"]}
