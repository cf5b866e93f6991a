"""Icons of AWS's official set, from a folder on this machine."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"Arch_(?P<name>.+)_(?P<size>16|32|48|64)(?P<dark>_Dark)?\.(?:svg|png)")
_SIZES: Final = ("48", "64", "32", "16")
# The service of a type, and its name in the files of the set.
_SERVICES: Final = """
ApiGateway               Amazon-API-Gateway
ApiGatewayV2             Amazon-API-Gateway
AppRunner                AWS-App-Runner
AppSync                  AWS-AppSync
Athena                   Amazon-Athena
AutoScaling              Amazon-EC2-Auto-Scaling
Backup                   AWS-Backup
Batch                    AWS-Batch
Bedrock                  Amazon-Bedrock
CertificateManager       AWS-Certificate-Manager
CloudFormation           AWS-CloudFormation
CloudFront               Amazon-CloudFront
CloudTrail               AWS-CloudTrail
CloudWatch               Amazon-CloudWatch
CodeBuild                AWS-CodeBuild
CodeDeploy               AWS-CodeDeploy
CodePipeline             AWS-CodePipeline
Cognito                  Amazon-Cognito
DocDB                    Amazon-DocumentDB
DynamoDB                 Amazon-DynamoDB
EC2                      Amazon-EC2
EC2::VPC                 Amazon-Virtual-Private-Cloud
EC2::VPCEndpoint         AWS-PrivateLink
ECR                      Amazon-Elastic-Container-Registry
ECS                      Amazon-Elastic-Container-Service
EFS                      Amazon-EFS
EKS                      Amazon-Elastic-Kubernetes-Service
ElastiCache              Amazon-ElastiCache
ElasticLoadBalancing     Elastic-Load-Balancing
ElasticLoadBalancingV2   Elastic-Load-Balancing
Events                   Amazon-EventBridge
FSx                      Amazon-FSx
Glue                     AWS-Glue
IAM                      AWS-Identity-and-Access-Management
IoT                      AWS-IoT-Core
KMS                      AWS-Key-Management-Service
Kinesis                  Amazon-Kinesis-Data-Streams
KinesisFirehose          Amazon-Data-Firehose
Lambda                   AWS-Lambda
Logs                     Amazon-CloudWatch
MSK                      Amazon-Managed-Streaming-for-Apache-Kafka
MemoryDB                 Amazon-MemoryDB
Neptune                  Amazon-Neptune
OpenSearchService        Amazon-OpenSearch-Service
OpenSearchServerless     Amazon-OpenSearch-Service
Pipes                    Amazon-EventBridge
RDS                      Amazon-RDS
Redshift                 Amazon-Redshift
Route53                  Amazon-Route-53
S3                       Amazon-Simple-Storage-Service
SES                      Amazon-Simple-Email-Service
SNS                      Amazon-Simple-Notification-Service
SQS                      Amazon-Simple-Queue-Service
SSM                      AWS-Systems-Manager
SageMaker                Amazon-SageMaker
Scheduler                Amazon-EventBridge
SecretsManager           AWS-Secrets-Manager
Serverless               AWS-Lambda
StepFunctions            AWS-Step-Functions
WAFv2                    AWS-WAF
"""


class Icons:
    """The icons in a folder: those of AWS's asset package, unzipped.

    Args:
        folder: The folder. Its files are `…/Arch_Compute/48/Arch_AWS-Lambda_48.svg` and the like.

    Raises:
        ValueError: The folder has no such file.
    """

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, Path] = {}
        sizes: dict[str, int] = {}
        for path in sorted(folder.rglob("Arch_*")):
            found = _NAME.fullmatch(path.name)
            if found is None or found["dark"] or not path.is_file():
                continue
            rank = _SIZES.index(found["size"]) + (0 if path.suffix == ".svg" else len(_SIZES))
            if rank < sizes.get(found["name"], 99):
                sizes[found["name"]], self._files[found["name"]] = rank, path
        if not self._files:
            raise ValueError(
                f"the folder of icons must have files such as Arch_AWS-Lambda_48.svg, got: {folder}"
            )
        lines = (line.split() for line in _SERVICES.strip().splitlines())
        self._names = {f"AWS::{service}": name for service, name in lines}

    def data_uri(self, type_: str) -> str | None:
        """Return the icon of a type as a data URI; None if the set does not have it."""
        service = "::".join(type_.split("::")[:2])
        path = self._files.get(self._names.get(type_) or self._names.get(service) or "")
        if path is None:
            return None
        kind = "svg+xml" if path.suffix == ".svg" else "png"
        return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
