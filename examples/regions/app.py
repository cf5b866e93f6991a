"""A bucket in one region, its distribution in another, and what CloudFront needs in us-east-1."""

import aws_cdk as cdk
from aws_cdk import aws_route53 as route53
from constructs import Construct

from serverless_stack.constructs import (
    Cdn,
    CdnDomain,
    CdnLog,
    Countries,
    Profile,
    StorageBucket,
    Waf,
)


class Files(cdk.Stack):
    """The files, near those who write them, and the zone of the domain."""

    def __init__(self, scope: Construct, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        self.bucket = StorageBucket(self, "Pages")
        self.zone = route53.PublicHostedZone(self, "Zone", zone_name="example.com")


class Front(cdk.Stack):
    """The distribution. What has to be in us-east-1 is created there, in stacks beside this one."""

    def __init__(
        self, scope: Construct, construct_id: str, *, files: Files, env: cdk.Environment
    ) -> None:
        super().__init__(scope, construct_id, env=env)
        cdn = Cdn(
            self,
            "Cdn",
            bucket=files.bucket,
            domain=CdnDomain("example.com", aliases=["www.example.com"], zone=files.zone),
            waf=Waf(rate_per_5_minutes=2000),
            countries=Countries.deny("AQ"),
            access_log=CdnLog.bucket(format="parquet", hive=True),
            alarms=True,
            http3=False,
        )
        self.cdn = cdn
        cdk.CfnOutput(self, "DomainName", value=cdn.distribution.distribution_domain_name)


app = cdk.App()
Profile.dev().apply(app)
files = Files(app, "Files", env=cdk.Environment(region="eu-central-1"))
Front(app, "Front", files=files, env=cdk.Environment(region="eu-west-1"))
app.synth()
