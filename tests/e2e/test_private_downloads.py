"""The example of private downloads: signed URLs and cookies, a rotation, and encrypted fields."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from serverless_stack.runtime.signing import Signer
from tests.e2e.examples import Example, deployed_example
from tests.e2e.http_client import Headers, Reply, send

_SECONDS = 60
FILM = b"a film\n" * 1000
FORM = [("Content-Type", "application/x-www-form-urlencoded")]
pytestmark = pytest.mark.xdist_group("private_downloads")


@dataclass
class Shop(Example):
    """The deployed example.

    Attributes:
        links: Links that were signed before the rotation.
    """

    links: list[str] = field(default_factory=list)

    def link(self, film: str, address: str = "") -> str:
        query = urlencode({"film": film, **({"address": address} if address else {})})
        answer = self.api(f"/link?{query}")
        assert answer.status == 200, answer.body
        link: str = answer.json()["link"]
        return link

    def api(self, target: str) -> Reply:
        url = f"{self.cloud.endpoint_url}/_aws/execute-api/{self.outputs['ApiId']}/prod{target}"
        return send("GET", url)

    def view(
        self, url: str, headers: Headers = (), method: str = "GET", body: bytes | None = None
    ) -> Reply:
        """Send a request for a URL of the distribution, whose name is not resolved here."""
        parts = urlsplit(url)
        assert parts.hostname == self.outputs["Distribution"].lower()
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        sent = [("Host", parts.netloc), ("X-Forwarded-Proto", "https"), *headers]
        return send(method, f"{self.cloud.endpoint_url}{target}", sent, body)

    def at(self, path: str) -> str:
        return f"https://{self.outputs['Distribution']}{path}"

    @property
    def key(self) -> dict[str, str]:
        """The key that signs."""
        secrets = self.client("secretsmanager")
        answer = secrets.get_secret_value(SecretId=self.outputs["Keys"])
        value: dict[str, str] = json.loads(answer["SecretString"])
        return value

    def signer(self) -> Signer:
        return Signer(self.key["key_id"], self.key["private_key"])

    @property
    def grouped(self) -> list[str]:
        answer = self.client("cloudfront").get_key_group(Id=self.outputs["KeyGroup"])
        items: list[str] = answer["KeyGroup"]["KeyGroupConfig"]["Items"]
        return items

    def wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _SECONDS
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.1)


CARD_KEY = rsa.generate_private_key(65537, 2048)


def write_card_key(app: Path) -> None:
    public = CARD_KEY.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (app / "card_key.pem").write_bytes(pem)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("private")
    with deployed_example("private_downloads", folder, write_card_key) as cloud:
        shop = Shop(cloud, "PrivateDownloads")
        bucket = shop.client("s3")
        for key in ("films/ä film.mp4", "index.html"):
            bucket.put_object(Bucket=shop.outputs["Films"], Key=key, Body=FILM)
        pem = CARD_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        shop.client("secretsmanager").put_secret_value(
            SecretId=shop.outputs["CardKey"], SecretString=pem.decode()
        )
        yield shop


def test_a_signed_link_opens_its_film(shop: Shop) -> None:
    link = shop.link("ä film.mp4")
    assert parse_qs(urlsplit(link).query)["Hash-Algorithm"] == ["SHA256"]
    answer = shop.view(link)
    assert (answer.status, answer.body) == (200, FILM)
    part = shop.view(link, [("Range", "bytes=0-5")])
    assert (part.status, part.body) == (206, b"a film")
    shop.links.append(link)
    assert shop.view(shop.at("/index.html")).status == 200  # of the default behavior


def code(answer: Reply) -> str:
    assert (answer.status, answer.one("content-type")) == (403, "text/xml"), answer
    return answer.body.decode().partition("<Code>")[2].partition("</Code>")[0]


def test_an_unsigned_and_a_tampered_link_are_refused(shop: Shop) -> None:
    link = shop.link("ä film.mp4")
    assert code(shop.view(link.partition("?")[0])) == "MissingKey"
    for slash in ("%2F", "%2f", "/%2e%2e/films%2F"):  # the bucket decodes what CloudFront does not
        path = link.partition("?")[0].replace("/films/", f"/films{slash}")
        assert shop.view(path).status in (403, 404), path
    assert code(shop.view(link.replace("Expires=", "Expires=9"))) == "AccessDenied"
    assert code(shop.view(link.replace("film.mp4", "film.mp3"))) == "AccessDenied"
    assert code(shop.view(link.replace("Key-Pair-Id=K", "Key-Pair-Id=X"))) == "InvalidKey"


def test_an_expired_link_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    signing, film = shop.signer(), shop.at("/films/ä film.mp4")
    ended = datetime.now(UTC) - timedelta(seconds=5)
    monkeypatch.setattr("time.time", lambda: 0.0)
    link = signing.sign_url(film, expires_at=ended)
    monkeypatch.undo()
    assert code(shop.view(link)) == "AccessDenied"


def test_a_link_for_other_addresses_is_refused(shop: Shop) -> None:
    link = shop.link("ä film.mp4", "198.51.100.0/24")
    assert code(shop.view(link)) == "AccessDenied"
    address = "X-Serverless-Stack-Viewer-Address"
    assert shop.view(link, [(address, "198.51.100.7")]).status == 200


def test_signed_cookies_open_all_films(shop: Shop) -> None:
    answer = shop.api("/cookies")
    lines = answer.all("set-cookie")
    assert all(line.endswith("; Path=/films/; Secure; HttpOnly; SameSite=Lax") for line in lines)
    cookies = "; ".join(line.partition(";")[0] for line in lines)
    film = shop.at("/films/%C3%A4%20film.mp4")
    assert shop.view(film, [("Cookie", cookies)]).body == FILM
    tampered = cookies.replace("CloudFront-Policy=", "CloudFront-Policy=x")
    assert code(shop.view(film, [("Cookie", tampered)])) == "MalformedPolicy"
    assert code(shop.view(film)) == "MissingKey"


def test_a_rotation_replaces_the_key_and_keeps_what_the_old_one_signed(shop: Shop) -> None:
    old = shop.key["key_id"]
    functions, secrets = shop.client("lambda"), shop.client("secretsmanager")
    name = shop.outputs["KeyFunction"]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    # Edge locations need no time here.
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**variables, "SWITCH_SECONDS": "0"}}
    )
    secrets.rotate_secret(SecretId=shop.outputs["Keys"])
    shop.wait_until(lambda: shop.key["key_id"] != old)
    new = shop.key["key_id"]
    assert shop.grouped == [old, new]

    (before,) = shop.links
    assert shop.view(before).body == FILM
    film, end = shop.at("/films/ä film.mp4"), datetime.now(UTC) + timedelta(hours=1)
    follower = Signer.from_env(
        client=secrets, environment={"SIGNING_SECRET_ARN": shop.outputs["Keys"]}
    )
    after = follower.sign_url(film, expires_at=end)
    assert f"Key-Pair-Id={new}" in after
    assert shop.view(after).body == FILM
    assert code(shop.view(after.replace("Expires=", "Expires=9"))) == "AccessDenied"

    cookies = follower.sign_cookies(shop.at("/films/*"), expires_at=end)
    sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
    assert shop.view(shop.at("/films/%C3%A4%20film.mp4"), [("Cookie", sent)]).body == FILM

    functions.invoke(FunctionName=name, Payload=json.dumps({"KeepSeconds": 0}))
    assert shop.grouped == [new]
    assert code(shop.view(before)) == "InvalidKey"
    assert shop.view(after).body == FILM


def test_a_deployment_after_a_rotation_changes_the_type_of_the_key(shop: Shop) -> None:
    """What the rotation did is no drift: CloudFormation has no part in it."""
    formation = shop.account.cloudformation
    template: object = formation.get_template(StackName=shop.stack)["TemplateBody"]
    body = template if isinstance(template, str) else json.dumps(template)
    old = shop.key["key_id"]
    changed = body.replace("ECDSA", "RSA")
    changed = re.sub(r'"SWITCH_SECONDS": ?"300"', '"SWITCH_SECONDS": "0"', changed)
    assert changed.count('"RSA"') == changed.count('"SWITCH_SECONDS": "0"') + 1 == 2
    formation.update_stack(
        StackName=shop.stack, TemplateBody=changed, Capabilities=["CAPABILITY_IAM"]
    )
    formation.get_waiter("stack_update_complete").wait(
        StackName=shop.stack, WaiterConfig={"Delay": 1, "MaxAttempts": _SECONDS}
    )
    assert shop.key["key_type"] == "RSA"
    assert shop.grouped == [old, shop.key["key_id"]]
    link = shop.signer().sign_url(
        shop.at("/films/ä film.mp4"), expires_at=datetime.now(UTC) + timedelta(hours=1)
    )
    assert shop.view(link).body == FILM


def test_a_field_reaches_the_function_encrypted_and_is_decrypted(shop: Shop) -> None:
    body = urlencode({"name": "Ada", "card": "4111 1111 1111 1234"}).encode()
    answer = shop.view(shop.at("/pay"), FORM, "POST", body)
    assert answer.status == 200, answer.body
    paid = answer.json()
    assert (paid["name"], paid["last_digits"]) == ("Ada", "1234")
    received = parse_qs(paid["received"])
    assert received["name"] == ["Ada"]
    assert "4111" not in paid["received"]
    assert len(received["card"][0]) > 400  # a message with the encrypted data key


def test_a_form_that_cannot_be_encrypted_is_refused(shop: Shop) -> None:
    body = json.dumps({"card": "4111 1111 1111 1234"}).encode()
    plain = [("Content-Type", "application/json")]
    assert shop.view(shop.at("/pay"), plain, "POST", body).status == 400


def test_deleting_the_stack_leaves_no_key(shop: Shop) -> None:
    """Runs last."""
    bucket = shop.client("s3")
    for version in bucket.list_object_versions(Bucket=shop.outputs["Films"]).get("Versions", []):
        bucket.delete_object(
            Bucket=shop.outputs["Films"], Key=version["Key"], VersionId=version["VersionId"]
        )
    formation = shop.account.cloudformation
    formation.delete_stack(StackName=shop.stack)
    formation.get_waiter("stack_delete_complete").wait(
        StackName=shop.stack, WaiterConfig={"Delay": 1, "MaxAttempts": _SECONDS}
    )
    client = shop.client("cloudfront")
    assert client.list_public_keys()["PublicKeyList"].get("Items", []) == []
    assert client.list_key_groups()["KeyGroupList"].get("Items", []) == []
