"""Distributions that change the requests or the answers of an API."""

from tests.checks.cases import Case, Json, att, resource
from tests.checks.cross_service.cases_distributions import API, BEHAVIOUR, SITE, api, distribution

SPA = """function handler(event) {
  var request = event.request;
  if (!request.uri.includes('.')) request.uri = '/index.html';
  return request;
}"""
CAREFUL = SPA.replace("if (", "if (!request.uri.startsWith('/api') && ")
HEADERS = SPA.replace("request.uri = '/index.html'", "request.headers['x-a'] = {value: '1'}")
PAGE: Json = {"ErrorCode": 404, "ResponseCode": 200, "ResponsePagePath": "/index.html"}


def both(page: Json, on_api: Json | None = None, on_site: Json | None = None) -> Json:
    """A site with an API under /api/*, and error pages."""
    origins = [SITE, {**API, "Id": "api"}]
    behaviour = {**BEHAVIOUR, "TargetOriginId": "api", "PathPattern": "/api/*", **(on_api or {})}
    config = {"Origins": origins, "CacheBehaviors": [behaviour]}
    pages = {"CustomErrorResponses": [page]} if page else {}
    return {**api(), **distribution(SITE, on_site or {}, **config, **pages)}


def function(code: object = SPA) -> Json:
    config = {"Comment": "", "Runtime": "cloudfront-js-2.0"}
    return {
        "Rewrite": resource(
            "AWS::CloudFront::Function", Name="rewrite", FunctionCode=code, FunctionConfig=config
        )
    }


def on(event: str = "viewer-request") -> Json:
    association = {"EventType": event, "FunctionARN": att("Rewrite", "FunctionARN")}
    return {"FunctionAssociations": [association]}


CASES = [
    Case(
        "CROSS-SERVICE-023",
        "error page of a single-page app beside an API",
        both(PAGE),
        both({}, None, on()) | function(),
        "CustomErrorResponses.0.ResponsePagePath` must be absent for 404, as it replaces the "
        "answers of the API behind /api/* as well, got: '/index.html'",
    ),
    Case(
        "CROSS-SERVICE-023",
        "error page for 403 before an API alone",
        {**api(), **distribution(API, CustomErrorResponses=[{**PAGE, "ErrorCode": "403"}])},
        {**api(), **distribution(API, CustomErrorResponses=[{**PAGE, "ErrorCode": 503}])},
        "must be absent for 403, as it replaces the answers of the API behind the default behavior",
    ),
    Case(
        "CROSS-SERVICE-023",
        "error page beside an API rather than a time",
        both(PAGE),
        both({"ErrorCode": 404, "ErrorCachingMinTTL": 10}),
        "must be absent for 404",
    ),
    Case(
        "CROSS-SERVICE-024",
        "function of a single-page app on an API",
        both({}, on()) | function(),
        both({}, None, on()) | function(),
        "FunctionARN` must not be a function that rewrites the paths of an API to index.html, "
        "got: 'Rewrite'",
    ),
    Case(
        "CROSS-SERVICE-024",
        "function of a single-page app on an API rather than one that leaves it alone",
        both({}, on()) | function(),
        both({}, on()) | function(CAREFUL),
        "got: 'Rewrite'",
    ),
    Case(
        "CROSS-SERVICE-024",
        "function of a single-page app before an API alone",
        {**api(), **distribution(API, on()), **function()},
        {**api(), **distribution(API, on()), **function(HEADERS)},
        "DefaultCacheBehavior.FunctionAssociations.0.FunctionARN` must not be",
    ),
    Case(
        "CROSS-SERVICE-024",
        "function of a single-page app for requests rather than answers",
        both({}, on()) | function(),
        both({}, on("viewer-response")) | function(),
        "got: 'Rewrite'",
    ),
]
