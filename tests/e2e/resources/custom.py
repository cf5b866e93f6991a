"""CDK's custom resources: a function has to have done what they stand for."""

import gzip
import io
import json
import zipfile

from tests.e2e.account import Account
from tests.e2e.resources.registry import AbsentError, Properties, Resource, reads


@reads("Custom::ContentDeployment")
def content_deployment(account: Account, resource: Resource) -> Properties:
    asked = resource.properties
    bucket, prefix = asked["Destination"]["Bucket"], asked["Destination"]["Prefix"]
    for source in asked["Sources"]:
        for name, content in _files(account, source["Bucket"], source["Key"]).items():
            uploaded = account.s3.get_object(Bucket=bucket, Key=f"{prefix}{name}")["Body"].read()
            assert uploaded == content, f"{prefix}{name} is not the asset's"
    manifest = account.s3.get_object(Bucket=bucket, Key=asked["ManifestKey"])["Body"].read()
    assert json.loads(gzip.decompress(manifest))["pending"] is None, "the deployment is not done"
    account.lambda_.get_function(FunctionName=asked["ServiceToken"])
    for distribution in asked["Distributions"]:
        account.cloudfront.get_distribution(Id=distribution["Id"])
    return dict(asked)


@reads("Custom::ApiGatewayLogRole")
def log_role(account: Account, resource: Resource) -> Properties:
    """Of two stacks, the first sets its role, and the other one leaves it."""
    role = account.apigateway.get_account().get("cloudwatchRoleArn", "")
    if "ApiLogRoleCloudWatch" not in role:
        raise AbsentError(f"the account has no CloudWatch role of a stack, but {role!r}")
    account.lambda_.get_function(FunctionName=resource.properties["ServiceToken"])
    return dict(resource.properties)


@reads("Custom::S3AutoDeleteObjects")
def auto_delete_objects(account: Account, resource: Resource) -> Properties:
    bucket = resource.properties["BucketName"]
    account.s3.head_bucket(Bucket=bucket)
    function = account.lambda_.get_function(FunctionName=resource.properties["ServiceToken"])
    tags = account.s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    # The function only empties buckets that have this tag.
    if {"Key": "aws-cdk:auto-delete-objects", "Value": "true"} not in tags:
        raise AbsentError(f"{bucket} lacks the tag that lets it be emptied")
    return {"BucketName": bucket, "ServiceToken": function["Configuration"]["FunctionArn"]}


def _files(account: Account, bucket: str, key: str) -> dict[str, bytes]:
    body = account.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as asset:
        return {name: asset.read(name) for name in asset.namelist() if not name.endswith("/")}
