"""The integrations of API Gateway behind ``HttpProxy``, ``Mock``, ``S3Objects``, ``SendMessage``.

With binary media types, API Gateway encodes bodies in base64 for mapping templates, and decodes
what they return, unless the content handling is set ("Content type conversions in API Gateway").
"""

import json
import re
from collections.abc import Sequence
from urllib.parse import quote

from aws_cdk import aws_apigateway as apigateway

from serverless_stack.checks.engine.problems import is_unresolved
from serverless_stack.constructs._internal.connect import bucket_of
from serverless_stack.constructs._internal.tree import region_of
from serverless_stack.constructs.api.binding import (
    TEXT,
    Answers,
    Binding,
    Place,
    allow,
    integration_role,
)
from serverless_stack.constructs.api.integrations import (
    PLACEHOLDER,
    HttpProxy,
    Mock,
    S3Objects,
    SendMessage,
    Service,
)

_TEMPLATE_TYPES = ("application/json", "text/plain", "application/x-www-form-urlencoded")
_OBJECT_HEADERS = (
    "Accept-Ranges",
    "Cache-Control",
    "Content-Disposition",
    "Content-Encoding",
    "Content-Range",
    "Content-Type",
    "ETag",
    "Last-Modified",
)
_TOKEN = re.compile(r"(\$\{Token\[[^]]*\]\})")
_CONDITIONS = ("If-Modified-Since", "If-None-Match", "Range")


def bind(service: Service, place: Place) -> Binding:
    """Return the integration of a target.

    Args:
        service: The target, which was checked.
        place: Where it is bound.
    """
    if isinstance(service, HttpProxy):
        return _bind_http(service, place)
    if isinstance(service, Mock):
        return _bind_mock(service, place)
    if isinstance(service, S3Objects):
        return _bind_objects(service, place)
    return _bind_queue(service, place)


def _bind_http(proxy: HttpProxy, place: Place) -> Binding:
    url = proxy.url_of(place.key)
    names = [name for name in PLACEHOLDER.findall(url) if name in place.key.variables]
    integration = apigateway.HttpIntegration(
        url,
        http_method=place.key.verb,
        proxy=True,
        options=apigateway.IntegrationOptions(
            cache_key_parameters=_list(place.cache_keys),
            request_parameters={
                f"integration.request.path.{name}": f"method.request.path.{name}" for name in names
            }
            or None,
            timeout=proxy.timeout,
        ),
    )
    return Binding(integration, {f"method.request.path.{name}": True for name in names})


def _bind_mock(mock: Mock, place: Place) -> Binding:
    body = _escaped(json.dumps(mock.body))
    answers = Answers(place)
    text = place.origin_template + ("" if mock.body is None else body)
    answers.add(mock.status, body=text or None, headers=mock.headers)
    integration = apigateway.MockIntegration(
        cache_key_parameters=_list(place.cache_keys),
        content_handling=TEXT,
        passthrough_behavior=apigateway.PassthroughBehavior.NEVER,
        request_templates=dict.fromkeys(_TEMPLATE_TYPES, '{"statusCode": 200}'),
        integration_responses=answers.of_integration,
    )
    return Binding(integration, method_responses=answers.of_method)


