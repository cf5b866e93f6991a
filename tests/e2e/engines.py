"""Redis and Memcached clients, as a function in the VPC would use them."""

import ssl
from pathlib import Path

from pymemcache.client.base import Client as MemcachedClient  # type: ignore[import-untyped]
from redis import Redis

from serverless_stack.local import emulator_process
from serverless_stack.local.cloud import LocalCloud


def authority_of(cloud: LocalCloud) -> Path:
    """The certificates that a function in this cloud trusts, that of the caches among them."""
    return emulator_process.home_of(cloud.home) / "engines" / "ca-bundle.pem"


def redis_at(endpoint: str, token: str | None, authority: Path | None) -> Redis:
    """A client of `host:port` over TLS; in plain text without an authority."""
    host, port = endpoint.rsplit(":", 1)
    if authority is None:
        return Redis(host, int(port), password=token, socket_timeout=5)
    return Redis(
        host,
        int(port),
        password=token,
        ssl=True,
        ssl_ca_certs=str(authority),
        socket_timeout=5,
    )


def memcached_at(endpoint: str, authority: Path | None) -> MemcachedClient:
    """A client of `host:port` over TLS; in plain text without an authority."""
    host, port = endpoint.rsplit(":", 1)
    context = None if authority is None else ssl.create_default_context(cafile=str(authority))
    return MemcachedClient((host, int(port)), connect_timeout=5, timeout=5, tls_context=context)


def nodes_of(configuration_endpoint: str, authority: Path) -> list[str]:
    """The nodes that auto discovery names, each as `host:port`."""
    client = memcached_at(configuration_endpoint, authority)
    answer = client.raw_command(b"config get cluster", b"END\r\n").decode()
    _header, _version, nodes, *_rest = answer.splitlines()
    return [f"{host}:{port}" for host, _ip, port in (n.split("|") for n in nodes.split())]
