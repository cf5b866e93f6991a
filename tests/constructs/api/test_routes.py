"""Routes beside the greedy handler: their targets, roles, models, streams and permissions."""

import json
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from pydantic import BaseModel

from serverless_stack.constructs import (
    ApiCache,
    Auth,
    Cors,
    HttpProxy,
    LambdaHandler,
    Mock,
    ProxyApi,
    Route,
    RouteCache,
    S3Objects,
    SendMessage,
    StorageBucket,
    Throttle,
    Warmth,
)
from serverless_stack.constructs.api.routes import AnyRoute
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.conftest import plain_function
from tests.constructs.templates import Json, all_of, new_app, refused, synth

METHOD = "AWS::ApiGateway::Method"
PERMISSION = "AWS::Lambda::Permission"
RESOURCE = "AWS::ApiGateway::Resource"
PUBLIC = Auth.public(reason="a test")


class Order(BaseModel):
    id: int


def node_function(scope: cdk.Stack, construct_id: str) -> lambda_.Function:
    return lambda_.Function(
        scope,
        construct_id,
        code=lambda_.Code.from_inline("exports.handler = async () => ({})"),
        handler="index.handler",
        runtime=lambda_.Runtime.NODEJS_24_X,
    )


@pytest.fixture(scope="module")
def everything() -> Json:
    app = new_app()
    other, stack = cdk.Stack(app, "Other"), cdk.Stack(app, "Test")
    main, orders = plain_function(stack, "Main"), plain_function(other, "Orders")
    files = s3.Bucket(
        other, "Files", encryption=s3.BucketEncryption.KMS, encryption_key=kms.Key(other, "Key")
    )
    jobs = sqs.Queue(stack, "Jobs", encryption=sqs.QueueEncryption.KMS)
    sorted_jobs = sqs.Queue(other, "SortedJobs", fifo=True)
    alias = lambda_.Alias(stack, "Live", alias_name="live", version=main.current_version)
    ProxyApi(
        stack,
        "Api",
        handler=main,
        auth=PUBLIC,
        cors=Cors(origins=["https://example.com"]),
        routes={
            **{f"GET /orders/{{id}}/part{number}": orders for number in range(20)},
            "POST /orders": Route(orders, model=Order, throttle=Throttle(rate=1, burst=2)),
            "PUT /orders": Route(orders, model=Order),
            "GET /live": alias,
            "GET /version": main.current_version,
            "GET /stream": Route(node_function(stack, "Stream"), stream=True),
            "ANY /legacy/{proxy+}": HttpProxy("https://example.com/old/"),
            "GET /user/{id}": HttpProxy(
                "https://example.com/users/{id}.json", timeout=cdk.Duration.seconds(2)
            ),
            "GET /files/{key+}": S3Objects(files, prefix="public/"),
            "GET /logo": S3Objects(files, key="logo.png"),
            "GET /health": Mock(
                {"ok": True, "note": "$5 #1"}, headers={"Cache-Control": "no-store"}
            ),
            "POST /jobs": SendMessage(jobs),
            "POST /sorted/{customer}": SendMessage(sorted_jobs, group="path.customer"),
        },
    )
    return synth(stack)


def method(template: Json, verb: str, path: str) -> Json:
    """Return the properties of the method of a route."""
    resources = template["Resources"]
    paths = {}

    def path_of(reference: Json) -> str:
        if "Fn::GetAtt" in reference:
            return ""
        resource = resources[reference["Ref"]]["Properties"]
        return f"{path_of(resource['ParentId'])}/{resource['PathPart']}"

    for resource in all_of(template, METHOD):
        own = resource["Properties"]
        paths[own["HttpMethod"], path_of(own["ResourceId"]) or "/"] = own
    properties: Json = paths[verb, path]
    return properties