def _bind_objects(objects: S3Objects, place: Place) -> Binding:
    bucket = bucket_of(objects.bucket)
    keys = "{key}" if objects.key is None else objects.key
    # The answer to one caller's range or condition must not be kept for all others.
    conditions = [f"header.{name}" for name in _CONDITIONS if place.cache_keys is None]
    parameters = {f"integration.request.{name}": f"method.request.{name}" for name in conditions}
    declared = dict.fromkeys((f"method.request.{name}" for name in conditions), False)
    if objects.key is None:
        source = f"method.request.path.{place.key.greedy}"
        parameters["integration.request.path.key"] = source
        declared[source] = True
    answers = Answers(place)
    binary = apigateway.ContentHandling.CONVERT_TO_BINARY
    passed = {name: f"integration.response.header.{name}" for name in _OBJECT_HEADERS}
    for status in (200, 206):
        answers.add(status, pattern=str(status), sources=passed, handling=binary)
    answers.add(304, pattern="304", sources={"ETag": passed["ETag"]})
    answers.add(404, pattern="404", body='{"message": "Not Found"}')
    answers.add(416, pattern="416", body='{"message": "Range Not Satisfiable"}')
    answers.add(500, body='{"message": "Internal server error"}')
    statements = [
        allow(["s3:GetObject"], bucket.arn_for_objects(f"{objects.prefix}{objects.key or '*'}")),
        # Without this permission S3 answers 403 instead of 404 for a missing object. A request for
        # an object has no `s3:prefix`, hence IfExists.
        allow(
            ["s3:ListBucket"],
            bucket.bucket_arn,
            {"StringLikeIfExists": {"s3:prefix": f"{objects.prefix}*"}},
        ),
    ]
    if bucket.encryption_key is not None:
        statements.append(allow(["kms:Decrypt"], bucket.encryption_key.key_arn))
    reason = "the role of a route reads the objects below its prefix, whose names it cannot know"
    wildcards = [] if objects.key else [bucket.arn_for_objects(f"{objects.prefix}*")]
    home, region = region_of(place.scope), bucket.env.region
    is_elsewhere = home != region and not (is_unresolved(home) or is_unresolved(region))
    integration = apigateway.AwsIntegration(
        service="s3",
        region=region if is_elsewhere else None,
        path=f"{bucket.bucket_name}/{objects.prefix}{keys}",
        integration_http_method=place.key.verb,
        options=apigateway.IntegrationOptions(
            cache_key_parameters=_list(place.cache_keys),
            credentials_role=integration_role(place, statements, wildcards, reason),
            request_parameters=parameters,
            integration_responses=answers.of_integration,
        ),
    )
    return Binding(integration, declared, answers.of_method)


def _bind_queue(message: SendMessage, place: Place) -> Binding:
    queue = message.queue
    answers = Answers(place)
    sent = "$input.path('$.SendMessageResponse.SendMessageResult.MessageId')"
    answers.add(200, pattern="200", body=f'{{"messageId": "{sent}"}}')
    answers.add(400, pattern="4(00|13)", body='{"message": "SQS refused the message"}')
    answers.add(500, body='{"message": "Internal server error"}')
    declared = {}
    if message.group_source is not None:
        declared[f"method.request.{message.group_source}"] = True
    statements = [allow(["sqs:SendMessage"], queue.queue_arn)]
    if queue.encryption_master_key is not None:
        key = queue.encryption_master_key.key_arn
        statements.append(allow(["kms:Decrypt", "kms:GenerateDataKey"], key))
    integration = apigateway.AwsIntegration(
        service="sqs",
        path=f"{queue.env.account}/{queue.queue_name}",
        region=queue.env.region,
        integration_http_method="POST",
        options=apigateway.IntegrationOptions(
            credentials_role=integration_role(place, statements),
            content_handling=TEXT,
            passthrough_behavior=apigateway.PassthroughBehavior.NEVER,
            request_parameters={
                "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"
            },
            request_templates={
                kind: _message_template(message, kind, place) for kind in _TEMPLATE_TYPES
            },
            integration_responses=answers.of_integration,
        ),
    )
    return Binding(integration, declared, answers.of_method)


def _message_template(message: SendMessage, content_type: str, place: Place) -> str:
    body = "$input.body"
    if _is_binary(content_type, place.binary_media_types):
        body = "$util.base64Decode($input.body)"
    template = f"Action=SendMessage&MessageBody=$util.urlEncode({body})"
    if message.group_source is not None:
        name = message.group_source.partition(".")[2]
        template += f"&MessageGroupId=$util.urlEncode($input.params('{name}'))"
    elif message.group is not None:
        group = message.group
        value = f"$util.urlEncode('{group}')" if is_unresolved(group) else _encoded(group)
        template += f"&MessageGroupId={value}"
    if message.queue.fifo:
        template += "&MessageDeduplicationId=$context.requestId"
    return template


def _is_binary(content_type: str, binary_media_types: Sequence[str]) -> bool:
    family = content_type.split("/", 1)[0] + "/*"
    return any(
        item.replace("~1", "/") in ("*/*", family, content_type) for item in binary_media_types
    )


def _escaped(body: str) -> str:
    """Return JSON without characters of the template language: as escapes, they mean nothing.

    CDK's tokens have such characters, too, and stay.
    """
    parts = _TOKEN.split(body)
    return "".join(
        part if _TOKEN.fullmatch(part) else part.replace("$", "\\u0024").replace("#", "\\u0023")
        for part in parts
    )


def _encoded(text: str) -> str:
    return quote(text, safe="").replace("$", "%24").replace("#", "%23")


def _list(keys: Sequence[str] | None) -> list[str] | None:
    return None if keys is None else list(keys)
