"""`handler.connect`: permissions, variables, the way there, and what is refused."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import aws_cdk as cdk
import pytest
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from serverless_stack.constructs import (
    LambdaHandler,
    MemcachedCache,
    Profile,
    RedisAuth,
    RedisCache,
    RedisUser,
    StorageBucket,
)
from serverless_stack.testing import TemplateSnapshot
from tests.constructs.conftest import plain_function
from tests.constructs.templates import (
    Json,
    all_of,
    new_app,
    refused,
    require_no_cycle,
    statements,
    synth,
    variables,
    warnings,
)

KEY = dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
ENDPOINT = "AWS::EC2::VPCEndpoint"
ARN = "arn:aws:{}:us-east-1:111111111111:{}"


def actions_on(template: Json, start: str) -> set[str]:
    """Return the actions that policies allow on resources whose logical ids start so."""
    return {
        action
        for statement in statements(template)
        if f"'{start}" in str(statement["Resource"])
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    }


def table(stack: cdk.Stack, construct_id: str = "Table", **options: Any) -> dynamodb.Table:  # noqa: ANN401
    return dynamodb.Table(stack, construct_id, partition_key=KEY, **options)


@pytest.fixture(scope="module")
def services(code: Path) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    handler = LambdaHandler(stack, "Handler", code=code)
    handler.connect(table(stack, encryption_key=kms.Key(stack, "Key")))
    handler.connect(table(stack, "Reads"), "read", env_prefix="READS")
    handler.connect(
        dynamodb.TableV2(stack, "Writes", partition_key=KEY), "write", env_prefix="WRITES"
    )
    handler.connect(sqs.Queue(stack, "Queue", encryption=sqs.QueueEncryption.KMS))
    handler.connect(sqs.Queue(stack, "Inbox"), "read", env_prefix="INBOX")
    handler.connect(sns.Topic(stack, "Topic"), "write")
    handler.connect(secretsmanager.Secret(stack, "Secret"))
    handler.connect(plain_function(stack, "Other"))
    handler.connect(StorageBucket(stack, "Bucket"), "read", prefix="uploads/")
    return synth(stack)


def handler_variables(template: Json) -> Json:
    (found,) = [
        function["Properties"]["Environment"]["Variables"]
        for function in all_of(template, "AWS::Lambda::Function")
        if "Environment" in function["Properties"]
    ]
    return dict(found)


def test_services(services: Json, template_snapshot: TemplateSnapshot) -> None:
    assert services == template_snapshot


def test_a_function_gets_the_names_of_its_resources(services: Json) -> None:
    found = handler_variables(services)
    assert set(found) == {
        "TABLE_NAME",
        "READS_NAME",
        "WRITES_NAME",
        "QUEUE_URL",
        "INBOX_URL",
        "TOPIC_ARN",
        "SECRET_ARN",
        "FUNCTION_ARN",
        "BUCKET_NAME",
        "BUCKET_KEY_PREFIX",
    }
    assert found["BUCKET_KEY_PREFIX"] == "uploads/"
    assert found["FUNCTION_ARN"]["Fn::GetAtt"][0].startswith("Other")


def test_it_may_do_what_was_asked_for_and_no_more(services: Json) -> None:
    read, write = {"GetItem", "Query", "Scan"}, {"PutItem", "UpdateItem", "DeleteItem"}
    both = {action.partition(":")[2] for action in actions_on(services, "Table")}
    assert read | write <= both
    assert write & {a.partition(":")[2] for a in actions_on(services, "Reads")} == set()
    assert read & {a.partition(":")[2] for a in actions_on(services, "Writes")} == set()
    assert actions_on(services, "Queue") >= {"sqs:SendMessage"}
    assert "sqs:ReceiveMessage" not in actions_on(services, "Queue")
    assert "sqs:SendMessage" not in actions_on(services, "Inbox")
    assert actions_on(services, "Topic") == {"sns:Publish"}
    assert actions_on(services, "Secret") == {"secretsmanager:GetSecretValue"}
    assert actions_on(services, "Other") == {"lambda:InvokeFunction"}
    assert "s3:PutObject" not in actions_on(services, "Bucket")
    everything = [str(statement["Action"]) for statement in statements(services)]
    assert not [actions for actions in everything if "*" in actions]


def test_a_key_is_used_by_its_service_only(services: Json) -> None:
    keys = [s for s in statements(services) if "kms:Decrypt" in str(s["Action"])]
    ways = {
        str(statement["Condition"]["StringLike"]["kms:ViaService"]["Fn::Join"][1][0])
        for statement in keys
    }
    assert ways == {"dynamodb.", "sqs."}


def test_indexes_are_read_even_if_they_are_added_later(stack: cdk.Stack, code: Path) -> None:
    orders = table(stack)
    LambdaHandler(stack, "Handler", code=code).connect(orders, "read")
    orders.add_global_secondary_index(index_name="late", partition_key=KEY)
    (statement,) = [s for s in statements(synth(stack)) if "dynamodb:Query" in s["Action"]]
    assert statement["Resource"][1]["Fn::Join"][1][1] == "/index/*"


def imported_resources(stack: cdk.Stack) -> Iterator[Any]:
    yield dynamodb.Table.from_table_name(stack, "ITable", "orders")
    yield dynamodb.TableV2.from_table_arn(stack, "ITable2", ARN.format("dynamodb", "table/orders"))
    yield sqs.Queue.from_queue_arn(stack, "IQueue", ARN.format("sqs", "jobs.fifo"))
    yield sns.Topic.from_topic_arn(stack, "ITopic", ARN.format("sns", "news"))
    yield secretsmanager.Secret.from_secret_name_v2(stack, "ISecret", "token")
    yield lambda_.Function.from_function_arn(stack, "IFn", ARN.format("lambda", "function:x"))


def test_imported_resources_connect(stack: cdk.Stack, code: Path) -> None:
    handler = LambdaHandler(stack, "Handler", code=code)
    for number, resource in enumerate(imported_resources(stack)):
        handler.connect(resource, env_prefix=f"R{number}")
    template = synth(stack)
    assert variables(template)["R2_URL"] == {
        "Fn::Join": [
            "",
            ["https://sqs.us-east-1.", {"Ref": "AWS::URLSuffix"}, "/111111111111/jobs.fifo"],
        ]
    }
    assert "token-??????" in str(statements(template))


def test_versions_and_aliases_are_invoked_as_such(
    stack: cdk.Stack, code: Path, function: lambda_.Function
) -> None:
    version = function.current_version
    alias = lambda_.Alias(stack, "Alias", alias_name="live", version=version)
    handler = LambdaHandler(stack, "Handler", code=code)
    handler.connect(alias)
    handler.connect(version, env_prefix="VERSION")
    other = LambdaHandler(stack, "Other", code=code)
    handler.connect(other, env_prefix="OTHER")
    template = synth(stack)
    invoked = [s for s in statements(template) if s["Action"] == "lambda:InvokeFunction"]
    shown = str(invoked)
    assert "Ref': 'Alias" in shown
    assert "Ref': 'PlainCurrentVersion" in shown
    assert "OtherFunction" in shown
    require_no_cycle(template)


def test_a_resource_of_another_stack_connects(app: cdk.App, code: Path) -> None:
    data, compute = cdk.Stack(app, "Data"), cdk.Stack(app, "Compute")
    handler = LambdaHandler(compute, "Handler", code=code)
    handler.connect(table(data, encryption_key=kms.Key(data, "Key")))
    handler.connect(StorageBucket(data, "Bucket"))
    assert "Fn::ImportValue" in variables(synth(compute))["TABLE_NAME"]
    synth(data)


@pytest.fixture(scope="module")
def isolated(code: Path) -> Json:
    """A function in the VPC of a cache, which has no way out."""
    stack = cdk.Stack(new_app(), "Test")
    cache = MemcachedCache(stack, "Cache")
    closed = ec2.SecurityGroup(stack, "Closed", vpc=cache.vpc, allow_all_outbound=False)
    handler = LambdaHandler(stack, "Handler", code=code, vpc=cache.vpc, security_groups=[closed])
    handler.connect(cache)
    handler.connect(sqs.Queue(stack, "Queue"))
    handler.connect(sns.Topic(stack, "Topic"))
    handler.connect(secretsmanager.Secret(stack, "Secret"))
    handler.connect(plain_function(stack, "Other"))
    second = LambdaHandler(stack, "Second", code=code, vpc=cache.vpc)
    second.connect(cache)
    second.connect(table(stack))
    second.connect(sqs.Queue(stack, "Jobs"))
    assert warnings(stack) == []
    return synth(stack)


def test_an_isolated_vpc_gets_each_endpoint_once(isolated: Json) -> None:
    names = [str(e["Properties"]["ServiceName"]) for e in all_of(isolated, ENDPOINT)]
    for service in ("s3", "dynamodb", "sqs", "sns", "secretsmanager", "lambda"):
        assert sum(f".{service}'" in name for name in names) == 1
    require_no_cycle(isolated)


def test_a_closed_security_group_is_opened_to_the_endpoints(isolated: Json) -> None:
    rules = [
        rule["Properties"]
        for rule in all_of(isolated, "AWS::EC2::SecurityGroupEgress")
        if rule["Properties"]["GroupId"]["Fn::GetAtt"][0].startswith("Closed")
    ]
    assert [rule["ToPort"] for rule in rules].count(443) == 4


def test_endpoints_lead_to_the_own_account_only(isolated: Json) -> None:
    for endpoint in all_of(isolated, ENDPOINT):
        (statement,) = endpoint["Properties"]["PolicyDocument"]["Statement"]
        assert "aws:ResourceAccount" in statement["Condition"]["StringEquals"]


def test_a_resource_of_another_account_is_out_of_reach_of_an_isolated_vpc(
    app: cdk.App, code: Path
) -> None:
    stack = cdk.Stack(app, "Test", env=cdk.Environment(account="222222222222", region="us-east-1"))
    handler = LambdaHandler(stack, "Handler", code=code, vpc=MemcachedCache(stack, "Cache").vpc)
    queue = sqs.Queue.from_queue_arn(stack, "Queue", ARN.format("sqs", "jobs"))
    assert "must be in the account of the function" in refused(lambda: handler.connect(queue))


def test_a_foreign_vpc_without_a_way_is_told(stack: cdk.Stack, code: Path) -> None:
    only_isolated = ec2.SubnetConfiguration(
        name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED
    )
    vpc = ec2.Vpc(stack, "Vpc", max_azs=2, subnet_configuration=[only_isolated])
    handler = LambdaHandler(stack, "Handler", code=code, vpc=vpc)
    handler.connect(table(stack))
    handler.connect(sqs.Queue(stack, "Queue"))
    vpc.add_interface_endpoint("Sqs", service=ec2.InterfaceVpcEndpointAwsService.SQS)
    (told,) = warnings(stack)
    assert "calls DynamoDB" in told
    assert "`vpc.add_gateway_endpoint` with `GatewayVpcEndpointAwsService.DYNAMODB`" in told


# Databases


def vpc_of(stack: cdk.Stack) -> ec2.Vpc:
    return ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)


def cluster_in(vpc: ec2.IVpc, stack: cdk.Stack, **options: Any) -> rds.DatabaseCluster:  # noqa: ANN401
    version = rds.AuroraPostgresEngineVersion.VER_16_4
    return rds.DatabaseCluster(
        stack,
        "Cluster",
        engine=rds.DatabaseClusterEngine.aurora_postgres(version=version),
        vpc=vpc,
        writer=rds.ClusterInstance.serverless_v2("Writer"),
        **options,
    )


def instance_in(
    vpc: ec2.IVpc,
    stack: cdk.Stack,
    engine: rds.IInstanceEngine | None = None,
    **options: Any,  # noqa: ANN401
) -> rds.DatabaseInstance:
    version = rds.PostgresEngineVersion.VER_16
    chosen = engine or rds.DatabaseInstanceEngine.postgres(version=version)
    return rds.DatabaseInstance(stack, "Instance", engine=chosen, vpc=vpc, **options)


@pytest.fixture(scope="module")
def databases(code: Path) -> Json:
    stack = cdk.Stack(new_app(), "Test")
    vpc = vpc_of(stack)
    closed = ec2.SecurityGroup(stack, "Closed", vpc=vpc, allow_all_outbound=False)
    handler = LambdaHandler(stack, "Handler", code=code, vpc=vpc, security_groups=[closed])
    cluster = cluster_in(vpc, stack, default_database_name="shop")
    handler.connect(cluster, user="orders")
    handler.connect(cluster, "read", env_prefix="REPORTS", database="reports")
    handler.connect(instance_in(vpc, stack), env_prefix="INSTANCE")
    assert cluster.secret is not None
    proxy = cluster.add_proxy("Proxy", secrets=[cluster.secret], vpc=vpc, iam_auth=True)
    handler.connect(proxy, "read-write", env_prefix="PROXY")
    return synth(stack)


def test_a_function_logs_in_to_databases_with_iam(databases: Json) -> None:
    logins = [s["Resource"] for s in statements(databases) if s["Action"] == "rds-db:connect"]
    users = [arn["Fn::Join"][1][-1] for arn in logins]
    assert users == ["/orders", "/app", "/app", "/app"]
    (cluster,) = all_of(databases, "AWS::RDS::DBCluster")
    (instance,) = [
        item
        for item in all_of(databases, "AWS::RDS::DBInstance")
        if "DBClusterIdentifier" not in item["Properties"]
    ]
    for database in (cluster, instance):
        assert database["Properties"]["EnableIAMDatabaseAuthentication"] is True


def test_a_function_gets_the_endpoints_of_databases(databases: Json) -> None:
    found = handler_variables(databases)
    assert found["DATABASE_NAME"] == "shop"
    assert found["DATABASE_USER"] == "orders"
    assert found["DATABASE_HOST"]["Fn::GetAtt"][1] == "Endpoint.Address"
    assert found["DATABASE_PORT"]["Fn::GetAtt"][1] == "Endpoint.Port"
    assert found["DATABASE_READER_HOST"]["Fn::GetAtt"][1] == "ReadEndpoint.Address"
    assert found["REPORTS_HOST"]["Fn::GetAtt"][1] == "ReadEndpoint.Address"
    assert found["REPORTS_NAME"] == "reports"
    assert found["PROXY_PORT"] == "5432"
    assert "INSTANCE_READER_HOST" not in found


def test_the_security_groups_let_the_function_in_and_out(databases: Json) -> None:
    ways_in = [
        rule["Properties"]
        for rule in all_of(databases, "AWS::EC2::SecurityGroupIngress")
        if "Closed" in str(rule["Properties"].get("SourceSecurityGroupId"))
    ]
    assert len(ways_in) == 3
    ways_out = [
        rule
        for rule in all_of(databases, "AWS::EC2::SecurityGroupEgress")
        if "Closed" in str(rule["Properties"]["GroupId"])
    ]
    assert len(ways_out) == 3


def imported_cluster(stack: cdk.Stack) -> rds.IDatabaseCluster:
    return rds.DatabaseCluster.from_database_cluster_attributes(
        stack, "Imported", cluster_identifier="x"
    )


DATABASE_REFUSALS: dict[str, tuple[Callable[[cdk.Stack, ec2.Vpc], object], str]] = {
    "an imported cluster": (
        lambda stack, vpc: imported_cluster(stack),
        "must be imported with `cluster_resource_identifier`",
    ),
    "an imported proxy": (
        lambda stack, vpc: rds.DatabaseProxy.from_database_proxy_attributes(
            stack,
            "Imported",
            db_proxy_arn=ARN.format("rds", "db-proxy:prx-1"),
            db_proxy_name="n",
            endpoint="e",
            security_groups=[],
        ),
        "must be a proxy of this app",
    ),
    "a login that is off": (
        lambda stack, vpc: cluster_in(vpc, stack, iam_authentication=False),
        "must have IAM login turned on, got: Test/Cluster with `iam_authentication=False`",
    ),
    "an instance's login that is off": (
        lambda stack, vpc: instance_in(vpc, stack, iam_authentication=False),
        "must have IAM login turned on, got: Test/Instance",
    ),
    "an engine without IAM": (
        lambda stack, vpc: instance_in(
            vpc,
            stack,
            rds.DatabaseInstanceEngine.sql_server_ex(version=rds.SqlServerEngineVersion.VER_16),
        ),
        "must be a database of MariaDB, MySQL or PostgreSQL",
    ),
}


@pytest.mark.parametrize("case", DATABASE_REFUSALS)
def test_databases_without_a_login_are_refused(stack: cdk.Stack, code: Path, case: str) -> None:
    make, message = DATABASE_REFUSALS[case]
    vpc = vpc_of(stack)
    handler = LambdaHandler(stack, "Handler", code=code, vpc=vpc)
    database: Any = make(stack, vpc)
    assert message in refused(lambda: handler.connect(database))


def test_a_proxy_without_iam_login_is_refused(stack: cdk.Stack, code: Path) -> None:
    vpc = vpc_of(stack)
    cluster = cluster_in(vpc, stack)
    assert cluster.secret is not None
    proxy = cluster.add_proxy("Proxy", secrets=[cluster.secret], vpc=vpc)
    handler = LambdaHandler(stack, "Handler", code=code, vpc=vpc)
    assert "`iam_auth=True`" in refused(lambda: handler.connect(proxy))


def test_a_function_outside_the_vpc_of_a_database_is_refused(stack: cdk.Stack, code: Path) -> None:
    cluster = cluster_in(vpc_of(stack), stack)
    handler = LambdaHandler(stack, "Handler", code=code)
    message = refused(lambda: handler.connect(cluster))
    assert "create it with `vpc=` and the VPC of the cluster" in message


# Our own constructs


def test_caches_users_and_buckets_connect_as_they_do(stack: cdk.Stack, code: Path) -> None:
    redis = RedisCache(stack, "Redis", auth=RedisAuth.iam())
    reader = RedisUser(redis, "Reader", access="on ~* +@read", auth=RedisAuth.iam())
    handler = LambdaHandler(stack, "Handler", code=code, vpc=redis.vpc)
    handler.connect(redis)
    handler.connect(reader, env_prefix="READER")
    handler.connect(StorageBucket(stack, "Bucket"), "read-write")
    names = set(variables(synth(stack)))
    assert {"REDIS_PRIMARY_ENDPOINT", "READER_USER", "BUCKET_NAME"} <= names


def test_access_that_a_store_does_not_have_is_refused(stack: cdk.Stack, code: Path) -> None:
    cache = MemcachedCache(stack, "Cache")
    handler = LambdaHandler(stack, "Handler", code=code, vpc=cache.vpc)
    assert "`access` must be 'read-write'" in refused(lambda: handler.connect(cache, "read"))
    message = refused(lambda: handler.connect(cache, user="x", database="y"))
    assert message.startswith("`user`, `database` must be left out")


@pytest.mark.parametrize(
    ("access", "reads", "writes"),
    [("read", True, False), ("write", False, True), ("read-write", True, True)],
)
def test_a_bucket_is_read_or_written(
    stack: cdk.Stack, code: Path, access: Literal["read", "write"], reads: bool, writes: bool
) -> None:
    LambdaHandler(stack, "Handler", code=code).connect(StorageBucket(stack, "Bucket"), access)
    actions = actions_on(synth(stack), "Bucket")
    assert ({"s3:GetObject", "s3:ListBucket"} <= actions) is reads
    assert ({"s3:PutObject", "s3:DeleteObject"} <= actions) is writes


# Refusals


REFUSALS: dict[str, tuple[Callable[[LambdaHandler, cdk.Stack], None], str]] = {
    "access of a topic": (
        lambda handler, stack: handler.connect(sns.Topic(stack, "Topic"), "read"),
        "`access` must be 'write' (publish messages) for a topic, got: 'read'",
    ),
    "access of a secret": (
        lambda handler, stack: handler.connect(secretsmanager.Secret(stack, "Secret"), "write"),
        "`access` must be 'read' (read the value) for a secret, got: 'write'",
    ),
    "access of a function": (
        lambda handler, stack: handler.connect(plain_function(stack, "Other"), "read"),
        "`access` must be 'write' (invoke) for a function, got: 'read'",
    ),
    "no access": (
        lambda handler, stack: handler.connect(table(stack), "all"),  # type: ignore[arg-type]
        "`access` must be 'read', 'write' or 'read-write', got: 'all'",
    ),
    "itself": (
        lambda handler, stack: handler.connect(handler),
        "`resource` must be another function, got: Test/Handler/Function itself",
    ),
    "its own version": (
        lambda handler, stack: handler.connect(handler.function.current_version),
        "`resource` must be another function, got: Test/Handler/Function itself",
    ),
    "a string": (
        lambda handler, stack: handler.connect("orders"),  # type: ignore[arg-type]
        "got: 'orders'; pass a table, queue, topic, secret, database, function, bucket or cache",
    ),
    "a class": (
        lambda handler, stack: handler.connect(StorageBucket),  # type: ignore[arg-type]
        "got: the class StorageBucket",
    ),
    "another kind": (
        lambda handler, stack: handler.connect(kms.Key(stack, "Key")),  # type: ignore[arg-type]
        "got: the aws_kms.Key Test/Key; for others call their `grant` methods",
    ),
    "a raw resource": (
        lambda handler, stack: handler.connect(sqs.CfnQueue(stack, "Raw")),  # type: ignore[arg-type]
        "got: the aws_sqs.CfnQueue Test/Raw",
    ),
    "a bad prefix": (
        lambda handler, stack: handler.connect(table(stack), env_prefix="1st"),
        "`env_prefix` names must begin with a letter",
    ),
    "an empty prefix": (
        lambda handler, stack: handler.connect(table(stack), env_prefix=""),
        "`env_prefix` names must begin with a letter",
    ),
    "a folder of a table": (
        lambda handler, stack: handler.connect(table(stack), prefix="a/"),
        "`prefix` must go with a bucket, got: 'a/' for the aws_dynamodb.Table Test/Table",
    ),
    "a user of a queue": (
        lambda handler, stack: handler.connect(sqs.Queue(stack, "Queue"), user="x"),
        "`user` must go with a database, got: 'x'",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(stack: cdk.Stack, code: Path, case: str) -> None:
    connect, message = REFUSALS[case]
    handler = LambdaHandler(stack, "Handler", code=code)
    with pytest.raises(ValueError, match="must") as caught:
        connect(handler, stack)
    assert message in str(caught.value)


def test_functions_that_call_each_other_are_refused(stack: cdk.Stack, code: Path) -> None:
    one, two, three = (LambdaHandler(stack, name, code=code) for name in ("One", "Two", "Three"))
    one.connect(two)
    two.connect(three)
    message = refused(lambda: three.connect(one))
    assert "got: Test/One/Function, which calls Test/Three/Function" in message
    one.connect(three, env_prefix="THREE")
    require_no_cycle(synth(stack))


def test_a_second_resource_of_a_kind_needs_a_prefix(stack: cdk.Stack, code: Path) -> None:
    handler = LambdaHandler(stack, "Handler", code=code)
    handler.connect(table(stack))
    message = refused(lambda: handler.connect(table(stack, "Second")))
    assert "got again: TABLE_NAME; pass another `env_prefix` to `connect`" in message
    # What was refused has left nothing behind.
    assert "Second" not in str(statements(synth(stack)))


def test_permissions_are_in_a_managed_policy_if_the_profile_says_so(
    app: cdk.App, code: Path
) -> None:
    stack = cdk.Stack(app, "Test")
    Profile.regulated().apply(stack)
    handler = LambdaHandler(stack, "Handler", code=code)
    handler.connect(table(stack))
    template = synth(stack)
    assert not all_of(template, "AWS::IAM::Policy")
    managed = all_of(template, "AWS::IAM::ManagedPolicy")
    assert any("dynamodb:GetItem" in str(policy) for policy in managed)


def test_the_wildcard_of_indexes_is_acknowledged_across_stacks(app: cdk.App, code: Path) -> None:
    data, compute = cdk.Stack(app, "Data"), cdk.Stack(app, "Compute")
    handler = LambdaHandler(compute, "Handler", code=code)
    handler.connect(table(data), "read")
    app.synth()
    entries = str([entry.data for entry in handler.node.find_child("Role").node.metadata])
    assert "IAM5[Resource::Data:ExportsOutput" in entries
    assert "/index/*]" in entries


def test_empty_names_are_refused(stack: cdk.Stack, code: Path) -> None:
    handler = LambdaHandler(stack, "Empty", code=code)
    queue = sqs.Queue(stack, "EmptyQueue")
    message = refused(lambda: handler.connect(queue, user="", database=""))
    assert "`user` must have characters, got: ''" in message
    assert "`database` must have characters, got: ''" in message
