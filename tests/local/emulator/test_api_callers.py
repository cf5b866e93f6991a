"""Callers of a REST API in the local cloud: authorizers, signatures, keys, throttles and CORS."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_

from serverless_stack.constructs import (
    ApiCache,
    Auth,
    Cors,
    Mock,
    Profile,
    ProxyApi,
    Route,
    RouteCache,
    Throttle,
    UsagePlan,
)
from tests.constructs.templates import new_app, synth
from tests.local.conftest import until
from tests.local.emulator.conftest import KEY, Client, Emulator, Json, Reply
from tests.local.emulator.test_chromium import CHROMIUM, browser

PASSWORD = "Correct-horse-1"
OTHER_ORIGIN = "https://other.example"
STRICT = Throttle(rate=0.0001, burst=1)

ECHO = """
import json, os

def handler(event, context):
    if event["path"] == "/boom":
        raise ValueError("broken")
    rules = json.loads(os.environ["API_CORS"])
    origin = (event.get("headers") or {}).get("Origin")
    headers = {"Content-Type": "application/json"}
    if origin in rules["origins"]:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Allow-Credentials"] = "true"
    context = event["requestContext"]
    answer = {"authorizer": context.get("authorizer"), "identity": context["identity"]}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(answer)}
"""

JUDGE = """
calls = 0

def handler(event, context):
    global calls
    calls += 1
    word = event.get("authorizationToken") or (event["headers"] or {}).get("X-User") or ""
    if word == "unauthorized":
        raise Exception("Unauthorized")
    if word == "broken":
        raise ValueError("a bug")
    if word == "shapeless":
        return {"principalId": "nobody"}
    arn = event["methodArn"]
    whole = arn.split("/")[0] + "/*"
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": arn}
    if word == "deny":
        statement["Effect"] = "Deny"
    if word == "elsewhere":
        statement["Resource"] = arn + "/more"
    if word == "other-action":
        statement["Action"] = "execute-api:ManageConnections"
    if word == "whole":
        statement["Resource"] = whole
    if word in ("near", "far"):
        source = "127.0.0.0/8" if word == "near" else "203.0.113.0/24"
        statement["Condition"] = {"IpAddress": {"aws:SourceIp": source}}
    return {
        "principalId": word,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"calls": calls, "admin": True, "path": event.get("path"),
                    "headers": ",".join(sorted(event.get("headers") or {}))},
    }
"""


COUNT = """
import json
calls = 0

def handler(event, context):
    global calls
    calls += 1
    return {"statusCode": 200, "body": json.dumps(calls)}
