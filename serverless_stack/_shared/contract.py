"""The names that constructs (at synthesis) and the runtime (inside Lambda) agree on.

``connect(function)`` of a construct sets these environment variables; ``from_env()`` of the
runtime reads them. Every name starts with a prefix that the user may choose, so that one
function can be connected to several caches or buckets. ``handler.connect(resource)`` sets those of
tables, queues, topics, secrets, databases and other functions. Standard library only.
"""

from typing import Final

REDIS_PREFIX: Final = "REDIS"
MEMCACHED_PREFIX: Final = "MEMCACHED"
BUCKET_PREFIX: Final = "BUCKET"
CORS: Final = "API_CORS"
"""The variable with the CORS rules of the API in front of a function, as JSON."""
TABLE_PREFIX: Final = "TABLE"
QUEUE_PREFIX: Final = "QUEUE"
TOPIC_PREFIX: Final = "TOPIC"
SECRET_PREFIX: Final = "SECRET"
DATABASE_PREFIX: Final = "DATABASE"
FUNCTION_PREFIX: Final = "FUNCTION"
SIGNING_PREFIX: Final = "SIGNING"
FIELD_ENCRYPTION_PREFIX: Final = "FIELD_ENCRYPTION"
FIELD_PROVIDER: Final = "serverless-stack"
"""The name by which encrypted fields say whose key opens them, unless the user has another."""
OBSOLETE_TAG: Final = "serverless-stack:obsolete"
"""The tag of objects that a content deployment no longer needs; its value is the deployment."""


def redis_primary_endpoint(prefix: str = REDIS_PREFIX) -> str:
    """The variable with ``host:port`` of the primary node, which takes writes."""
    return f"{prefix}_PRIMARY_ENDPOINT"


def redis_reader_endpoint(prefix: str = REDIS_PREFIX) -> str:
    """The variable with ``host:port`` of the reader endpoint, which spreads over the replicas."""
    return f"{prefix}_READER_ENDPOINT"


def redis_tls(prefix: str = REDIS_PREFIX) -> str:
    """The variable that is ``true`` when the connection is encrypted, else ``false``."""
    return f"{prefix}_TLS"


def redis_secret_arn(prefix: str = REDIS_PREFIX) -> str:
    """The variable with the ARN of the Secrets Manager secret that holds the AUTH token."""
    return f"{prefix}_SECRET_ARN"


def redis_configuration_endpoint(prefix: str = REDIS_PREFIX) -> str:
    """The variable with ``host:port`` of the configuration endpoint, set in cluster mode only.

    A serverless cache has one endpoint, which speaks the protocol of cluster mode: it is here.
    """
    return f"{prefix}_CONFIGURATION_ENDPOINT"


def redis_user(prefix: str = REDIS_PREFIX) -> str:
    """The variable with the name of the RBAC user; its password is in the secret, if there is one.

    Without a secret the user authenticates with IAM.
    """
    return f"{prefix}_USER"


def redis_cache_name(prefix: str = REDIS_PREFIX) -> str:
    """The variable with the name of the replication group or serverless cache, for IAM tokens."""
    return f"{prefix}_CACHE_NAME"


def redis_serverless(prefix: str = REDIS_PREFIX) -> str:
    """The variable that is ``true`` when the cache is serverless, which IAM tokens tell."""
    return f"{prefix}_SERVERLESS"


def memcached_configuration_endpoint(prefix: str = MEMCACHED_PREFIX) -> str:
    """The variable with ``host:port`` of the auto-discovery configuration endpoint."""
    return f"{prefix}_CONFIGURATION_ENDPOINT"


def memcached_tls(prefix: str = MEMCACHED_PREFIX) -> str:
    """The variable that is ``true`` when the connection is encrypted, else ``false``."""
    return f"{prefix}_TLS"


def bucket_name(prefix: str = BUCKET_PREFIX) -> str:
    """The variable with the bucket's name."""
    return f"{prefix}_NAME"


def bucket_key_prefix(prefix: str = BUCKET_PREFIX) -> str:
    """The variable with the prefix of the keys that the function may use, such as ``data/``."""
    return f"{prefix}_KEY_PREFIX"


def table_name(prefix: str = TABLE_PREFIX) -> str:
    """The variable with the name of a DynamoDB table."""
    return f"{prefix}_NAME"


def queue_url(prefix: str = QUEUE_PREFIX) -> str:
    """The variable with the URL of an SQS queue."""
    return f"{prefix}_URL"


def topic_arn(prefix: str = TOPIC_PREFIX) -> str:
    """The variable with the ARN of an SNS topic."""
    return f"{prefix}_ARN"


def secret_arn(prefix: str = SECRET_PREFIX) -> str:
    """The variable with the ARN of a Secrets Manager secret."""
    return f"{prefix}_ARN"


def function_arn(prefix: str = FUNCTION_PREFIX) -> str:
    """The variable with the ARN of a function, or of its alias, for ``Invoke``."""
    return f"{prefix}_ARN"


def signing_secret(prefix: str = SIGNING_PREFIX) -> str:
    """The prefix of the variables of the secret with the key that signs URLs and cookies."""
    return f"{prefix}_SECRET"


def signing_secret_arn(prefix: str = SIGNING_PREFIX) -> str:
    """The variable with the ARN of the secret with the key that signs URLs and cookies."""
    return secret_arn(signing_secret(prefix))


def database_host(prefix: str = DATABASE_PREFIX) -> str:
    """The variable with the host name of a database."""
    return f"{prefix}_HOST"


def database_reader_host(prefix: str = DATABASE_PREFIX) -> str:
    """The variable with the host name of a cluster's readers; not set for an instance or proxy."""
    return f"{prefix}_READER_HOST"


def database_port(prefix: str = DATABASE_PREFIX) -> str:
    """The variable with the port of a database."""
    return f"{prefix}_PORT"


def database_user(prefix: str = DATABASE_PREFIX) -> str:
    """The variable with the user of a database, who logs in with an IAM token."""
    return f"{prefix}_USER"


def database_name(prefix: str = DATABASE_PREFIX) -> str:
    """The variable with the name of the database in its server, if it is known at synthesis."""
    return f"{prefix}_NAME"


USER_HANDLER: Final = "SERVERLESS_STACK_HANDLER"
"""The variable with the entry point of a function whose pings ``runtime.warmth`` answers."""
PING_TOKEN: Final = "SERVERLESS_STACK_PING"
"""The variable with what a ping must say: the id of the stack, which strangers do not know."""
PING_KEY: Final = "serverless-stack:ping"
"""The key of a ping's token in its event."""
PING_HOLD_KEY: Final = "milliseconds"
"""The key of the time for which a ping holds its environment."""
DATA_PREFIX: Final = "data/"
"""The part of a bucket that connected functions use by default; nothing serves or deploys it."""
BUILDS_PREFIX: Final = ".serverless-stack-builds/"
"""The folder of a site with the pages of each build, each in a folder named by the build."""
BUILD_COOKIE: Final = "serverless-stack-build"
"""The cookie with the build that a visitor began with, and until when it is kept."""
BUILD_METADATA_KEY: Final = "build"
"""The name of the user-defined metadata of a page that names its build."""
RESERVED_PREFIX: Final = ".serverless-stack/"
"""What this library keeps in buckets, such as manifests; it is no content."""
