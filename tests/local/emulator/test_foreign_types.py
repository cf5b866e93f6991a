"""Resources that CDK apps have and MiniStack lacks, or takes for something else."""

import json
import re
from typing import Any
from urllib.parse import quote, urlsplit

import boto3
import pytest

from tests.local.emulator.conftest import EMULATOR, KEY, Emulator, function, rest_api

RECORDS = [
    line.strip(' ",')
    for line in (EMULATOR / "adapters" / "foreign_types.py").read_text().splitlines()
    if line.startswith('    "AWS::')
]
READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
MANAGED = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def group(**properties: object) -> dict[str, Any]:
    users = {name: {"Type": "AWS::IAM::User"} for name in ("Ann", "Bob")}
    return {"Group": {"Type": "AWS::IAM::Group", "Properties": properties}, **users}


def members(*users: str) -> dict[str, Any]:
    references = {"GroupName": {"Ref": "Group"}, "Users": [{"Ref": user} for user in users]}
    return {"Members": {"Type": "AWS::IAM::UserToGroupAddition", "Properties": references}}


def test_a_group_with_policies_and_members(cloud: Emulator) -> None:
    iam = cloud.client("iam")
    inline = [{"PolicyName": "read", "PolicyDocument": READ}]
    outputs = {"Name": {"Ref": "Group"}, "Arn": {"Fn::GetAtt": ["Group", "Arn"]}}
    first = {**group(ManagedPolicyArns=[MANAGED], Path="/team/"), **members("Ann")}
    ids = cloud.deploy("groups", first, **outputs)
    assert ids["Arn"] == f"arn:aws:iam::000000000000:group/team/{ids['Name']}"

    def attached() -> list[str]:
        found = iam.list_attached_group_policies(GroupName=ids["Name"])["AttachedPolicies"]
        return [policy["PolicyArn"] for policy in found]

    assert attached() == [MANAGED]
    assert len(iam.get_group(GroupName=ids["Name"])["Users"]) == 1
    cloud.deploy("groups", {**group(Policies=inline), **members("Ann", "Bob")}, **outputs)
    assert attached() == []
    assert iam.list_group_policies(GroupName=ids["Name"])["PolicyNames"] == ["read"]
    assert len(iam.get_group(GroupName=ids["Name"])["Users"]) == 2
    cloud.destroy("groups")
    assert ids["Name"] not in [each["GroupName"] for each in iam.list_groups()["Groups"]]


def test_a_deployment_of_an_http_api(cloud: Emulator) -> None:
    resources: dict[str, Any] = {
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {"Name": "deployed", "ProtocolType": "HTTP"},
        },
        "Deployment": {
            "Type": "AWS::ApiGatewayV2::Deployment",
            "Properties": {"ApiId": {"Ref": "Api"}, "Description": "first"},
        },
    }
    ids = cloud.deploy("v2", resources, Api={"Ref": "Api"}, Deployment={"Ref": "Deployment"})
    client = cloud.client("apigatewayv2")
    found = client.get_deployment(ApiId=ids["Api"], DeploymentId=ids["Deployment"])
    assert found["Description"] == "first"
    resources["Deployment"]["Properties"]["Description"] = "second"
    again = cloud.deploy("v2", resources, Api={"Ref": "Api"}, Deployment={"Ref": "Deployment"})
    assert again == ids
    found = client.get_deployment(ApiId=ids["Api"], DeploymentId=ids["Deployment"])
    assert found["Description"] == "second"


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record(cloud: Emulator, kind: str) -> None:
    name = f"record-{kind.replace('::', '-').lower()}"
    resources = {"It": {"Type": kind, "Properties": {"Description": "first"}}}
    outputs = {"Arn": {"Fn::GetAtt": ["It", "Arn"]}, "Ref": {"Ref": "It"}}
    ids = cloud.deploy(name, resources, **outputs)
    assert ids["Arn"].endswith(f":{ids['Ref']}")
    resources["It"]["Properties"] = {"Description": "second"}
    assert cloud.deploy(name, resources, **outputs) == ids
    assert cloud.destroy(name) == "DELETE_COMPLETE"


