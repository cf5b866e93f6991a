import pytest

from serverless_stack._shared import contract

# What a deployed function has in its environment: renaming one breaks it.
DEFAULTS = {
    contract.redis_primary_endpoint: "REDIS_PRIMARY_ENDPOINT",
    contract.redis_reader_endpoint: "REDIS_READER_ENDPOINT",
    contract.redis_tls: "REDIS_TLS",
    contract.redis_secret_arn: "REDIS_SECRET_ARN",
    contract.redis_configuration_endpoint: "REDIS_CONFIGURATION_ENDPOINT",
    contract.redis_user: "REDIS_USER",
    contract.redis_cache_name: "REDIS_CACHE_NAME",
    contract.redis_serverless: "REDIS_SERVERLESS",
    contract.memcached_configuration_endpoint: "MEMCACHED_CONFIGURATION_ENDPOINT",
    contract.memcached_tls: "MEMCACHED_TLS",
    contract.bucket_name: "BUCKET_NAME",
    contract.bucket_key_prefix: "BUCKET_KEY_PREFIX",
    contract.table_name: "TABLE_NAME",
    contract.queue_url: "QUEUE_URL",
    contract.topic_arn: "TOPIC_ARN",
    contract.secret_arn: "SECRET_ARN",
    contract.signing_secret: "SIGNING_SECRET",
    contract.signing_secret_arn: "SIGNING_SECRET_ARN",
    contract.function_arn: "FUNCTION_ARN",
    contract.database_host: "DATABASE_HOST",
    contract.database_reader_host: "DATABASE_READER_HOST",
    contract.database_port: "DATABASE_PORT",
    contract.database_user: "DATABASE_USER",
    contract.database_name: "DATABASE_NAME",
}


@pytest.mark.parametrize("variable", DEFAULTS)
def test_names_are_final(variable: object) -> None:
    assert callable(variable)
    assert variable() == DEFAULTS[variable]


@pytest.mark.parametrize("variable", DEFAULTS)
def test_a_prefix_begins_the_name(variable: object) -> None:
    assert callable(variable)
    default = DEFAULTS[variable]
    assert variable("ORDERS") == f"ORDERS_{default.partition('_')[2]}"


def test_every_variable_is_listed_here() -> None:
    public = {name for name in vars(contract) if name[0].islower() and name[0] != "_"}
    assert public == {variable.__name__ for variable in DEFAULTS}
