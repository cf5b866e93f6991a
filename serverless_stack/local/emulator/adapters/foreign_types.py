"""CloudFormation types that CDK apps have and MiniStack has not: each a small record."""

import re

from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway
from ministack.services.cloudformation import provisioners

from .types import Handlers, Properties, Provisioned

# Types whose effect nobody misses on a laptop. The CLI says that they have none.
RECORDS = (
    "AWS::ApiGateway::ClientCertificate",
    "AWS::ApplicationAutoScaling::ScalableTarget",
    "AWS::ApplicationAutoScaling::ScalingPolicy",
    "AWS::Budgets::Budget",
    "AWS::Chatbot::MicrosoftTeamsChannelConfiguration",
    "AWS::Chatbot::SlackChannelConfiguration",
    "AWS::CloudFront::MonitoringSubscription",
    "AWS::CloudFront::RealtimeLogConfig",
    "AWS::CloudTrail::Trail",
    "AWS::CloudWatch::AnomalyDetector",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::CloudWatch::InsightRule",
    "AWS::Config::ConfigRule",
    "AWS::Events::Archive",
    "AWS::Lambda::CapacityProvider",
    "AWS::Lambda::CodeSigningConfig",
    "AWS::Logs::QueryDefinition",
    "AWS::Oam::Link",
    "AWS::ResourceGroups::Group",
    "AWS::Shield::Protection",
    "AWS::Synthetics::Canary",
    "AWS::WAFv2::IPSet",
    "AWS::WAFv2::LoggingConfiguration",
    "AWS::WAFv2::RegexPatternSet",
    "AWS::WAFv2::RuleGroup",
    "AWS::XRay::Group",
    "AWS::XRay::SamplingRule",
)


def apply() -> None:
    """Apply this module's patches."""
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::ApiGatewayV2::Deployment"] = deployment_handlers()
    for kind in RECORDS:
        handlers.setdefault(kind, record_handlers(kind))


def deployment_handlers() -> Handlers:
    """Return the handlers of a deployment of an HTTP or WebSocket API.

    MiniStack's stages always serve the routes as they are now.
    """

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        api_id = props["ApiId"]
        if api_id not in apigateway._apis:
            raise ValueError(f"The API '{api_id}' does not exist")
        before = set(apigateway._deployments.get(api_id, {}))
        apigateway._create_deployment(api_id, {"description": props.get("Description", "")})
        (deployment_id,) = set(apigateway._deployments[api_id]) - before
        stage = apigateway._stages.get(api_id, {}).get(props.get("StageName"))
        if stage is not None:
            stage["deploymentId"] = deployment_id
        return deployment_id, {"DeploymentId": deployment_id}

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        if old.get("ApiId") != new.get("ApiId"):
            return create("", new, stack_name)
        deployment = apigateway._deployments[new["ApiId"]][physical_id]
        deployment["description"] = new.get("Description", "")
        return physical_id, {"DeploymentId": physical_id}

    def delete(physical_id: str, props: Properties) -> None:
        apigateway._deployments.get(props.get("ApiId"), {}).pop(physical_id, None)

    return {"create": create, "update": update, "delete": delete}


def record_handlers(kind: str) -> Handlers:
    """Return the handlers of a type that is a record in its stack, without any effect."""
    noun = kind.rpartition("::")[2]

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        name = props.get(f"{noun}Name") or props.get("Name")
        if not isinstance(name, str):
            name = provisioners._physical_name(stack_name, logical_id, max_len=64)
        return name, attributes(name)

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        for named in (f"{noun}Name", "Name"):
            if old.get(named) != new.get(named) and isinstance(new.get(named), str):
                return new[named], attributes(new[named])
        return physical_id, attributes(physical_id)

    def attributes(name: str) -> dict[str, str]:
        service = kind.split("::")[1].lower()
        resource = f"{re.sub(r'(?<=[a-z])(?=[A-Z])', '-', noun).lower()}:{name}"
        arn = f"arn:aws:{service}:{get_region()}:{get_account_id()}:{resource}"
        values = {"Arn": arn, f"{noun}Arn": arn, "Id": name, f"{noun}Id": name}
        return {**values, "Name": name, f"{noun}Name": name, "State": "Active"}

    def delete(physical_id: str, props: Properties) -> None:
        """Delete nothing: the record is in the stack only."""

    return {"create": create, "update": update, "delete": delete}
