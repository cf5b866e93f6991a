"""Properties of functions, APIs, secrets, topics and caches that MiniStack drops."""

import string
from collections.abc import Callable
from xml.sax.saxutils import escape

from ministack.services import apigateway_v1, elasticache, lambda_svc, secretsmanager, sns
from ministack.services.cloudformation import provisioners

from .types import Properties, Provisioned, Record

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
    store_after("AWS::Lambda::Function", store_key_and_concurrency)
    store_after("AWS::ApiGateway::RestApi", store_endpoint_types)
    store_after("AWS::ApiGateway::Method", store_content_handling)
    store_after("AWS::ApiGateway::Stage", store_client_certificate)
    store_after("AWS::SNS::Topic", store_topic_key)
    store_after("AWS::ElastiCache::ReplicationGroup", store_cache_key)
    show_cache_keys()
    generate_secrets_as_declared()
    refer_to_secrets_by_arn()
    store_after("AWS::SecretsManager::Secret", store_secret_key)


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


def store_key_and_concurrency(name: str, props: Properties) -> None:
    """Store the KMS key of a function's variables, and its reserved concurrency."""
    function = lambda_svc._functions[name]
    function["config"]["KMSKeyArn"] = str(props.get("KmsKeyArn") or "")
    reserved = props.get("ReservedConcurrentExecutions")
    function["concurrency"] = None if reserved is None else int(reserved)


def store_topic_key(arn: str, props: Properties) -> None:
    """Store the KMS key of a topic."""
    attributes = sns._topics[arn]["attributes"]
    attributes.pop("KmsMasterKeyId", None)
    if props.get("KmsMasterKeyId"):
        attributes["KmsMasterKeyId"] = str(props["KmsMasterKeyId"])


def store_cache_key(group_id: str, props: Properties) -> None:
    """Store the KMS key of a replication group; `show_cache_keys` shows it."""
    elasticache._replication_groups[group_id]["KmsKeyId"] = props.get("KmsKeyId")


def show_cache_keys() -> None:
    """Show the KMS key of a replication group, which MiniStack has no element for."""
    shown = elasticache._rg_xml

    def with_key(group: Record) -> str:
        key = group.get("KmsKeyId")
        text = str(shown(group))
        return f"{text}<KmsKeyId>{escape(str(key))}</KmsKeyId>" if key else text

    elasticache._rg_xml = with_key


def store_secret_key(arn: str, props: Properties) -> None:
    """Store the KMS key of a secret."""
    secretsmanager._secrets[secret_name(arn)]["KmsKeyId"] = props.get("KmsKeyId")


def store_endpoint_types(api_id: str, props: Properties) -> None:
    """Store a REST API's endpoint types under the key of the API, not of the template."""
    declared = props.get("EndpointConfiguration") or {}
    types = list(declared.get("Types") or ["EDGE"])
    apigateway_v1._rest_apis[api_id]["endpointConfiguration"] = {"types": types}


def store_client_certificate(_physical_id: str, props: Properties) -> None:
    """Store the client certificate of a stage, which no integration gets to see."""
    stage = apigateway_v1._stages_v1[props["RestApiId"]][props["StageName"]]
    stage.pop("clientCertificateId", None)
    if props.get("ClientCertificateId"):
        stage["clientCertificateId"] = str(props["ClientCertificateId"])


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
