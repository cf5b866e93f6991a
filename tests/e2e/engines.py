"""Redis and Memcached clients, as a function in the VPC would use them; they try once."""

import ssl
from pathlib import Path

from pymemcache.client.base import Client as MemcachedClient  # type: ignore[import-untyped]
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from serverless_stack.local.cloud import LocalCloud
from serverless_stack.local.processes import emulator as emulator_process


def authority_of(cloud: LocalCloud) -> Path:
    """The certificates that a function in this cloud trusts, that of the caches among them."""
    return emulator_process.home_of(cloud.home) / "engines" / "ca-bundle.pem"


def redis_at(
    endpoint: str, token: str | None, authority: Path | None, *, tls: bool = True
) -> Redis:
    """A client of `host:port`; without an authority it trusts what this machine trusts."""
    host, port = endpoint.rsplit(":", 1)
    return Redis(
        host,
        int(port),
        password=token,
        ssl=tls,
        ssl_ca_certs=None if authority is None else str(authority),
        socket_timeout=5,
        retry=Retry(NoBackoff(), retries=0),
    )


def memcached_at(endpoint: str, authority: Path | None, *, tls: bool = True) -> MemcachedClient:
    """A client of `host:port`; without an authority it trusts what this machine trusts."""
    host, port = endpoint.rsplit(":", 1)
    context = ssl.create_default_context(cafile=authority) if tls else None
    return MemcachedClient((host, int(port)), connect_timeout=5, timeout=5, tls_context=context)


def nodes_of(configuration_endpoint: str, authority: Path) -> list[str]:
    """The nodes that auto discovery names, each as `host:port`."""
    client = memcached_at(configuration_endpoint, authority)
    answer = client.raw_command(b"config get cluster", b"END\r\n").decode()
    _header, _version, nodes, *_rest = answer.splitlines()
    return [f"{host}:{port}" for host, _ip, port in (n.split("|") for n in nodes.split())]