def role_statements(template: Json, properties: Json) -> list[Json]:
    role = template["Resources"][properties["Integration"]["Credentials"]["Fn::GetAtt"][0]]
    (policy,) = role["Properties"]["Policies"]
    statements: list[Json] = policy["PolicyDocument"]["Statement"]
    trust = role["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]
    assert trust == {"Service": "apigateway.amazonaws.com"}
    return statements


def test_everything(everything: Json, template_snapshot: TemplateSnapshot) -> None:
    assert everything == template_snapshot


def test_each_function_has_one_permission(everything: Json) -> None:
    permissions = all_of(everything, PERMISSION)
    functions = [json.dumps(p["Properties"]["FunctionName"]) for p in permissions]
    assert len(functions) == len(set(functions)) == 5  # main, alias, version, orders, stream
    assert {p["Properties"]["SourceArn"]["Fn::Join"][1][-1] for p in permissions} == {"/*/*/*"}


def test_routes_stand_beside_the_handler(everything: Json) -> None:
    main = method(everything, "ANY", "/{proxy+}")["Integration"]["Uri"]
    assert method(everything, "ANY", "/")["Integration"]["Uri"] == main
    orders = method(everything, "GET", "/orders/{id}/part7")["Integration"]["Uri"]
    assert "Orders" in json.dumps(orders)
    assert "Live" in json.dumps(method(everything, "GET", "/live")["Integration"]["Uri"])


def test_a_route_has_a_throttle(everything: Json) -> None:
    (stage,) = all_of(everything, "AWS::ApiGateway::Stage")
    settings = {
        (s["HttpMethod"], s["ResourcePath"]): s for s in stage["Properties"]["MethodSettings"]
    }
    own = settings["POST", "/~1orders"]
    assert (own["ThrottlingRateLimit"], own["ThrottlingBurstLimit"]) == (1, 2)
    assert own["LoggingLevel"] == "ERROR"


def test_equal_models_are_created_once(everything: Json) -> None:
    (model,) = all_of(everything, "AWS::ApiGateway::Model")
    assert model["Properties"]["Schema"]["required"] == ["id"]
    (validator,) = all_of(everything, "AWS::ApiGateway::RequestValidator")
    assert validator["Properties"]["ValidateRequestBody"] is True
    post, put = (method(everything, verb, "/orders") for verb in ("POST", "PUT"))
    assert post["RequestModels"] == put["RequestModels"]
    assert set(post["RequestModels"]) == {"application/json", "$default"}
    assert post["RequestValidatorId"] == put["RequestValidatorId"]


def test_a_stream(everything: Json) -> None:
    integration = method(everything, "GET", "/stream")["Integration"]
    assert integration["ResponseTransferMode"] == "STREAM"
    assert "response-streaming-invocations" in json.dumps(integration["Uri"])
    assert integration["TimeoutInMillis"] == 900_000


def test_a_greedy_http_proxy(everything: Json) -> None:
    properties = method(everything, "ANY", "/legacy/{proxy+}")
    integration = properties["Integration"]
    assert (integration["Type"], integration["IntegrationHttpMethod"]) == ("HTTP_PROXY", "ANY")
    assert integration["Uri"] == "https://example.com/old/{proxy}"
    assert integration["RequestParameters"] == {
        "integration.request.path.proxy": "method.request.path.proxy"
    }
    assert properties["RequestParameters"] == {"method.request.path.proxy": True}


def test_an_http_proxy_with_a_variable(everything: Json) -> None:
    integration = method(everything, "GET", "/user/{id}")["Integration"]
    assert integration["Uri"] == "https://example.com/users/{id}.json"
    assert integration["TimeoutInMillis"] == 2000


def test_a_mock(everything: Json) -> None:
    integration = method(everything, "GET", "/health")["Integration"]
    assert integration["ContentHandling"] == "CONVERT_TO_TEXT"
    assert integration["PassthroughBehavior"] == "NEVER"  # 415, where AWS would answer 500
    (answer,) = integration["IntegrationResponses"]
    assert answer["ContentHandling"] == "CONVERT_TO_TEXT"
    body = answer["ResponseTemplates"]["application/json"]
    assert json.loads(body) == {"ok": True, "note": "$5 #1"}
    assert not {"$", "#"} & set(body)  # which the template language would read
    headers = answer["ResponseParameters"]
    assert headers["method.response.header.Cache-Control"] == "'no-store'"
    assert headers["method.response.header.Access-Control-Allow-Origin"] == "'https://example.com'"


def test_a_redirect_has_no_body(stack: cdk.Stack) -> None:
    moved = Mock(status=301, headers={"Location": "https://example.com/"})
    ProxyApi(stack, "Api", auth=PUBLIC, routes={"GET /old": moved})
    (answer,) = method(synth(stack), "GET", "/old")["Integration"]["IntegrationResponses"]
    assert (answer["StatusCode"], answer.get("ResponseTemplates")) == ("301", None)
    assert answer["ResponseParameters"] == {
        "method.response.header.Location": "'https://example.com/'"
    }


def test_the_role_of_objects_reads_its_prefix_only(everything: Json) -> None:
    properties = method(everything, "GET", "/files/{key+}")
    objects, names, key = role_statements(everything, properties)
    assert (objects["Action"], names["Action"]) == ("s3:GetObject", "s3:ListBucket")
    assert objects["Resource"]["Fn::Join"][1][-1] == "/public/*"
    # A missing object is answered with 404 only if the role may list its name.
    assert names["Condition"] == {"StringLikeIfExists": {"s3:prefix": "public/*"}}
    assert key["Action"] == "kms:Decrypt"
    uri = json.dumps(properties["Integration"]["Uri"])
    assert ':s3:path/", {"Fn::ImportValue"' in uri
    assert "/public/{key}" in uri


def test_one_object(everything: Json) -> None:
    properties = method(everything, "GET", "/logo")
    objects, _names, _key = role_statements(everything, properties)
    assert objects["Resource"]["Fn::Join"][1][-1] == "/logo.png"
    assert "path.key" not in json.dumps(properties["RequestParameters"])


def test_answers_of_s3(everything: Json) -> None:
    integration = method(everything, "GET", "/files/{key+}")["Integration"]
    answers = {a["StatusCode"]: a for a in integration["IntegrationResponses"]}
    assert set(answers) == {"200", "206", "304", "404", "416", "500"}
    assert answers["200"]["ContentHandling"] == "CONVERT_TO_BINARY"
    headers = answers["200"]["ResponseParameters"]
    source = "integration.response.header.Content-Type"
    assert headers["method.response.header.Content-Type"] == source
    assert "SelectionPattern" not in answers["500"]


def test_a_message_to_a_queue(everything: Json) -> None:
    properties = method(everything, "POST", "/jobs")
    send, key = role_statements(everything, properties)
    assert send["Action"] == "sqs:SendMessage"
    assert key["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    integration = properties["Integration"]
    assert integration["PassthroughBehavior"] == "NEVER"
    # With `*/*` as a binary media type, the template gets the body in base64.
    template = integration["RequestTemplates"]["application/json"]
    assert template == (
        "Action=SendMessage&MessageBody=$util.urlEncode($util.base64Decode($input.body))"
    )


def test_a_message_to_a_fifo_queue(everything: Json) -> None:
    integration = method(everything, "POST", "/sorted/{customer}")["Integration"]
    template = integration["RequestTemplates"]["text/plain"]
    assert "&MessageGroupId=$util.urlEncode($input.params('customer'))" in template
    assert template.endswith("&MessageDeduplicationId=$context.requestId")


def test_text_is_not_decoded_without_binary_media_types(stack: cdk.Stack) -> None:
    queue = sqs.Queue(stack, "Queue")
    ProxyApi(
        stack,
        "Api",
        auth=PUBLIC,
        binary_media_types=["image/*", "text/plain"],
        routes={"POST /jobs": SendMessage(queue, group="a/b")},
    )
    templates = method(synth(stack), "POST", "/jobs")["Integration"]["RequestTemplates"]
    assert templates["application/json"] == (
        "Action=SendMessage&MessageBody=$util.urlEncode($input.body)&MessageGroupId=a%2Fb"
    )
    assert "base64Decode" in templates["text/plain"]


def test_routes_alone(stack: cdk.Stack, function: lambda_.Function) -> None:
    ProxyApi(stack, "Api", auth=PUBLIC, routes={"GET /a/{id}": function})
    assert [m["Properties"]["HttpMethod"] for m in all_of(synth(stack), METHOD)] == ["GET"]


def test_neither_handler_nor_routes_is_refused(stack: cdk.Stack) -> None:
    assert "`handler` must be a function unless there are `routes`" in refused(
        lambda: ProxyApi(stack, "Api", auth=PUBLIC)
    )


def test_a_route_is_added_later(stack: cdk.Stack, function: lambda_.Function, app: cdk.App) -> None:
    api = ProxyApi(stack, "Api", auth=PUBLIC, handler=function)
    late = plain_function(cdk.Stack(app, "Late"), "Late")
    api.add_route("GET /a/{id}", Route(late, auth=Auth.iam()))
    for key, message in (
        ("GET /a/{id}", "got again: GET /a/{id}"),
        ("PUT /a/{key}", "got: /a/{id} and /a/{key}"),
        ("ANY /", "which `handler` answers"),
    ):
        assert message in refused(lambda key=key: api.add_route(key, late))  # type: ignore[misc]
    template = synth(stack)
    assert method(template, "GET", "/a/{id}")["AuthorizationType"] == "AWS_IAM"
    assert len(all_of(template, PERMISSION)) == 2


def test_variables_are_cache_keys(stack: cdk.Stack, function: lambda_.Function) -> None:
    ProxyApi(
        stack,
        "Api",
        auth=PUBLIC,
        handler=function,
        cache=ApiCache(parameters=("querystring.page",)),
        routes={
            "GET /a/{id}/{rest+}": function,
            "GET /": function,
            "GET /x": Mock(1),
            "GET /s": Route(node_function(stack, "S"), stream=True, cache=RouteCache.off()),
        },
    )
    template = synth(stack)
    page = "method.request.querystring.page"
    keys = method(template, "GET", "/a/{id}/{rest+}")["Integration"]["CacheKeyParameters"]
    assert keys == ["method.request.path.id", "method.request.path.rest", page]
    assert method(template, "GET", "/x")["Integration"]["CacheKeyParameters"] == [page]
    assert len(all_of(template, METHOD)) == 7


def test_functions_of_other_accounts_and_storage_buckets(app: cdk.App, code: Path) -> None:
    stack = cdk.Stack(app, "Test")
    arn = "arn:aws:lambda:eu-west-1:111122223333:function:other"
    ProxyApi(
        stack,
        "Api",
        auth=PUBLIC,
        routes={
            "GET /a": lambda_.Function.from_function_arn(stack, "Other", arn),
            "GET /b": LambdaHandler(stack, "Handler", code=code),
            "GET /c/{key+}": S3Objects(StorageBucket(stack, "Bucket")),
            "GET /d/{key+}": S3Objects(s3.Bucket.from_bucket_name(stack, "There", "there")),
        },
    )
    template = synth(stack)
    assert arn in json.dumps(method(template, "GET", "/a")["Integration"]["Uri"])
    assert "there/{key}" in json.dumps(method(template, "GET", "/d/{key+}")["Integration"]["Uri"])
    (permission,) = all_of(template, PERMISSION)
    assert "Handler" in json.dumps(permission["Properties"]["FunctionName"])


def test_routes_call_the_alias_of_a_function_that_is_kept_warm(app: cdk.App, code: Path) -> None:
    stack = cdk.Stack(app, "Test")
    warm = LambdaHandler(stack, "Warm", code=code, warmth=Warmth.provisioned(2))
    ProxyApi(stack, "Api", auth=PUBLIC, handler=warm, routes={"GET /a": warm, "PUT /b": warm})
    template = synth(stack)
    (alias,) = [
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Alias"
    ]
    for verb, path in (("ANY", "/"), ("GET", "/a"), ("PUT", "/b")):
        assert alias in json.dumps(method(template, verb, path)["Integration"]["Uri"])
    (permission,) = all_of(template, PERMISSION)
    assert permission["Properties"]["FunctionName"] == {"Ref": alias}


REFUSED: dict[str, tuple[str, Callable[[cdk.Stack], AnyRoute], str]] = {
    "http-scheme": ("GET /a", lambda s: HttpProxy("ftp://x"), "begin with https:// or http://"),
    "http-query": ("GET /a", lambda s: HttpProxy("https://x/?a=1"), "no query string"),
    "http-unused": ("GET /a/{id}", lambda s: HttpProxy("https://x/"), "got none for {id}"),
    "http-unknown": ("GET /a", lambda s: HttpProxy("https://x/{id}"), "got: {id}"),
    "http-slow": (
        "GET /a",
        lambda s: HttpProxy("https://x", timeout=cdk.Duration.seconds(30)),
        "between 50 and 29000 milliseconds, got: 30000",
    ),
    "http-token": (
        "GET /a",
        lambda s: HttpProxy(
            "https://x", timeout=cdk.Duration.seconds(cdk.Token.as_number({"Ref": "Seconds"}))
        ),
        "must be Duration.millis(…) for a number that is known at deployment only",
    ),
    "mock-status": ("GET /a", lambda s: Mock(status=100), "between 200 and 599, got: 100"),
    "mock-body": ("GET /a", lambda s: Mock({"a": {1}}), "must be a JSON document"),
    "mock-header": ("GET /a", lambda s: Mock(headers={"a b": "c"}), "names of HTTP headers"),
    "mock-value": ("GET /a", lambda s: Mock(headers={"a": "it's"}), "without single quotes"),
    "objects-verb": (
        "POST /a/{key+}",
        lambda s: S3Objects(s3.Bucket(s, "B")),
        "must be for GET or HEAD",
    ),
    "objects-prefix": (
        "GET /a/{key+}",
        lambda s: S3Objects(s3.Bucket(s, "B"), prefix="public"),
        "must end with a slash, such as 'public/'",
    ),
    "objects-slash": (
        "GET /a/{key+}",
        lambda s: S3Objects(s3.Bucket(s, "B"), prefix="/public/"),
        "no slash at its beginning",
    ),
    "objects-key": ("GET /a", lambda s: S3Objects(s3.Bucket(s, "B")), ".key` must be given, or"),
    "objects-both": (
        "GET /a/{key+}",
        lambda s: S3Objects(s3.Bucket(s, "B"), key="x"),
        "for a route without variables",
    ),
    "message-verb": ("GET /a", lambda s: SendMessage(sqs.Queue(s, "Q")), "POST, PUT or PATCH"),
    "message-group": (
        "POST /a",
        lambda s: SendMessage(sqs.Queue(s, "Q", fifo=True)),
        ".group` must be given for a FIFO queue",
    ),
    "message-variable": (
        "POST /a",
        lambda s: SendMessage(sqs.Queue(s, "Q"), group="path.id"),
        "a variable of the route 'POST /a'",
    ),
    "model-verb": (
        "GET /a",
        lambda s: Route(plain_function(s, "F"), model={}),
        "for requests with a body",
    ),
    "model": (
        "POST /a",
        lambda s: Route(plain_function(s, "F"), model={"if": {}}),
        "`routes['POST /a'].model` must not have `if`",
    ),
    "stream-python": (
        "GET /a",
        lambda s: Route(plain_function(s, "F"), stream=True),
        "of Node.js or of a runtime of your own, got: python3.",
    ),
    "stream-model": (
        "POST /a",
        lambda s: Route(node_function(s, "F"), stream=True, model={}),
        "must go without `model`",
    ),
    "stream-mock": ("GET /a", lambda s: Route(Mock(), stream=True), "a function, got: Mock"),
    "mock-headers": (
        "GET /a",
        lambda s: Mock(headers={"X-A": "1", "x-a": "2"}),
        "must have each header once, whatever its case, got: 'x-a' more than once",
    ),
    "throttle": (
        "GET /a",
        lambda s: Route(Mock(), throttle=Throttle(rate=-1, burst=1)),
        "`routes['GET /a'].throttle.rate` must be 0 or more",
    ),
}


@pytest.mark.parametrize(("key", "target", "message"), list(REFUSED.values()), ids=list(REFUSED))
def test_wrong_targets_are_refused(
    stack: cdk.Stack, key: str, target: Callable[[cdk.Stack], AnyRoute], message: str
) -> None:
    routes = {key: target(stack)}
    assert message in refused(lambda: ProxyApi(stack, "Api", auth=PUBLIC, routes=routes))


def test_all_problems_of_routes_are_reported_together(stack: cdk.Stack) -> None:
    message = refused(
        lambda: ProxyApi(
            stack,
            "Api",
            auth=PUBLIC,
            routes={"GTE /x": Mock(status=1), "/y": Mock(), "GET /{a}": Mock(), "PUT /{b}": Mock()},
        )
    )
    assert message.startswith("4 problems in Test/Api:")


def test_a_stream_beside_a_cache_is_refused(stack: cdk.Stack) -> None:
    routes = {"GET /a": Route(node_function(stack, "F"), stream=True)}
    assert "write cache=RouteCache.off()" in refused(
        lambda: ProxyApi(stack, "Api", auth=PUBLIC, cache=ApiCache(), routes=routes)
    )


def test_objects_need_binary_bodies(stack: cdk.Stack) -> None:
    routes = {"GET /a/{key+}": S3Objects(s3.Bucket(stack, "B"))}
    assert "`binary_media_types` must have */*" in refused(
        lambda: ProxyApi(stack, "Api", auth=PUBLIC, routes=routes, binary_media_types=["image/*"])
    )


def test_other_targets_are_refused(stack: cdk.Stack) -> None:
    integration = apigateway.MockIntegration()
    message = refused(
        lambda: ProxyApi(stack, "Api", auth=PUBLIC, routes={"GET /a": integration})  # type: ignore[dict-item]
    )
    assert message.startswith("`routes['GET /a']` must be ")
    assert "HttpProxy, a Mock, a S3Objects or a SendMessage" in message


def test_the_url_of_a_proxy_can_be_a_token(stack: cdk.Stack) -> None:
    host = cdk.CfnParameter(stack, "Host").value_as_string
    ProxyApi(
        stack,
        "Api",
        auth=PUBLIC,
        routes={
            "ANY /a/{proxy+}": HttpProxy(f"https://{host}/base"),
            "GET /b": HttpProxy(host),
        },
    )
    uri = method(synth(stack), "ANY", "/a/{proxy+}")["Integration"]["Uri"]
    assert uri == {"Fn::Join": ["", ["https://", {"Ref": "Host"}, "/base/{proxy}"]]}


def test_mocks_and_groups_can_have_tokens(stack: cdk.Stack) -> None:
    text = cdk.CfnParameter(stack, "Text").value_as_string
    queue = sqs.Queue(stack, "Queue", fifo=True)
    ProxyApi(
        stack,
        "Api",
        auth=PUBLIC,
        routes={"GET /a": Mock({"$a": text}), "POST /b": SendMessage(queue, group=text)},
    )
    template = synth(stack)
    (answer,) = method(template, "GET", "/a")["Integration"]["IntegrationResponses"]
    body = {"Fn::Join": ["", ['{"\\u0024a": "', {"Ref": "Text"}, '"}']]}
    assert answer["ResponseTemplates"]["application/json"] == body
    message = method(template, "POST", "/b")["Integration"]["RequestTemplates"]["text/plain"]
    before, parameter, after = message["Fn::Join"][1]
    assert before.endswith("&MessageGroupId=$util.urlEncode('")
    assert parameter == {"Ref": "Text"}
    assert after.startswith("')&")


def test_the_content_type_of_a_mock_is_replaced_in_any_case(stack: cdk.Stack) -> None:
    routes = {"GET /a": Mock("ok", headers={"content-type": "text/plain"})}
    ProxyApi(stack, "Api", auth=PUBLIC, routes=routes)
    (answer,) = method(synth(stack), "GET", "/a")["Integration"]["IntegrationResponses"]
    name = "method.response.header.content-type"
    assert answer["ResponseParameters"] == {name: "'text/plain'"}


def test_objects_of_another_region_are_read_there() -> None:
    app = new_app()
    far = cdk.Environment(account="111111111111", region="us-east-1")
    near = cdk.Environment(account="111111111111", region="eu-west-1")
    bucket = s3.Bucket(cdk.Stack(app, "Far", env=far), "Bucket", bucket_name="far-objects")
    stack = cdk.Stack(app, "Near", env=near)
    ProxyApi(stack, "Api", auth=PUBLIC, routes={"GET /a/{key+}": S3Objects(bucket)})
    uri = method(synth(stack), "GET", "/a/{key+}")["Integration"]["Uri"]
    assert uri["Fn::Join"][1][-1] == ":apigateway:us-east-1:s3:path/far-objects/{key}"


def test_cached_objects_are_whole(stack: cdk.Stack) -> None:
    # Else one caller's range, or its 304, is kept and answers all others.
    routes = {"GET /a/{key+}": S3Objects(s3.Bucket(stack, "B"))}
    ProxyApi(stack, "Api", auth=PUBLIC, cache=ApiCache(), routes=routes)
    integration = method(synth(stack), "GET", "/a/{key+}")["Integration"]
    assert list(integration["RequestParameters"]) == ["integration.request.path.key"]


def test_a_later_route_uses_a_resource_that_somebody_else_added(stack: cdk.Stack) -> None:
    api = ProxyApi(stack, "Api", auth=PUBLIC, handler=plain_function(stack, "Plain"))
    orders = api.rest_api.root.add_resource("orders")
    api.add_route("GET /orders/{id}", Mock())
    assert orders.get_resource("{id}") is not None
    parts = [item["Properties"]["PathPart"] for item in all_of(synth(stack), RESOURCE)]
    assert sorted(parts) == ["orders", "{id}", "{proxy+}"]


def test_routes_of_a_function_share_its_integration_but_not_their_settings(
    stack: cdk.Stack,
) -> None:
    function = plain_function(stack, "Plain")
    cached = Route(function, cache=RouteCache(keys=["querystring.page"]))
    routes: dict[str, AnyRoute] = {"GET /a": function, "GET /b": cached, "GET /c": function}
    ProxyApi(stack, "Api", auth=PUBLIC, routes=routes, cache=ApiCache())
    found = [item["Properties"]["Integration"] for item in all_of(synth(stack), METHOD)]
    keys = [item.get("CacheKeyParameters") for item in found]
    assert keys.count(["method.request.querystring.page"]) == 1
    assert len({str(item["Uri"]) for item in found}) == 1
