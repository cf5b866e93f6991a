"""Connections to databases of RDS: IAM login, endpoint, and security groups both ways."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_cdk import Token
from aws_cdk import aws_ec2 as ec2

from serverless_stack._shared import contract
from serverless_stack.checks.engine.problems import Problems
from serverless_stack.constructs._internal.connect import Access
from serverless_stack.constructs._internal.names import description_of
from serverless_stack.constructs._internal.places import require_vpc
from serverless_stack.constructs._internal.tree import path_of
from serverless_stack.constructs.function.connections.connection import (
    Connection,
    Request,
    chosen_access,
)

if TYPE_CHECKING:
    from aws_cdk import aws_rds as rds

DEFAULT_USER: Final = "app"
"""The database user that a function logs in as unless its caller names another."""
# "IAM database authentication for MariaDB, MySQL, and PostgreSQL"
_WITHOUT_IAM = ("custom-", "db2", "oracle", "sqlserver")
_PROXY_PORTS: Mapping[str, int] = {"MYSQL": 3306, "POSTGRESQL": 5432, "SQLSERVER": 1433}
_ACCESS: dict[Access, str] = {"read-write": "what the database user may do"}


@dataclass(frozen=True)
class _Server:
    """A cluster, instance or proxy, as far as a connection needs it.

    Attributes:
        path: Its path.
        label: What it is.
        host: Its host name.
        port: Its port.
        readers: The host name of its readers, or None.
        database: The name of its database, or None.
        groups: Its security groups.
        vpc: Its VPC, or None for an imported one.
        log_in: Allows a principal to log in as a user.
    """

    path: str
    label: str
    host: str
    port: str
    readers: str | None
    database: str | None
    groups: tuple[ec2.ISecurityGroup, ...]
    vpc: ec2.IVpc | None
    log_in: Callable[[str], None]


def to_cluster(cluster: "rds.IDatabaseCluster", request: Request) -> Connection:
    """Return the connection to a cluster of Aurora or RDS.

    Args:
        cluster: The cluster.
        request: What the caller asked for.

    Raises:
        ValueError: If the cluster has no IAM login, or was imported without what is needed.
    """
    modes: dict[Access, str] = {**_ACCESS, "read": "by the reader endpoint"}
    access = chosen_access(request, modes, "a cluster")
    problems = Problems(path_of(request.function))
    path = path_of(cluster)
    raw = cluster.node.default_child
    problems.add(_iam_problems(path, getattr(raw, "enable_iam_database_authentication", None)))
    problems.add(_engine_problems(path, cluster.engine))
    needed = {
        "cluster_resource_identifier": lambda: cluster.cluster_resource_identifier,
        "cluster_endpoint_address` and `port": lambda: cluster.cluster_endpoint.hostname,
    }
    if access == "read":
        needed["reader_endpoint_address"] = lambda: cluster.cluster_read_endpoint.hostname
    problems.add(_import_problems(path, needed))
    problems.raise_if_any()

    def log_in(user: str) -> None:
        if raw is not None and hasattr(raw, "enable_iam_database_authentication"):
            raw.enable_iam_database_authentication = True
        cluster.grant_connect(request.grantee, user)

    readers = _value_of(lambda: cluster.cluster_read_endpoint.hostname)
    host = readers if access == "read" and readers else cluster.cluster_endpoint.hostname
    return _connection(
        _Server(
            path,
            "cluster",
            host,
            Token.as_string(cluster.cluster_endpoint.port),
            readers,
            getattr(raw, "database_name", None),
            tuple(cluster.connections.security_groups),
            getattr(cluster, "vpc", None),
            log_in,
        ),
        request,
    )


def to_instance(instance: "rds.IDatabaseInstance", request: Request) -> Connection:
    """Return the connection to an instance of RDS.

    Args:
        instance: The instance.
        request: What the caller asked for.

    Raises:
        ValueError: If the instance has no IAM login, or was imported without what is needed.
    """
    chosen_access(request, _ACCESS, "an instance")
    problems = Problems(path_of(request.function))
    path = path_of(instance)
    problems.add(_engine_problems(path, instance.engine))
    if instance.instance_resource_id is None:
        problems.add(_import_problems(path, {"instance_resource_id": None}))
    problems.raise_if_any()

    def log_in(user: str) -> None:
        try:
            # CDK turns the login on, unless it was turned off.
            instance.grant_connect(request.grantee, user)
        except RuntimeError:
            problems.add(_iam_problems(path, False))
            problems.raise_if_any()

    raw = instance.node.default_child
    database = getattr(raw, "db_name", None)
    return _connection(
        _Server(
            path,
            "instance",
            instance.db_instance_endpoint_address,
            str(instance.db_instance_endpoint_port),
            None,
            database,
            tuple(instance.connections.security_groups),
            getattr(instance, "vpc", None),
            log_in,
        ),
        request,
    )


def to_proxy(proxy: "rds.IDatabaseProxy", request: Request) -> Connection:
    """Return the connection to an RDS Proxy.

    Args:
        proxy: The proxy.
        request: What the caller asked for.

    Raises:
        ValueError: If the proxy was imported, whose network is not known, or has no IAM login.
    """
    chosen_access(request, _ACCESS, "a proxy")
    raw = proxy.node.default_child
    path = path_of(proxy)
    problems = Problems(path_of(request.function))
    connections = getattr(proxy, "connections", None)
    if not isinstance(connections, ec2.Connections):
        problems.fail(
            f"`resource` must be a proxy of this app, got: {path}, which was imported, so that "
            "CDK does not know its port and network: call its `grant_connect`, and "
            "`add_ingress_rule` of its security group"
        )
        problems.raise_if_any()
    assert isinstance(connections, ec2.Connections)
    schemes = getattr(raw, "auth", None)
    if isinstance(schemes, list) and not any(
        getattr(scheme, "iam_auth", None) in ("REQUIRED", "ENABLED") for scheme in schemes
    ):
        problems.fail(
            f"`resource` must have IAM login turned on, got: {path} without; create the proxy with "
            "`iam_auth=True`"
        )
    problems.raise_if_any()

    def log_in(user: str) -> None:
        proxy.grant_connect(request.grantee, user)

    port = _PROXY_PORTS.get(str(getattr(raw, "engine_family", "")), 3306)
    return _connection(
        _Server(
            path,
            "proxy",
            proxy.endpoint,
            str(port),
            None,
            None,
            tuple(connections.security_groups),
            None,
            log_in,
        ),
        request,
    )


def _connection(server: _Server, request: Request) -> Connection:
    function, user = request.function, request.user or DEFAULT_USER
    prefix = request.env_prefix or contract.DATABASE_PREFIX
    database = request.database or server.database
    variables = {
        contract.database_host(prefix): server.host,
        contract.database_port(prefix): server.port,
        contract.database_user(prefix): user,
    }
    if server.readers is not None:
        variables[contract.database_reader_host(prefix)] = server.readers
    if database is not None:
        variables[contract.database_name(prefix)] = database
    _require_network(server, request)

    def open_network() -> None:
        description = description_of(function, "Database from")
        port = _port_of(server.port)
        for peer in function.connections.security_groups:
            for group in server.groups:
                group.add_ingress_rule(peer, port, description, remote_rule=True)
                if not peer.allow_all_outbound:
                    peer.add_egress_rule(group, port, description)

    return Connection(variables, lambda: server.log_in(user), None, open_network)


def _port_of(port: str) -> ec2.Port:
    if port.isdecimal():
        return ec2.Port.tcp(int(port))
    return ec2.Port.tcp(Token.as_number(port))


def _require_network(server: _Server, request: Request) -> None:
    function = request.function
    remedy = f"create it with `vpc=` and the VPC of the {server.label}"
    if server.vpc is not None:
        require_vpc(function, server.path, server.vpc, remedy=remedy, noun="database")
    elif not function.is_bound_to_vpc:
        raise ValueError(
            f"`function` must be in the VPC of {server.path}, got: {path_of(function)}, which is "
            f"in none; {remedy}"
        )


def _iam_problems(path: str, enabled: object) -> list[str]:
    if enabled is not False:
        return []
    return [
        f"`resource` must have IAM login turned on, got: {path} with `iam_authentication=False`; "
        "leave that out"
    ]


def _engine_problems(path: str, engine: object) -> list[str]:
    name = str(getattr(engine, "engine_type", ""))
    if not name.startswith(_WITHOUT_IAM):
        return []
    return [
        f"`resource` must be a database of MariaDB, MySQL or PostgreSQL, which have IAM login, "
        f"got: {path} of {name}; connect its secret"
    ]


def _import_problems(path: str, needed: Mapping[str, Callable[[], object] | None]) -> list[str]:
    missing = [name for name, read in needed.items() if read is None or _value_of(read) is None]
    return [
        f"`resource` must be imported with `{name}`, got: {path} without it" for name in missing
    ]


def _value_of(read: Callable[[], object]) -> str | None:
    """Return an attribute of a resource; None if it was imported without."""
    try:
        value = read()
    except RuntimeError:
        return None
    return None if value is None else str(value)
