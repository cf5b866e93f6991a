"""Properties of functions, REST APIs and secrets that MiniStack drops from a template."""

import string
from collections.abc import Callable

from ministack.services import apigateway_v1, lambda_svc, secretsmanager
from ministack.services.cloudformation import provisioners

from .types import Properties, Provisioned

KINDS = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
    "ExcludeUppercase": string.ascii_uppercase,
}


def apply() -> None:
    """Apply this module's patches."""
    store_after("AWS::Lambda::Function", store_vpc_config)
    store_after("AWS::Lambda::Function", store_dead_letters)
    store_after("AWS::ApiGateway::RestApi", store_endpoint_types)
    store_after("AWS::ApiGateway::Method", store_content_handling)
    generate_secrets_as_declared()
    refer_to_secrets_by_arn()


def store_after(resource_type: str, store: Callable[[str, Properties], None]) -> None:
    """Call ``store`` with physical id and properties after a resource was created or updated."""
    handlers = provisioners._RESOURCE_HANDLERS[resource_type]
    create, update = handlers["create"], handlers["update"]

    def create_whole(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        provisioned: Provisioned = create(logical_id, props, stack_name)
        store(provisioned[0], props)
        return provisioned

    def update_whole(
        physical_id: str, old: Properties, new: Properties, *rest: object
    ) -> Provisioned:
        updated: Provisioned = update(physical_id, old, new, *rest)
        store(updated[0], new)
        return updated

    handlers["create"], handlers["update"] = create_whole, update_whole


def store_vpc_config(name: str, props: Properties) -> None:
    """Store a function's subnets and security groups, which MiniStack drops."""
    config = lambda_svc._functions[name]["config"]
    config["VpcConfig"] = lambda_svc._vpc_config_with_id(props.get("VpcConfig"))


def store_dead_letters(name: str, props: Properties) -> None:
    """Store a function's dead-letter queue, which MiniStack drops."""
    config = lambda_svc._functions[name]["config"]
    config["DeadLetterConfig"] = dict(props.get("DeadLetterConfig") or {})


def store_content_handling(_method: str, props: Properties) -> None:
    """Store how an integration converts bodies, which MiniStack drops."""
    resource = apigateway_v1._resources[props["RestApiId"]][props["ResourceId"]]
    method = resource["resourceMethods"][props["HttpMethod"]]
    handling = (props.get("Integration") or {}).get("ContentHandling")
    if "methodIntegration" in method:
        method["methodIntegration"]["contentHandling"] = handling


def store_endpoint_types(api_id: str, props: Properties) -> None:
    """Store a REST API's endpoint types under the key of the API, not of the template."""
    declared = props.get("EndpointConfiguration") or {}
    types = list(declared.get("Types") or ["EDGE"])
    apigateway_v1._rest_apis[api_id]["endpointConfiguration"] = {"types": types}


def generate_secrets_as_declared() -> None:
    """Generate secrets as declared. MiniStack supports only ``ExcludeCharacters``."""
    generate = provisioners._sm_secret_string

    def generate_without(props: Properties) -> str:
        declared = props.get("GenerateSecretString")
        if declared is None:
            return str(generate(props))
        kinds = [
            chars for kind, chars in KINDS.items() if str(declared.get(kind)).lower() == "true"
        ]
        excluded = "".join([declared.get("ExcludeCharacters", ""), *kinds])
        all_properties = {**declared, "ExcludeCharacters": excluded}
        return str(generate({**props, "GenerateSecretString": all_properties}))

    provisioners._sm_secret_string = generate_without


def refer_to_secrets_by_arn() -> None:
    """Return the ARN for ``Ref`` of a secret. MiniStack returns its name."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def create_by_arn(logical_id: str, props: Properties, stack_name: str) -> Provisioned:
        _name, attributes = create(logical_id, props, stack_name)
        return str(attributes["Arn"]), attributes

    def update_by_arn(
        physical_id: str, old: Properties, new: Properties, *rest: object
    ) -> Provisioned:
        _name, attributes = update(secret_name(physical_id), old, new, *rest)
        return str(attributes["Arn"]), attributes

    def delete_by_arn(physical_id: str, props: Properties) -> None:
        delete(secret_name(physical_id), props)

    handlers.update(create=create_by_arn, update=update_by_arn, delete=delete_by_arn)


def secret_name(arn: str) -> str:
    """Return the key of a secret in MiniStack's store, or the ARN if it has none."""
    secrets = secretsmanager._secrets
    return next((str(name) for name in secrets if secrets[name]["ARN"] == arn), arn)
