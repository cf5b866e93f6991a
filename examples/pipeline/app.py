"""A pipeline that tests, reviews and deploys the shop: first the test stage, then production."""

import aws_cdk as cdk
from aws_cdk import pipelines
from constructs import Construct

from serverless_stack.constructs import Auth, Profile, ServerlessStack


class Shop(cdk.Stage):
    """All stacks of one stage."""

    def __init__(
        self, scope: Construct, construct_id: str, *, profile: Profile, env: cdk.Environment
    ) -> None:
        super().__init__(scope, construct_id, env=env)
        shop = ServerlessStack(
            self,
            "Shop",
            function="../constructs/handler",
            site="../constructs/site",
            api={"auth": Auth.public(reason="the shop is for everybody")},
            profile=profile,
        )
        self.url = cdk.CfnOutput(shop, "Url", value=shop.api.url)


class Delivery(cdk.Stack):
    """The pipeline, which deploys itself first."""

    def __init__(self, scope: Construct, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        source = pipelines.CodePipelineSource.connection(
            "example/shop",  # OWNER/REPOSITORY
            "main",
            connection_arn="arn:aws:codeconnections:eu-west-1:111111111111:connection/example",
        )
        synthesis = pipelines.ShellStep(
            "Synth",
            input=source,
            install_commands=["pip install -r requirements.txt", "npm ci"],
            commands=[
                "pytest",  # snapshots, and nothing with data is replaced
                "npx cdk synth",
                "serverless-stack check",  # what AWS would refuse, in every stage
            ],
        )
        pipeline = pipelines.CodePipeline(
            self, "Pipeline", synth=synthesis, cross_account_keys=True
        )

        test = Shop(
            self,
            "Test",
            profile=Profile.dev(),
            env=cdk.Environment(account="222222222222", region="eu-west-1"),
        )
        pipeline.add_stage(
            test,
            post=[
                pipelines.ShellStep(
                    "Answers",
                    env_from_cfn_outputs={"API_URL": test.url},
                    commands=["curl --fail --silent --show-error $API_URL"],
                )
            ],
        )
        production = Shop(
            self,
            "Production",
            profile=Profile.production(),
            env=cdk.Environment(account="333333333333", region="eu-west-1"),
        )
        pipeline.add_stage(production, pre=[pipelines.ManualApprovalStep("Release")])


app = cdk.App()
Delivery(app, "Delivery", env=cdk.Environment(account="111111111111", region="eu-west-1"))
app.synth()
