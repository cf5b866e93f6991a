"""CDK's custom resources: a function has to have done what they stand for."""

import io
import zipfile

from ..account import Account
from .registry import AbsentError, Properties, Resource, reads


@reads("Custom::CDKBucketDeployment")
def bucket_deployment(account: Account, resource: Resource) -> Properties:
    asked = resource.properties
    bucket, prefix = asked["DestinationBucketName"], asked["DestinationBucketKeyPrefix"]
    account.s3.head_bucket(Bucket=bucket)
    for source, key in zip(asked["SourceBucketNames"], asked["SourceObjectKeys"], strict=True):
        for name, content in _files(account, source, key).items():
            uploaded = account.s3.get_object(Bucket=bucket, Key=f"{prefix}/{name}")["Body"].read()
            assert uploaded == content, f"{prefix}/{name} is not the asset's"
    account.lambda_.get_function(FunctionName=asked["ServiceToken"])
    invalidations = account.cloudfront.list_invalidations(DistributionId=asked["DistributionId"])
    paths = [
        path
        for item in invalidations["InvalidationList"].get("Items", [])
        for path in account.cloudfront.get_invalidation(
            DistributionId=asked["DistributionId"], Id=item["Id"]
        )["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]
    ]
    return {**asked, "DistributionPaths": sorted(set(paths))}


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
