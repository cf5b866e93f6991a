"""CloudFormation types that CDK apps have and MiniStack has not: each a small record."""

from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway
from ministack.services.cloudformation import provisioners

from .types import Handlers, Properties, Provisioned


def apply() -> None:
    """Apply this module's patches."""
    handlers = provisioners._RESOURCE_HANDLERS
    handlers["AWS::ApiGatewayV2::Deployment"] = deployment_handlers()
    handlers["AWS::Lambda::CapacityProvider"] = capacity_provider_handlers()


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


def capacity_provider_handlers() -> Handlers:
    """Return the handlers of a capacity provider: a record, because functions run here."""

    def create(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        name = props.get("CapacityProviderName") or provisioners._physical_name(
            stack_name, logical_id, max_len=64
        )
        return name, attributes(name)

    def update(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Provisioned:
        if old.get("CapacityProviderName") != new.get("CapacityProviderName"):
            return new["CapacityProviderName"], attributes(new["CapacityProviderName"])
        return physical_id, attributes(physical_id)

    def attributes(name: str) -> dict[str, str]:
        arn = f"arn:aws:lambda:{get_region()}:{get_account_id()}:capacity-provider:{name}"
        return {"Arn": arn, "CapacityProviderArn": arn, "State": "Active"}

    def delete(physical_id: str, props: Properties) -> None:
        """Delete nothing: the record is in the stack only."""

    return {"create": create, "update": update, "delete": delete}
