"""REST APIs."""

from collections.abc import Mapping
from typing import Any

from tests.e2e.account import Account
from tests.e2e.resources.registry import Properties, Resource, gives, only, reads


@reads("AWS::ApiGateway::RestApi")
def rest_api(account: Account, resource: Resource) -> Properties:
    found = account.apigateway.get_rest_api(restApiId=resource.physical_id)
    return {
        "Name": found["name"],
        "BinaryMediaTypes": found["binaryMediaTypes"],
        "EndpointConfiguration": {"Types": found["endpointConfiguration"]["types"]},
    }


@gives("AWS::ApiGateway::RestApi", "RootResourceId")
def root_resource_id(account: Account, api_id: str) -> str:
    resources = account.apigateway.get_resources(restApiId=api_id, limit=500)["items"]
    return str(only([item for item in resources if item["path"] == "/"], api_id)["id"])


@reads("AWS::ApiGateway::Resource")
def api_resource(account: Account, resource: Resource) -> Properties:
    api_id = str(resource.properties["RestApiId"])
    found = account.apigateway.get_resource(restApiId=api_id, resourceId=resource.physical_id)
    return {"RestApiId": api_id, "ParentId": found["parentId"], "PathPart": found["pathPart"]}


@reads("AWS::ApiGateway::Method")
def method(account: Account, resource: Resource) -> Properties:
    asked = resource.properties
    found = account.apigateway.get_method(
        restApiId=asked["RestApiId"],
        resourceId=asked["ResourceId"],
        httpMethod=asked["HttpMethod"],
    )
    integration = found["methodIntegration"]
    return {
        "RestApiId": asked["RestApiId"],
        "ResourceId": asked["ResourceId"],
        "HttpMethod": found["httpMethod"],
        "AuthorizationType": found["authorizationType"],
        "Integration": {
            "Type": integration["type"],
            "IntegrationHttpMethod": integration["httpMethod"],
            "Uri": integration["uri"],
        },
    }


@reads("AWS::ApiGateway::Deployment")
def deployment(account: Account, resource: Resource) -> Properties:
    api_id = str(resource.properties["RestApiId"])
    found = account.apigateway.get_deployment(restApiId=api_id, deploymentId=resource.physical_id)
    return {"RestApiId": api_id, "Description": found["description"]}


@reads("AWS::ApiGateway::Stage")
def stage(account: Account, resource: Resource) -> Properties:
    api_id = str(resource.properties["RestApiId"])
    found = account.apigateway.get_stage(restApiId=api_id, stageName=resource.physical_id)
    log = found.get("accessLogSettings", {})
    return {
        "RestApiId": api_id,
        "StageName": found["stageName"],
        "DeploymentId": found["deploymentId"],
        "TracingEnabled": found["tracingEnabled"],
        "AccessLogSetting": {
            "DestinationArn": log.get("destinationArn"),
            "Format": log.get("format"),
        },
        "MethodSettings": [
            _method_setting(path, setting) for path, setting in found["methodSettings"].items()
        ],
    }


def _method_setting(path: str, setting: Mapping[str, Any]) -> Properties:
    resource_path, http_method = path.rsplit("/", 1)
    return {
        "HttpMethod": http_method,
        "ResourcePath": f"/{resource_path.replace('~1', '/').lstrip('/')}",
        "ThrottlingRateLimit": setting["throttlingRateLimit"],
        "ThrottlingBurstLimit": setting["throttlingBurstLimit"],
        "DataTraceEnabled": setting["dataTraceEnabled"],
        "LoggingLevel": setting["loggingLevel"],
    }