def test_a_record_has_the_name_that_is_declared(cloud: Emulator) -> None:
    def resources(name: str) -> dict[str, Any]:
        properties = {"CapacityProviderName": name}
        return {"It": {"Type": "AWS::Lambda::CapacityProvider", "Properties": properties}}

    outputs = {"Arn": {"Fn::GetAtt": ["It", "CapacityProviderArn"]}}
    for name in ("machines", "others"):
        ids = cloud.deploy("named", resources(name), **outputs)
        assert ids["Arn"].endswith(f":capacity-provider:{name}")


def identity(principal: dict[str, Any]) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": {"Fn::Sub": "${Files.Arn}/public/*"},
    }
    origin = {
        "Id": "files",
        "DomainName": {"Fn::GetAtt": ["Files", "RegionalDomainName"]},
        "S3OriginConfig": {
            "OriginAccessIdentity": {"Fn::Sub": "origin-access-identity/cloudfront/${Identity}"}
        },
    }
    behaviour = {
        "TargetOriginId": "files",
        "ViewerProtocolPolicy": "allow-all",
        "ForwardedValues": {"QueryString": False},
    }
    config = {"Enabled": True, "Origins": [origin], "DefaultCacheBehavior": behaviour}
    comment = {"CloudFrontOriginAccessIdentityConfig": {"Comment": "mine"}}
    return {
        "Files": {"Type": "AWS::S3::Bucket"},
        "Identity": {
            "Type": "AWS::CloudFront::CloudFrontOriginAccessIdentity",
            "Properties": comment,
        },
        "Policy": {
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {
                "Bucket": {"Ref": "Files"},
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]},
            },
        },
        "Cdn": {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {"DistributionConfig": config},
        },
    }


CANONICAL = {"CanonicalUser": {"Fn::GetAtt": ["Identity", "S3CanonicalUserId"]}}
BY_ARN = {
    "AWS": {"Fn::Sub": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ${Identity}"}
}


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [(CANONICAL, 200), (BY_ARN, 200), ({"CanonicalUser": "0" * 64}, 403)],
)
def test_an_origin_access_identity(
    new_cloud: Emulator, principal: dict[str, Any], allowed: int
) -> None:
    ids = new_cloud.deploy("oai", identity(principal), Files={"Ref": "Files"})
    for key in ("public/a.txt", "private/a.txt"):
        new_cloud.client("s3").put_object(Bucket=ids["Files"], Key=key, Body=b"hello")
    assert new_cloud.request("GET", new_cloud.at_cdn("/public/a.txt")).status == allowed
    assert new_cloud.request("GET", new_cloud.at_cdn("/private/a.txt")).status == 403


def service_api(uri: object, **integration: object) -> dict[str, Any]:
    integrated = {
        "Type": "AWS",
        "IntegrationHttpMethod": "POST",
        "Uri": uri,
        "IntegrationResponses": [
            {"StatusCode": "200", "ResponseParameters": {}},
            {"StatusCode": "404", "SelectionPattern": "404"},
        ],
        **integration,
    }
    api = {"Ref": "Api"}
    return {
        "Files": {"Type": "AWS::S3::Bucket"},
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            },
        },
        "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "services"}},
        "Resource": {
            "Type": "AWS::ApiGateway::Resource",
            "Properties": {
                "RestApiId": api,
                "ParentId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
                "PathPart": "{key+}",
            },
        },
        "Method": {
            "Type": "AWS::ApiGateway::Method",
            "Properties": {
                "RestApiId": api,
                "ResourceId": {"Ref": "Resource"},
                "HttpMethod": "ANY",
                "AuthorizationType": "NONE",
                "Integration": integrated,
            },
        },
        "Deployment": {
            "Type": "AWS::ApiGateway::Deployment",
            "DependsOn": "Method",
            "Properties": {"RestApiId": api, "StageName": "prod"},
        },
    }


@pytest.mark.parametrize("key", ["a.txt", "a/b c.txt", "ü.txt"])
def test_a_rest_api_of_a_bucket(new_cloud: Emulator, key: str) -> None:
    resources = service_api(
        {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:s3:path/${Files}/{object}"},
        IntegrationHttpMethod="GET",
        RequestParameters={"integration.request.path.object": "method.request.path.key"},
    )
    ids = new_cloud.deploy("rest-s3", resources, Files={"Ref": "Files"})
    new_cloud.client("s3").put_object(
        Bucket=ids["Files"], Key=key, Body=b"hello", ContentType="text/x-own"
    )
    found = new_cloud.request("GET", new_cloud.at_api(f"/prod/{quote(key)}"))
    assert (found.status, found.body) == (200, b"hello")
    assert found.header("content-type") == "text/x-own"
    assert new_cloud.request("GET", new_cloud.at_api("/prod/missing")).status == 404


def test_a_rest_api_of_a_table(new_cloud: Emulator) -> None:
    template = (
        '{"TableName": "$input.params(\'key\')", "Item": {"id": {"S": "$input.path(\'$.id\')"}}}'
    )
    resources = service_api(
        "arn:aws:apigateway:us-east-1:dynamodb:action/PutItem",
        RequestTemplates={"application/json": template},
    )
    ids = new_cloud.deploy("rest-table", resources, Table={"Ref": "Table"})
    answer = new_cloud.request(
        "POST",
        new_cloud.at_api(f"/prod/{ids['Table']}"),
        body=json.dumps({"id": "7"}).encode(),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status == 200
    found = new_cloud.client("dynamodb").scan(TableName=ids["Table"])["Items"]
    assert found == [{"id": {"S": "7"}}]


def test_a_mistake_of_the_emulator_is_not_the_apps(cloud: Emulator) -> None:
    resources = {"It": {"Type": "AWS::IAM::UserToGroupAddition", "Properties": {}}}
    told = (
        "It: the local cloud failed to create this AWS::IAM::UserToGroupAddition, "
        "which AWS may not: KeyError: 'GroupName'"
    )
    with pytest.raises(AssertionError, match=re.escape(told).replace("'", ".")):
        cloud.deploy("mistake", resources)


def test_the_types_that_are_modelled_are_written_for_the_cli(cloud: Emulator) -> None:
    types = json.loads((cloud.home / "resource-types.json").read_text())
    for kind in ("AWS::IAM::Group", "AWS::S3::Bucket", "AWS::EC2::NatGateway"):
        assert types[kind] is True
    assert {kind for kind, has_effect in types.items() if not has_effect} == set(RECORDS)


def test_apis_of_another_account_and_region_are_served(new_cloud: Emulator) -> None:
    answer = "{'statusCode': 200, 'body': context.invoked_function_arn}"
    code = f"def handler(event, context): return {answer}"
    resources = {**function(code), **rest_api(), **http_api()}
    formation = boto3.client(
        "cloudformation",
        endpoint_url=new_cloud.at_gateway(""),
        region_name="eu-west-1",
        aws_access_key_id=f"{KEY}123456789012",
        aws_secret_access_key=KEY,
    )
    formation.create_stack(StackName="far", TemplateBody=json.dumps({"Resources": resources}))
    formation.get_waiter("stack_create_complete").wait(
        StackName="far", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    urls = [api["url"] for api in new_cloud.urls()["apis"]]
    assert len(urls) == 2
    for url in urls:
        parts = urlsplit(url)
        found = new_cloud.request(
            "GET", new_cloud.at_api(f"{parts.path}any"), headers={"Host": parts.netloc}
        )
        assert found.status == 200
        assert found.body.startswith(b"arn:aws:lambda:eu-west-1:123456789012:function:")


def http_api() -> dict[str, Any]:
    target = {"Fn::Sub": "integrations/${HttpIntegration}"}
    api = {"Ref": "HttpApi"}
    return {
        "HttpApi": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {"Name": "http", "ProtocolType": "HTTP"},
        },
        "HttpIntegration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": api,
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::GetAtt": ["Function", "Arn"]},
                "PayloadFormatVersion": "2.0",
            },
        },
        "HttpRoute": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {"ApiId": api, "RouteKey": "GET /any", "Target": target},
        },
        "HttpStage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {"ApiId": api, "StageName": "$default", "AutoDeploy": True},
        },
        "HttpPermission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Function"},
                "Principal": "apigateway.amazonaws.com",
            },
        },
    }
