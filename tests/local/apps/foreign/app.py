"""A fast CDK app with stacks in accounts and regions of their own, written by hand."""

import json
import os
from pathlib import Path
from typing import Any

from tests.local.cdk.assemblies import resource, write_stack

CLIENT = """
const {SSMClient, GetParameterCommand} = require("@aws-sdk/client-ssm");
exports.handler = async (event) => {
  const answer = await new SSMClient({}).send(new GetParameterCommand({Name: event.name}));
  return answer.Parameter.Value;
};
"""

TAKEN = "cdk-hnb659fds-assets-000000000000-us-east-1"

out = Path(os.environ["CDK_OUTDIR"])
context = json.loads(os.environ.get("CDK_CONTEXT_JSON", "{}"))


def placed(account: str, region: str, qualifier: str) -> dict[str, Any]:
    role = f"arn:${{AWS::Partition}}:iam::{account}:role/cdk-{qualifier}"
    return {
        "environment": f"aws://{account}/{region}",
        "assumeRoleArn": f"{role}-deploy-role-{account}-{region}",
        "cloudFormationExecutionRoleArn": f"{role}-cfn-exec-role-{account}-{region}",
        "bootstrapStackVersionSsmParameter": f"/cdk-bootstrap/{qualifier}/version",
    }


warning = {"type": "aws:cdk:warning", "data": f"the stage is {context.get('stage')}"}
write_stack(
    out,
    "Here",
    {
        "Role": resource("AWS::IAM::Role", AssumeRolePolicyDocument={}),
        "Node": resource(
            "AWS::Lambda::Function",
            FunctionName="node",
            Runtime="nodejs22.x",
            Handler="index.handler",
            Role={"Fn::GetAtt": ["Role", "Arn"]},
            Code={"ZipFile": CLIENT},
        ),
        "Value": resource("AWS::SSM::Parameter", Name="here", Type="String", Value="found"),
    },
    metadata={"/Here": [warning]},
)
write_stack(
    out,
    "There",
    {"Value": resource("AWS::SSM::Parameter", Type="String", Value={"Ref": "Given"})},
    parameters={"Given": {"Type": "String"}},
    **placed("111111111111", "eu-central-1", "mine"),
)
write_stack(out, "Unknown", {"It": resource("AWS::Kendra::Index", "Unknown/It/Resource")})
write_stack(
    out,
    "Taken",
    {"Files": resource("AWS::S3::Bucket", BucketName=TAKEN)},
)