"""


@dataclass
class App:
    """The deployed API, its users, and the page that calls it."""

    cloud: Emulator
    api: str
    pool: str
    client: str
    plans: dict[str, str]
    cached: str
    page: "Page"

    def url(self, path: str) -> str:
        return self.cloud.at_gateway(f"/_aws/execute-api/{self.api}/prod{path}")

    def call(self, path: str, verb: str = "GET", body: bytes = b"", **headers: str) -> Reply:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.cloud.request(verb, self.url(path), sent, body)

    def tokens(self, client: str | None = None, pool: str | None = None) -> Json:
        """Sign Ada up, and return her tokens."""
        users: Client = self.cloud.client("cognito-idp")
        pool = pool or self.pool
        names = [item["Username"] for item in users.list_users(UserPoolId=pool)["Users"]]
        if not names:
            users.admin_create_user(UserPoolId=pool, Username="ada")
            users.admin_set_user_password(
                UserPoolId=pool, Username="ada", Password=PASSWORD, Permanent=True
            )
        answer = users.initiate_auth(
            ClientId=client or self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ada", "PASSWORD": PASSWORD},
        )
        return answer["AuthenticationResult"]


class Page:
    """A web server with one page, which reports to it."""

    def __init__(self) -> None:
        results: Queue[Json] = Queue()
        self.text = ""
        self._results = results
        page = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.text.encode())

            def do_POST(self) -> None:
                results.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.origin = f"http://localhost:{self.server.server_port}"

    def result(self) -> Json:
        try:
            return self._results.get(timeout=60)
        except Empty:
            raise AssertionError("the page has reported nothing") from None


def inline(stack: cdk.Stack, name: str, code: str) -> lambda_.Function:
    return lambda_.Function(
        stack,
        name,
        code=lambda_.Code.from_inline(code),
        handler="index.handler",
        runtime=lambda_.Runtime.PYTHON_3_13,
    )


@pytest.fixture(scope="module")
def app(cloud: Emulator) -> Iterator[App]:
    page = Page()
    stack = cdk.Stack(new_app(), "Callers")
    Profile.dev().apply(stack)
    echo, judge = inline(stack, "Echo", ECHO), inline(stack, "Judge", JUDGE)
    pool = cognito.UserPool(stack, "Users")
    client = pool.add_client("Web", auth_flows=cognito.AuthFlow(user_password=True))
    minute = cdk.Duration.minutes(10)
    small = UsagePlan(rate=0.0001, burst=2, name="Small")
    metered = UsagePlan(quota=2, name="Metered")
    signed_in = "aws.cognito.signin.user.admin"
    sources = ("header.X-User", "context.identity.sourceIp")
    api = ProxyApi(
        stack,
        "Api",
        handler=echo,
        auth=Auth.cognito(pool),
        cors=Cors(origins=[page.origin, OTHER_ORIGIN], credentials=True),
        usage_plans=[small, metered],
        routes={
            "GET /open": Route(echo, auth=Auth.public(reason="tested")),
            "GET /boom": Route(echo, auth=Auth.public(reason="tested")),
            "GET /health": Route(Mock({"ok": True}), auth=Auth.public(reason="tested")),
            "GET /scoped": Route(echo, auth=Auth.cognito(pool, scopes=[signed_in])),
            "GET /other-scope": Route(echo, auth=Auth.cognito(pool, scopes=["orders/read"])),
            "GET /token": Route(echo, auth=Auth.lambda_token(judge)),
            "GET /kept": Route(echo, auth=Auth.lambda_token(judge, ttl=minute)),
            "GET /kept/{id}": Route(echo, auth=Auth.lambda_token(judge, ttl=minute)),
            "GET /request": Route(echo, auth=Auth.lambda_request(judge)),
            "GET /sources": Route(
                echo, auth=Auth.lambda_request(judge, identity_sources=sources, ttl=minute)
            ),
            "GET /signed/{id}": Route(echo, auth=Auth.iam()),
            "GET /key": Route(echo, auth=Auth.api_key()),
            "GET /slow/{id}": Route(echo, auth=Auth.public(reason="tested"), throttle=STRICT),
            "ANY /slow": Route(echo, auth=Auth.public(reason="tested"), throttle=STRICT),
        },
    )
    count = inline(stack, "Count", COUNT)
    cached = ProxyApi(
        stack,
        "Cached",
        auth=Auth.public(reason="tested"),
        cache=ApiCache(parameters=("querystring.page",)),
        routes={
            "GET /kept/{id}": count,
            "GET /own": Route(count, cache=RouteCache(keys=("header.X-Tenant",))),
            "GET /off": Route(count, cache=RouteCache.off()),
            "POST /kept/{id}": count,
        },
    )
    keys = {plan.name: api.add_api_key(plan.name, plan=plan) for plan in (small, metered)}
    outputs = {"Api": api.rest_api.rest_api_id, "Pool": pool.user_pool_id}
    outputs |= {"Client": client.user_pool_client_id, "Cached": cached.rest_api.rest_api_id}
    outputs |= {name: key.secret.secret_arn for name, key in keys.items()}
    for name, value in outputs.items():
        cdk.CfnOutput(stack, f"{name}Output", value=value)
    template = synth(stack)
    values = {name: template["Outputs"][f"{name}Output"]["Value"] for name in outputs}
    found = cloud.deploy("callers", template["Resources"], **values)
    plans = {name: found[name] for name in keys}
    yield App(cloud, found["Api"], found["Pool"], found["Client"], plans, found["Cached"], page)
    page.server.shutdown()
    page.server.server_close()


def key_of(app: App, plan: str) -> str:
    answer = app.cloud.client("secretsmanager").get_secret_value(SecretId=app.plans[plan])
    value: str = answer["SecretString"]
    return value


def message(reply: Reply) -> str:
    body = reply.json()
    return str(body.get("message", body.get("Message")))


def test_a_user_of_the_pool_is_admitted(app: App) -> None:
    tokens = app.tokens()
    reply = app.call("/orders", Authorization=tokens["IdToken"])
    assert reply.status == 200
    assert reply.json()["authorizer"]["claims"]["cognito:username"] == "ada"
    assert app.call("/orders", Authorization=f"Bearer {tokens['IdToken']}").status == 200
    assert app.call("/orders", "POST", b"{}", Authorization=tokens["IdToken"]).status == 200


def test_nobody_else_is(app: App) -> None:
    users: Client = app.cloud.client("cognito-idp")
    other = users.create_user_pool(PoolName="other")["UserPool"]["Id"]
    client = users.create_user_pool_client(
        UserPoolId=other, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    head, payload, signature = app.tokens()["IdToken"].split(".")
    tokens = {
        "another pool": app.tokens(client, other)["IdToken"],
        "no token": "nonsense",
        "another signature": f"{head}.{payload}.{signature[::-1]}",
        "an access token without scopes": app.tokens()["AccessToken"],
    }
    for what, token in tokens.items():
        reply = app.call("/orders", Authorization=token)
        assert (reply.status, message(reply)) == (401, "Unauthorized"), what
    assert app.call("/orders").status == 401
    assert app.call("/orders").header("x-amzn-ErrorType") == "UnauthorizedException"


def test_a_token_expires(app: App) -> None:
    users: Client = app.cloud.client("cognito-idp")
    client = users.create_user_pool_client(
        UserPoolId=app.pool,
        ClientName="short",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
        IdTokenValidity=1,
        TokenValidityUnits={"IdToken": "seconds"},
    )["UserPoolClient"]["ClientId"]
    token = app.tokens(client)["IdToken"]
    until(lambda: app.call("/orders", Authorization=token).status == 401)


def test_a_token_needs_one_of_the_scopes(app: App) -> None:
    tokens = app.tokens()
    assert app.call("/scoped", Authorization=tokens["AccessToken"]).status == 200
    assert app.call("/scoped", Authorization=tokens["IdToken"]).status == 401
    assert app.call("/other-scope", Authorization=tokens["AccessToken"]).status == 401


@pytest.mark.parametrize(
    ("word", "status", "text"),
    [
        ("ada", 200, ""),
        ("whole", 200, ""),
        ("near", 200, ""),
        ("far", 403, "User is not authorized to access this resource"),
        (
            "deny",
            403,
            "User is not authorized to access this resource with an explicit deny in an "
            "identity-based policy",
        ),
        ("elsewhere", 403, "User is not authorized to access this resource"),
        ("other-action", 403, "User is not authorized to access this resource"),
        ("unauthorized", 401, "Unauthorized"),
        ("broken", 500, "None"),
        ("shapeless", 500, "Internal server error"),
        ("", 401, "Unauthorized"),
    ],
)
def test_a_function_decides_by_the_token(app: App, word: str, status: int, text: str) -> None:
    url = app.url("/token")
    reply = app.cloud.request("GET", url, {"Authorization": word} if word else {})
    assert reply.status == status
    if status != 200:
        assert message(reply) == text


def test_a_function_decides_by_the_request(app: App) -> None:
    reply = app.call("/request?a=1", X_User="ada")
    context = reply.json()["authorizer"]
    assert (context["principalId"], context["admin"], context["path"]) == (
        "ada",
        "true",
        "/request",
    )
    assert "X-User" in context["headers"]
    assert app.call("/request", X_User="deny").status == 403
    # Without a cache, API Gateway asks the function whatever the request lacks.
    assert app.call("/request").status == 200


def test_a_policy_is_kept_for_its_token(app: App) -> None:
    first = app.call("/kept", Authorization="whole").json()["authorizer"]["calls"]
    assert app.call("/kept", Authorization="whole").json()["authorizer"]["calls"] == first
    assert app.call("/kept/7", Authorization="whole").json()["authorizer"]["calls"] == first
    assert app.call("/kept", Authorization="other").json()["authorizer"]["calls"] != first


def test_a_kept_policy_that_names_one_method_refuses_the_others(app: App) -> None:
    """What synthesis warns of."""
    assert app.call("/kept", Authorization="narrow").status == 200
    assert app.call("/kept/7", Authorization="narrow").status == 403


def test_identity_sources_are_required_with_a_cache(app: App) -> None:
    assert app.call("/sources", X_User="ada").status == 200
    assert app.call("/sources").status == 401


def test_without_a_cache_every_request_is_decided(app: App) -> None:
    calls = [app.call("/token", Authorization="ada").json()["authorizer"]["calls"] for _ in "12"]
    assert calls[0] != calls[1]


def test_a_signed_request_is_admitted(app: App) -> None:
    url = app.url("/signed/7?b=2&a=1")
    headers = app.cloud.signed("GET", url, "execute-api")
    reply = app.cloud.request("GET", url, headers)
    assert reply.status == 200
    assert reply.json()["identity"]["accessKey"] == KEY
    assert str(reply.json()["identity"]["userArn"]).endswith(":root")
    through_the_port = f"http://{app.api}.localhost:{app.cloud.api}/prod/signed/7"
    headers = app.cloud.signed("GET", through_the_port, "execute-api")
    local = app.cloud.at_api("/prod/signed/7")
    headers["Host"] = f"{app.api}.localhost:{app.cloud.api}"
    assert app.cloud.request("GET", local, headers).status == 200


def test_other_requests_are_not(app: App) -> None:
    url = app.url("/signed/7")
    missing = app.call("/signed/7")
    assert (missing.status, message(missing)) == (403, "Missing Authentication Token")
    for_another = app.cloud.request("GET", url, app.cloud.signed("GET", url, "s3"))
    assert for_another.status == 403
    assert "correct service: 'execute-api'" in message(for_another)
    other_path = app.cloud.signed("GET", app.url("/signed/8"), "execute-api")
    forged = app.cloud.request("GET", url, other_path)
    assert (forged.status, forged.header("x-amzn-ErrorType")) == (403, "InvalidSignatureException")
    stranger = app.cloud.signed("GET", url, "execute-api", key_id="AKIAUNKNOWN", secret="x")
    assert app.cloud.request("GET", url, stranger).status == 403
    basic = app.call("/signed/7", Authorization="Basic YTpi")
    assert (basic.status, basic.header("x-amzn-ErrorType")) == (403, "IncompleteSignatureException")


def test_a_principal_needs_permission(app: App) -> None:
    iam: Client = app.cloud.client("iam")
    iam.create_user(UserName="caller")
    made = iam.create_access_key(UserName="caller")["AccessKey"]
    url = app.url("/signed/7")

    def status(path: str) -> int:
        headers = app.cloud.signed(
            "GET",
            app.url(path),
            "execute-api",
            key_id=made["AccessKeyId"],
            secret=made["SecretAccessKey"],
        )
        return app.cloud.request("GET", app.url(path), headers).status

    assert status("/signed/7") == 403
    resource = f"arn:aws:execute-api:us-east-1:000000000000:{app.api}/prod/GET/signed/7"
    statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="caller", PolicyName="calls", PolicyDocument=document)
    assert status("/signed/7") == 200
    assert status("/signed/8") == 403
    assert url.endswith("/signed/7")


def test_a_key_is_metered(app: App) -> None:
    missing = app.call("/key")
    assert (missing.status, message(missing)) == (403, "Forbidden")
    assert app.call("/key", x_api_key="0123456789012345678901234").status == 403
    value = key_of(app, "Metered")
    assert len(value) == 40
    assert value.isalnum()
    first = app.call("/key", x_api_key=value)
    assert first.status == 200
    assert first.json()["identity"]["apiKey"] == value
    assert first.json()["identity"]["apiKeyId"]
    assert app.call("/key", x_api_key=value).status == 200
    third = app.call("/key", x_api_key=value)
    assert (third.status, message(third)) == (429, "Limit Exceeded")


def test_a_key_is_throttled(app: App) -> None:
    value = key_of(app, "Small")
    replies = [app.call("/key", x_api_key=value) for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert message(replies[2]) == "Too Many Requests"
    assert app.call("/open", x_api_key=value).status == 200


def test_a_route_is_throttled(app: App) -> None:
    assert [app.call(f"/slow/{number}").status for number in range(2)] == [200, 429]
    verbs = ("GET", "GET", "POST")  # of ANY: each verb has a throttle
    assert [app.call("/slow", verb).status for verb in verbs] == [200, 429, 200]
    assert app.call("/open").status == 200


@pytest.mark.parametrize("path", ["/orders", "/", "/slow/7", "/signed/7", "/key"])
def test_a_preflight_is_answered_without_credentials(app: App, path: str) -> None:
    reply = app.call(path, "OPTIONS", Origin=OTHER_ORIGIN, Access_Control_Request_Method="POST")
    assert (reply.status, reply.body) == (204, b"")
    assert reply.all("Access-Control-Allow-Origin") == [OTHER_ORIGIN]
    assert reply.header("Access-Control-Allow-Credentials") == "true"
    assert "POST" in str(reply.header("Access-Control-Allow-Methods"))
    assert "Authorization" in str(reply.header("Access-Control-Allow-Headers"))
    assert reply.header("Access-Control-Max-Age") == "3600"


def test_a_mock_names_one_of_several_origins(app: App) -> None:
    for origin, named in ((OTHER_ORIGIN, OTHER_ORIGIN), ("https://evil.example", app.page.origin)):
        reply = app.call("/health", Origin=origin)
        assert reply.json() == {"ok": True}
        assert reply.all("Access-Control-Allow-Origin") == [named]


def test_an_origin_that_is_not_listed_is_not_named(app: App) -> None:
    reply = app.call("/orders", "OPTIONS", Origin="https://evil.example")
    assert reply.header("Access-Control-Allow-Origin") == app.page.origin


@pytest.mark.parametrize(
    ("path", "verb", "status"),
    [
        ("/orders", "GET", 401),
        ("/signed/7", "GET", 403),
        ("/key", "GET", 403),
        ("/boom", "GET", 502),
        ("/orders", "POST", 413),
    ],
)
def test_errors_of_the_api_can_be_read_by_a_page(
    app: App, path: str, verb: str, status: int
) -> None:
    body = b"x" * (10 * 1024 * 1024 + 1) if status == 413 else b""
    reply = app.call(path, verb, body, Origin=app.page.origin)
    assert reply.status == status
    assert reply.all("Access-Control-Allow-Origin") == [app.page.origin]
    assert reply.header("Access-Control-Allow-Credentials") == "true"
    assert reply.header("Vary") == "Origin"


def test_a_preflight_that_is_not_converted_fails_as_on_aws(app: App) -> None:
    """Beside `*/*` as a binary type, a template cannot be applied to a request."""
    apis: Client = app.cloud.client("apigateway")
    resources = apis.get_resources(restApiId=app.api, limit=500)["items"]
    root = next(item["id"] for item in resources if item["path"] == "/")
    apis.put_integration(
        restApiId=app.api,
        resourceId=root,
        httpMethod="OPTIONS",
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 200}'},
    )
    apis.create_deployment(restApiId=app.api, stageName="broken")
    url = app.url("/").replace("/prod/", "/broken/")
    reply = app.cloud.request("OPTIONS", url, {"Origin": OTHER_ORIGIN})
    assert (reply.status, message(reply)) == (500, "Internal server error")
    assert "CONVERT_TO_TEXT" in str(reply.header("X-Serverless-Stack-Error"))
    assert app.call("/", "OPTIONS").status == 204


def cached_url(app: App, path: str) -> str:
    return app.cloud.at_gateway(f"/_aws/execute-api/{app.cached}/prod{path}")


def kept(app: App, path: str, verb: str = "GET", **headers: str) -> Json:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.cloud.request(verb, cached_url(app, path), sent).json()


def test_answers_are_kept_by_their_keys(app: App) -> None:
    first = kept(app, "/kept/1?page=1")
    assert kept(app, "/kept/1?page=1&other=2") == first
    assert kept(app, "/kept/1?page=2") != first
    assert kept(app, "/kept/2?page=1") != first
    tenant = kept(app, "/own", X_Tenant="a")
    assert kept(app, "/own?page=7", X_Tenant="a") == tenant
    assert kept(app, "/own", X_Tenant="b") != tenant


def test_other_answers_are_not_kept(app: App) -> None:
    assert kept(app, "/off") != kept(app, "/off")
    assert kept(app, "/kept/1", "POST") != kept(app, "/kept/1", "POST")


def test_only_authorised_callers_renew_an_answer(app: App) -> None:
    first = kept(app, "/kept/renewed")
    url = cached_url(app, "/kept/renewed")
    ignored = app.cloud.request("GET", url, {"Cache-Control": "max-age=0"})
    assert ignored.json() == first
    assert str(ignored.header("Warning")).startswith("199 Cache-control headers were ignored")
    signed = {**app.cloud.signed("GET", url, "execute-api"), "Cache-Control": "max-age=0"}
    renewed = app.cloud.request("GET", url, signed).json()
    assert renewed != first
    assert kept(app, "/kept/renewed") == renewed


SCRIPT = """<!doctype html><script>
(async () => {
  const found = {};
  const read = async (name, path, options) => {
    try {
      const answer = await fetch(API + path, {credentials: "include", ...options});
      found[name] = [answer.status, await answer.json()];
    } catch (error) { found[name] = "blocked"; }
  };
  await read("admitted", "/orders", {method: "POST", body: "{}",
    headers: {"Authorization": TOKEN, "Content-Type": "application/json"}});
  await read("refused", "/orders", {headers: {"Authorization": "nonsense"}});
  await read("failed", "/boom", {});
  await fetch("/result", {method: "POST", body: JSON.stringify(found)});
})();
</script>"""


def visit(app: App, origin: str, folder: Path) -> Json:
    api = f"http://{app.api}.localhost:{app.cloud.api}/prod"
    token = app.tokens()["IdToken"]
    app.page.text = SCRIPT.replace("API", json.dumps(api)).replace("TOKEN", json.dumps(token))
    with browser(f"{origin}/", folder):
        return app.page.result()


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="Chromium is missing")
def test_a_page_of_the_origin_reads_answers_and_errors(app: App, tmp_path: Path) -> None:
    found = visit(app, app.page.origin, tmp_path / "profile")
    assert found["admitted"][0] == 200
    assert found["refused"] == [401, {"message": "Unauthorized"}]
    assert found["failed"] == [502, {"message": "Internal server error"}]


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="Chromium is missing")
def test_a_page_of_another_origin_passes_no_preflight(app: App, tmp_path: Path) -> None:
    stranger = app.page.origin.replace("localhost", "evil.example")
    found = visit(app, stranger, tmp_path / "profile")
    assert (found["admitted"], found["refused"]) == ("blocked", "blocked")
